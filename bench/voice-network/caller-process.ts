import { setTimeout as pause } from 'node:timers/promises'
import { type Chance, chance } from '../chance.ts'
import { steadyMs } from '../conversation/port-marks.ts'
import { interruptions, Microphone, pace, questions, speech } from '../voice/microphone.ts'
import { CallerAsk, type CallerOptions, type CallerTold } from './caller-wire.ts'
import { HeardAnswers } from './heard-answers.ts'
import { KeptLine } from './kept-line.ts'
import { rtcLinks } from './rtc-link.ts'
import { socketLinks } from './socket-link.ts'

/** Talks to the agent in real time, listens, and says what it was like: `node caller-process.ts OPTIONS`. */
const options: CallerOptions = JSON.parse(process.argv[2] ?? '')
const ongoing = new AbortController().signal
const settings = { type: 'realtime', audio: { input: { turn_detection: { type: 'semantic_vad', eagerness: 'auto' } } } }
/** Long enough for a line that was cut to be noticed and made anew. */
const answerWithinMs = 30_000
const missedAfterMs = 8000
/** An answer is over when nothing was heard for so long after all of it had come. */
const overAfterMs = 500
const talkOverAfterMs = 1000

const random: Chance = chance(options.seed)
const heard = new HeardAnswers()
const responses = { begun: 0, done: 0 }
const found = { lostSessions: 0, stopped: 0, interruptions: 0, answered: 0 }
const firstSoundMs: number[] = []
const stopMs: number[] = []
let back: { mendedAt: number; ms?: number } | undefined
const opened = Promise.withResolvers<void>()

function cameBack(): void {
  if (back !== undefined) back.ms ??= steadyMs() - back.mendedAt
}

function take(type: string): void {
  cameBack()
  if (type === 'response.created') responses.begun += 1
  if (type === 'response.done') responses.done += 1
  // Over a WebSocket a client stops by itself.
  if (type === 'input_audio_buffer.speech_started') line.link?.silence()
}

async function talk(): Promise<void> {
  const microphone = new Microphone((frame) => line.link?.speak(frame))
  const said = await speech(questions, ongoing)
  const over = await speech(interruptions, ongoing)
  await opened.promise
  const pacer = pace([microphone])
  await pause(1500)
  for (let turn = 0; turn < options.turns; turn++) {
    const isTalkedOver = options.talkOverEvery > 0 && turn % options.talkOverEvery === options.talkOverEvery - 1
    const isAnswered = await ask(microphone, said[turn % said.length] ?? new Int16Array())
    if (isAnswered) {
      found.answered += 1
      tell({ kind: 'answering', turn })
      if (isTalkedOver) await talkOver(microphone, over[turn % over.length] ?? new Int16Array())
      await answerIsOver()
    }
    await pause(300 + random.below(300))
  }
  pacer.stop()
}

async function ask(microphone: Microphone, samples: Int16Array): Promise<boolean> {
  const sound = Promise.withResolvers<number>()
  const { begins, ends } = microphone.say(samples)
  await begins
  heard.next(sound.resolve)
  const endedAt = await ends
  const soundAt = await Promise.race([sound.promise, pause(missedAfterMs, undefined, { ref: false })])
  if (soundAt === undefined) return false
  firstSoundMs.push(soundAt - endedAt)
  return true
}

async function talkOver(microphone: Microphone, samples: Int16Array): Promise<void> {
  await pause(talkOverAfterMs)
  // It ends in the middle, and that is no gap.
  heard.next()
  const { begins, ends } = microphone.say(samples)
  const begunAt = await begins
  await ends
  const stoppedAt = heard.soundedAt
  found.interruptions += 1
  if (steadyMs() - stoppedAt < overAfterMs / 2) return
  found.stopped += 1
  stopMs.push(stoppedAt - begunAt)
  const sound = Promise.withResolvers<number>()
  heard.next(sound.resolve)
  // What talks over an answer is a question itself.
  await Promise.race([sound.promise, pause(missedAfterMs, undefined, { ref: false })])
}

async function answerIsOver(): Promise<void> {
  const until = steadyMs() + answerWithinMs
  while (steadyMs() < until) {
    await pause(50)
    if (responses.done >= responses.begun && steadyMs() - heard.soundedAt > overAfterMs) return
  }
}

function tell(told: CallerTold): void {
  process.send?.(told)
}

process.on('message', (ask) => {
  back = { mendedAt: CallerAsk.parse(ask).at }
})
// Whoever wanted to know is gone.
process.on('disconnect', () => process.exit(1))

const begunAt = steadyMs()
let connectedMs = 0
const line = new KeptLine(options.kind === 'webrtc' ? rtcLinks(options.address) : socketLinks(options.address), {
  event: take,
  heard: (isSilent) => heard.hear(isSilent, steadyMs()),
  opened(link, how) {
    if (how === 'new') connectedMs = steadyMs() - begunAt
    if (how === 'another') found.lostSessions += 1
    if (how !== 'resumed') link.send({ type: 'session.update', session: settings })
    opened.resolve()
  },
})
await talk()
const sound = await line.link?.quality()
const { heardMs, silentMs, longestSilenceMs } = heard
const { withoutMs: resumedAfterMs, lostEvents, doubledEvents } = line
const findings = {
  ...found,
  connectedMs,
  turns: options.turns,
  firstSoundMs,
  stopMs,
  heardMs,
  silentMs,
  longestSilenceMs,
  resumedAfterMs,
  lostEvents,
  doubledEvents,
  backMs: back?.ms,
  sound,
}
process.send?.({ kind: 'findings', findings } satisfies CallerTold, () => process.exit(0))
