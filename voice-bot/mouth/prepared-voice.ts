import type { Lang } from '#knowledge/document.ts'
import { durationMs } from '#providers/audio/pcm.ts'
import type { SpeakingOptions, SpokenAudio, TextToSpeech } from '#providers/text-to-speech/text-to-speech.ts'
import type { Log } from '#runtime/log.ts'
import type { Timing } from '../realtime/playback.ts'

export interface PreparedVoiceParts {
  voice: TextToSpeech
  /** What is likely to have to be said at once: apologies, and words that bridge a wait. */
  phrases: Readonly<Record<Lang, readonly string[]>>
  /** Said when the voice is slow to begin; one of the phrases. */
  bridge: Readonly<Record<Lang, string>>
  /** So long after it was given words. */
  slowAfterMs: number
  timing: Timing
  log: Log
}

export interface PreparedVoice extends TextToSpeech {
  /** Says all phrases, to nobody, and keeps the sound; those that fail are said when they are needed. Once. */
  prepare(signal: AbortSignal): Promise<void>
}

/** The same voice, with some of its words from memory: they sound at once, and when the voice itself is away. */
export function preparedVoice(parts: PreparedVoiceParts): PreparedVoice {
  const { voice, phrases, log } = parts
  const kept = new Map<string, SpokenAudio[]>()
  let preparing: Promise<void> | undefined
  const prepareAll = async (signal: AbortSignal): Promise<void> => {
    for (const lang of ['en', 'ja'] as const) {
      for (const phrase of phrases[lang]) {
        try {
          const sound = await Array.fromAsync(voice.say(once(phrase), { lang }, signal))
          if (lengthMs(sound, voice.sampleRate) > 0) kept.set(keyOf(phrase, lang), sound)
        } catch (err) {
          if (signal.aborted) return
          log.warn({ err, lang }, 'a phrase could not be prepared')
        }
      }
    }
  }
  return {
    id: voice.id,
    sampleRate: voice.sampleRate,
    prepare: (signal) => {
      preparing ??= prepareAll(signal)
      return preparing
    },
    say: (text, options, signal) => said(parts, kept, { text, options }, signal),
    [Symbol.asyncDispose]: () => voice[Symbol.asyncDispose](),
  }
}

async function* said(
  { voice, bridge, slowAfterMs, timing }: PreparedVoiceParts,
  kept: ReadonlyMap<string, SpokenAudio[]>,
  { text, options }: { text: AsyncIterable<string>; options: SpeakingOptions },
  signal: AbortSignal,
): AsyncGenerator<SpokenAudio> {
  signal.throwIfAborted()
  const pieces = text[Symbol.asyncIterator]()
  const first = await pieces.next()
  if (first.done === true) return
  const isUsual = options.voice === undefined && (options.speed ?? 1) === 1
  const known = isUsual ? kept.get(keyOf(first.value, options.lang)) : undefined
  let offsetMs = 0
  if (known !== undefined) {
    yield* known
    offsetMs = lengthMs(known, voice.sampleRate)
  }
  signal.throwIfAborted()
  const rest = following(known === undefined ? [first.value] : [], pieces)
  const sound = voice.say(rest, options, signal)[Symbol.asyncIterator]()
  try {
    // Only the beginning may be late: what is behind a phrase from memory waits for its own words, not for the voice.
    const filler = known === undefined && isUsual ? kept.get(keyOf(bridge[options.lang], options.lang)) : undefined
    const beginning = sound.next()
    if (filler !== undefined && (await isLate(beginning, slowAfterMs, timing))) {
      for (const { samples } of filler) yield { samples, words: [] }
      offsetMs += lengthMs(filler, voice.sampleRate)
    }
    for (let next = await beginning; next.done !== true; next = await sound.next()) yield later(next.value, offsetMs)
  } finally {
    // Not waited for: a voice that hangs would hold us up.
    sound.return?.()?.then(undefined, () => undefined)
  }
}

/** Nothing is left on a promise that takes long. */
async function isLate(promise: Promise<unknown>, ms: number, timing: Timing): Promise<boolean> {
  const { promise: outcome, resolve } = Promise.withResolvers<boolean>()
  const stop = timing.after(ms, () => resolve(true))
  const there = (): void => resolve(false)
  promise.then(there, there)
  const late = await outcome
  stop()
  return late
}

async function* following(first: readonly string[], pieces: AsyncIterator<string>): AsyncGenerator<string> {
  try {
    yield* first
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value
  } finally {
    pieces.return?.()?.then(undefined, () => undefined)
  }
}

function later({ samples, words }: SpokenAudio, ms: number): SpokenAudio {
  if (ms === 0) return { samples, words }
  return { samples, words: words.map((word) => ({ ...word, fromMs: word.fromMs + ms, toMs: word.toMs + ms })) }
}

function lengthMs(sound: readonly SpokenAudio[], sampleRate: number): number {
  return durationMs(
    sound.reduce((sum, { samples }) => sum + samples.length, 0),
    sampleRate,
  )
}

function keyOf(phrase: string, lang: Lang): string {
  return `${lang} ${phrase.trim()}`
}

async function* once(text: string): AsyncGenerator<string> {
  yield text
}
