import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { defaultMinimumMs } from '#voice-bot/turn-taking/options.ts'
import { type Percentiles, percentiles } from '../search.ts'
import type { ProviderMark } from '../stand-ins/spoken-script.ts'
import { startStandIns } from '../stand-ins/stand-ins.ts'
import { startAgent } from '../voice-network/agent.ts'
import { CallingCaller } from './call.ts'
import { Caller, type Talking } from './caller.ts'
import { interruptions, pace, questions, speech } from './microphone.ts'
import { talkativeProviders } from './scripts.ts'
import { startVoiceChild } from './voice-child.ts'

export interface BargeInRow {
  system: string
  transport: string
  interruptions: number
  missed: number
  /** Milliseconds from the first voiced frame of an interruption until the client was silent, less the least length of one. */
  stop: Percentiles
  /** From when the client was told until the voice was told to stop. */
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
  /** The client was told to stop. */
  toldAt: number
  /** The last sound came out of its track, or, where it plays by itself, it was told to stop. */
  silentAt: number
  soundAfterwards: number
}

/** Long answers talked over in real time, over a WebSocket and over a call. */
export async function benchBargeIn(
  turns: number,
  progress: (what: string) => void,
  signal: AbortSignal,
): Promise<BargeInRow[]> {
  const turn_detection = { type: 'server_vad', silence_duration_ms: 300 }
  const session = { audio: { input: { turn_detection } } }
  progress('Nightdesk, talked over')
  const bySocket = await talkedOver('WebSocket', turns, signal, async (providers, closing) => {
    const voice = closing.use(await startVoiceChild(providers))
    return closing.use(await Caller.connect(voice.url, session))
  })
  progress('Nightdesk, talked over in a call')
  const byCall = await talkedOver('WebRTC', turns, signal, async (providers, closing) => {
    const agent = closing.use(await startAgent(providers))
    return closing.use(await CallingCaller.connect(`127.0.0.1:${agent.port}`, session))
  })
  return [bySocket, byCall]
}

async function talkedOver(
  transport: string,
  turns: number,
  signal: AbortSignal,
  connect: (providersUrl: string, closing: AsyncDisposableStack) => Promise<Talking>,
): Promise<BargeInRow> {
  const asked = await speech(questions, signal)
  const over = await speech(interruptions, signal)
  await using standIns = await startStandIns(['spoken'])
  await using closing = new AsyncDisposableStack()
  const caller = await connect(await standIns.askText('spoken', 'url', talkativeProviders), closing)
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
    transport,
    interruptions: found.length,
    missed,
    stop: percentiles(found.map(({ begunAt, silentAt }) => silentAt - begunAt - leastMs)),
    voiceCancelled: percentiles(
      found.flatMap(({ begunAt, toldAt }) => {
        const cancel = cancels.find(({ at }) => at > begunAt && at < toldAt + 1000)
        return cancel === undefined ? [] : [cancel.at - toldAt]
      }),
    ),
    soundAfterwards: found.reduce((sum, one) => sum + one.soundAfterwards, 0),
  }
}

/** @returns Whether an answer began to sound. */
async function answered(caller: Talking, samples: Int16Array, signal: AbortSignal): Promise<boolean> {
  caller.listen(() => undefined)
  await caller.microphone.say(samples).ends
  return await soundFrom(caller, signal)
}

async function soundFrom(caller: Talking, signal: AbortSignal): Promise<boolean> {
  const at = await Promise.race([caller.nextSound(), pause(8000, undefined, { signal })])
  return at !== undefined
}

/** Says something over an answer, as long as it takes. */
async function talkOver(caller: Talking, samples: Int16Array, signal: AbortSignal): Promise<Interrupted | undefined> {
  const stop = Promise.withResolvers<number>()
  let toldAt: number | undefined
  let soundAfterwards = 0
  let isNew = false
  let silentAt: number | undefined
  caller.listen((type, at) => {
    if (type === 'input_audio_buffer.speech_started') {
      toldAt ??= at
      stop.resolve(at)
    }
    // What comes after the next response has begun is its own.
    if (type === 'response.created') {
      isNew = true
      silentAt ??= caller.soundedAt
    }
    if (type === 'response.output_audio.delta' && toldAt !== undefined && !isNew) soundAfterwards += 1
  })
  const { begins, ends } = caller.microphone.say(samples)
  const begunAt = await begins
  await ends
  const at = await Promise.race([stop.promise, pause(3000, undefined, { signal })])
  return at === undefined
    ? undefined
    : { begunAt, toldAt: at, silentAt: silentAt ?? caller.soundedAt ?? at, soundAfterwards }
}
