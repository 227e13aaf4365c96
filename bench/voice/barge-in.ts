import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { defaultMinimumMs } from '#voice-bot/turn-taking/options.ts'
import { type Percentiles, percentiles } from '../search.ts'
import type { ProviderMark } from '../stand-ins/spoken-script.ts'
import { startStandIns } from '../stand-ins/stand-ins.ts'
import { Caller } from './caller.ts'
import { interruptions, pace, questions, speech } from './microphone.ts'
import { talkativeProviders } from './scripts.ts'
import { startVoiceChild } from './voice-child.ts'

export interface BargeInRow {
  system: string
  transport: string
  interruptions: number
  missed: number
  /** Milliseconds from the first voiced frame of an interruption until the client was told to stop, less the least length of one. */
  stop: Percentiles
  /** From then until the voice was told to stop. */
  voiceCancelled?: Percentiles | undefined
  /** Pieces of sound that came after the client had been told to stop. */
  soundAfterwards?: number | undefined
}

/** What is taken for an interruption at the least; LiveKit is set to 500 ms. */
const leastMs = defaultMinimumMs
const warmUp = 2
const Marks = z.record(z.string(), z.array(z.custom<ProviderMark>((mark) => typeof mark === 'object')))

interface Interrupted {
  begunAt: number
  stoppedAt: number
  soundAfterwards: number
}

/** Long answers talked over in real time. */
export async function benchBargeIn(turns: number, signal: AbortSignal): Promise<BargeInRow> {
  const asked = await speech(questions, signal)
  const over = await speech(interruptions, signal)
  await using standIns = await startStandIns(['spoken'])
  await using voice = await startVoiceChild(await standIns.askText('spoken', 'url', talkativeProviders))
  const turn_detection = { type: 'server_vad', silence_duration_ms: 300 }
  await using caller = await Caller.connect(voice.url, { audio: { input: { turn_detection } } })
  const pacer = pace([caller.microphone])
  const found: Interrupted[] = []
  let missed = 0
  try {
    await pause(1000, undefined, { signal })
    // What talks over an answer is a question itself, whose answer is talked over next.
    let sounds = await answered(caller, asked[0] ?? new Int16Array(), signal)
    for (let turn = 0; turn < turns + warmUp; turn++) {
      await pause(1500 + Math.random() * 200, undefined, { signal })
      const one = sounds ? await talkOver(caller, over[turn % over.length] ?? new Int16Array(), signal) : undefined
      if (turn >= warmUp) {
        if (one === undefined) missed += 1
        else found.push(one)
      }
      sounds =
        (one !== undefined && (await soundFrom(caller, signal))) ||
        (await answered(caller, asked[turn % asked.length] ?? new Int16Array(), signal))
    }
  } finally {
    pacer.stop()
  }
  const marks = Marks.parse(await standIns.ask('spoken', 'marks')).voice ?? []
  const cancels = marks.filter(({ what }) => what === 'voice-cancelled')
  return {
    system: 'Nightdesk',
    transport: 'WebSocket',
    interruptions: found.length,
    missed,
    stop: percentiles(found.map(({ begunAt, stoppedAt }) => stoppedAt - begunAt - leastMs)),
    voiceCancelled: percentiles(
      found.flatMap(({ begunAt, stoppedAt }) => {
        const cancel = cancels.find(({ at }) => at > begunAt && at < stoppedAt + 1000)
        return cancel === undefined ? [] : [cancel.at - stoppedAt]
      }),
    ),
    soundAfterwards: found.reduce((sum, one) => sum + one.soundAfterwards, 0),
  }
}

/** @returns Whether an answer began to sound. */
async function answered(caller: Caller, samples: Int16Array, signal: AbortSignal): Promise<boolean> {
  caller.listen(() => undefined)
  await caller.microphone.say(samples).ends
  return await soundFrom(caller, signal)
}

async function soundFrom(caller: Caller, signal: AbortSignal): Promise<boolean> {
  const at = await Promise.race([caller.next('response.output_audio.delta'), pause(8000, undefined, { signal })])
  return at !== undefined
}

/** Says something over an answer, as long as it takes. */
async function talkOver(caller: Caller, samples: Int16Array, signal: AbortSignal): Promise<Interrupted | undefined> {
  const stop = Promise.withResolvers<number>()
  let stoppedAt: number | undefined
  let soundAfterwards = 0
  let isNew = false
  caller.listen((type, at) => {
    if (type === 'input_audio_buffer.speech_started') {
      stoppedAt ??= at
      stop.resolve(at)
    }
    // What comes after the next response has begun is its own.
    if (type === 'response.created') isNew = true
    if (type === 'response.output_audio.delta' && stoppedAt !== undefined && !isNew) soundAfterwards += 1
  })
  const { begins, ends } = caller.microphone.say(samples)
  const begunAt = await begins
  await ends
  const at = await Promise.race([stop.promise, pause(3000, undefined, { signal })])
  return at === undefined ? undefined : { begunAt, stoppedAt: at, soundAfterwards }
}
