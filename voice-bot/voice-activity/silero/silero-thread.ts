import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { FrameRing } from './frame-ring.ts'
import { ListenedStream } from './listened-stream.ts'
import { SampleRing } from './sample-ring.ts'
import { SileroModel } from './silero-model.ts'
import { frameFields, type ThreadAsk, type ThreadStart, type ThreadTold, wakefulness } from './wire.ts'

/** Judges the frames of all streams that are given to this thread, those that have come together in one run. */
const start: ThreadStart = workerData
const woken = new Int32Array(start.woken)
const frames = new FrameRing(start.frames)

/** Frames in one run at the most: with more, those that come meanwhile would wait longer than a run saves. */
const mostFrames = 32
/** With more streams than that, frames are waited for, so that several share a run: a third of the work at 20 streams. */
const fewStreams = 3
/** What a frame may lose by that, the more the more streams there are; beside its own 32 ms. */
const leastGatherMs = 8
const mostGatherMs = 28

/** Rounds without a frame after which nobody is waited for any more: within them, nobody need wake the thread. */
const emptyRounds = 8

function gatherMs(): number {
  return Math.min(mostGatherMs, leastGatherMs + streams.size)
}

const streams = new Map<number, ListenedStream>()
let model: SileroModel | undefined
let running = false

const tell = (told: ThreadTold) => parentPort?.postMessage(told)

function takeAsk(ask: ThreadAsk): void {
  if (ask.kind === 'open') {
    streams.set(ask.id, new ListenedStream(ask.id, ask.sampleRate, new SampleRing({ buffer: ask.ring }), ask.frame))
    wake()
  } else if (ask.kind === 'close') streams.delete(ask.id)
  else if (ask.kind === 'wake') wake()
  else end()
}

/**
 * Between two runs: ended from outside, in the middle of one, the native code would throw at where nobody catches, and
 * take the whole process with it.
 */
function end(): void {
  streams.clear()
  parentPort?.close()
}

function wake(): void {
  if (running || model === undefined) return
  running = true
  const judging = model
  // What isn't caught ends the thread, and whoever began it begins another.
  const run = () => void judgeAll(judging)
  if (streams.size > fewStreams) setTimeout(run, gatherMs())
  else run()
}

/** Until no stream has a whole frame left; where there are many, until none has come for some rounds. */
async function judgeAll(judging: SileroModel): Promise<void> {
  // Whoever wakes the thread waits for a sign of life, also where what it was woken for is gone.
  let owesSign = false
  let wasUnread = false
  for (let empty = 0; ; ) {
    // Where audio keeps coming, somebody looks in without being called.
    if (frames.isUnread && wasUnread) tell({ kind: 'look' })
    wasUnread = frames.isUnread
    const isLast = streams.size <= fewStreams || empty >= emptyRounds
    const before = Atomics.exchange(woken, 0, isLast ? wakefulness.asleep : wakefulness.atWork)
    owesSign ||= before === wakefulness.woken
    const whole = wholeFrames()
    if (whole.length > 0) {
      empty = 0
      Atomics.compareExchange(woken, 0, wakefulness.asleep, wakefulness.atWork)
      await judge(judging, whole)
      owesSign = false
    } else if (isLast) break
    else empty += 1
    const isBehind = whole.some((stream) => stream.fill())
    if (streams.size > fewStreams && !isBehind) await sleep(gatherMs())
  }
  if (owesSign || frames.isUnread) tell({ kind: 'look' })
  running = false
}

/** One of each stream; of those that have waited longest first, where there are too many. */
function wholeFrames(): ListenedStream[] {
  const whole: ListenedStream[] = []
  for (const stream of streams.values()) {
    if (stream.fill()) whole.push(stream)
    if (whole.length === mostFrames) break
  }
  if (whole.length === mostFrames) {
    // Next time the others come first.
    for (const stream of whole) {
      streams.delete(stream.id)
      streams.set(stream.id, stream)
    }
  }
  return whole
}

async function judge(judging: SileroModel, whole: readonly ListenedStream[]): Promise<void> {
  const asked = whole.filter((stream) => !stream.isSilence)
  const told = new Float64Array(whole.length * frameFields)
  const probabilities = asked.length === 0 ? undefined : await judging.judge(asked)
  let at = 0
  for (const [index, stream] of asked.entries()) {
    stream.tell(probabilities?.[index] ?? 0, told, at)
    at += frameFields
  }
  for (const stream of whole) {
    if (asked.includes(stream)) continue
    stream.tell(0, told, at)
    at += frameFields
  }
  // Whoever reads is far behind. Sent another way, these would overtake or be overtaken; nobody listens once all are gone.
  while (!frames.write(told) && streams.size > 0) {
    tell({ kind: 'look' })
    await sleep(mostGatherMs)
  }
  if (streams.size <= fewStreams) tell({ kind: 'look' })
  // Whoever wants to open or close a stream is heard between two runs.
  if (asked.length === 0) await new Promise((resolve) => setImmediate(resolve))
}

parentPort?.on('message', takeAsk)
model = await SileroModel.load()
tell({ kind: 'ready' })
wake()
