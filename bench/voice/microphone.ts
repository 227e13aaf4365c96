import { joined } from '#providers/audio/pcm.ts'
import { EspeakTextToSpeech } from '#providers/text-to-speech/espeak/espeak-text-to-speech.ts'
import { steadyMs } from '../conversation/port-marks.ts'

/** As the Realtime protocol has it. */
export const micRate = 24_000
const micFrameMs = 20
const frameLength = (micRate * micFrameMs) / 1000
/** Below it a sample is no speech: where utterances begin and end. */
const audible = 300

export const questions = [
  'How do I fail over the payments database by hand?',
  'What should I check first when the gateway returns errors?',
  'Which team owns the message queue in the second region?',
  'Where is the rollback procedure for the billing service?',
] as const

/** Fluent, without an inner pause, longer than any least length of an interruption. */
export const interruptions = [
  'stop that I need the procedure for the other region now',
  'hold on which of the two databases are you talking about',
  'no wait give me the command that rolls everything back first',
] as const

/** Speech cut so that its first and its last frame are voiced. */
export async function speech(texts: readonly string[], signal: AbortSignal): Promise<Int16Array[]> {
  await using voice = new EspeakTextToSpeech({ sampleRate: micRate })
  const said: Int16Array[] = []
  for (const text of texts) {
    const pieces = voice.say(
      (async function* () {
        yield text
      })(),
      { lang: 'en' },
      signal,
    )
    const samples: Int16Array[] = []
    for await (const piece of pieces) samples.push(piece.samples)
    said.push(cut(joined(samples)))
  }
  return said
}

function cut(samples: Int16Array): Int16Array {
  const from = samples.findIndex((sample) => Math.abs(sample) > audible)
  const to = samples.findLastIndex((sample) => Math.abs(sample) > audible)
  const length = Math.floor((to + 1 - from) / frameLength) * frameLength
  return samples.slice(to + 1 - length, to + 1)
}

/** Two seconds of faint noise, of which any frame may come next: a microphone is never quite silent. */
const room = Int16Array.from({ length: micRate * 2 }, () => Math.round((Math.random() - 0.5) * 16))

function roomTone(): Int16Array {
  const from = Math.floor(Math.random() * (room.length - frameLength))
  return room.subarray(from, from + frameLength)
}

/** A microphone that is always on: what is to be said next, or the room. */
export class Microphone {
  #saying: { samples: Int16Array; at: number; done: (endedAt: number) => void; begun: (at: number) => void } | undefined
  readonly #send: (frame: Int16Array) => void

  constructor(send: (frame: Int16Array) => void) {
    this.#send = send
  }

  /** @returns When its first and its last frame were sent, milliseconds. */
  say(samples: Int16Array): { begins: Promise<number>; ends: Promise<number> } {
    const begins = Promise.withResolvers<number>()
    const ends = Promise.withResolvers<number>()
    this.#saying = { samples, at: 0, begun: begins.resolve, done: ends.resolve }
    return { begins: begins.promise, ends: ends.promise }
  }

  tick(): void {
    const saying = this.#saying
    if (saying === undefined) {
      this.#send(roomTone())
      return
    }
    const frame = saying.samples.subarray(saying.at, saying.at + frameLength)
    const now = steadyMs()
    if (saying.at === 0) saying.begun(now)
    saying.at += frameLength
    this.#send(frame)
    if (saying.at < saying.samples.length) return
    this.#saying = undefined
    saying.done(now)
  }
}

/** One clock for all microphones: each gives a frame every 20 ms, however late the timer is. */
export function pace(microphones: readonly Microphone[]): { stop(): void; worstMs(): number } {
  const started = steadyMs()
  let ticks = 0
  let worst = 0
  const timer = setInterval(() => {
    const due = Math.floor((steadyMs() - started) / micFrameMs)
    worst = Math.max(worst, steadyMs() - started - (ticks + 1) * micFrameMs)
    for (; ticks < due; ticks++) for (const microphone of microphones) microphone.tick()
  }, 4)
  return { stop: () => clearInterval(timer), worstMs: () => worst }
}
