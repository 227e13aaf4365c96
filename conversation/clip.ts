import type { Lang } from '#knowledge/document.ts'
import { soundOfClip } from '#providers/audio/clip-sound.ts'
import { durationMs, framesOf, joined } from '#providers/audio/pcm.ts'
import { writeWav } from '#providers/audio/wav.ts'
import type { HeardLanguage, HearingInput } from '#providers/speech-to-text/speech-to-text.ts'
import { speakableChecked } from './guardrails/speech.ts'
import { untilAborted } from './lifetimes.ts'
import type { SpeechParts } from './parts.ts'
import { sentencesIn } from './speech/sentences.ts'

export interface ClipHearing {
  lang: HeardLanguage
  /** Likely to be said, the likeliest first. */
  keyterms: readonly string[]
  /** What is behind it is not heard. */
  longestMs: number
}

/** What speech recognisers are made for. */
const heardRate = 16_000
const frameMs = 100

/**
 * What is said in a recording, by the recogniser that hears conversations; '' where nothing is.
 * @throws {ClipUnreadableError} When it can't be decoded.
 * @throws {SpeechToTextError} When the recogniser fails.
 */
export async function heardInClip(
  { toText }: { toText: NonNullable<SpeechParts['toText']> },
  bytes: Uint8Array,
  { lang, keyterms, longestMs }: ClipHearing,
  signal: AbortSignal,
): Promise<string> {
  const sound = await soundOfClip(bytes, { sampleRate: heardRate, longestMs }, signal)
  if (sound.length === 0) return ''
  const turns: string[] = []
  const events = toText.hear(fed(sound), { sampleRate: heardRate, lang, keyterms }, signal)
  for await (const event of untilAborted(events, signal))
    if (event.kind === 'end-of-turn') turns.push(event.transcript.text.trim())
  return turns.filter((text) => text !== '').join(' ')
}

async function* fed(sound: Int16Array): AsyncGenerator<HearingInput> {
  for (const samples of framesOf(sound, heardRate, frameMs)) yield { kind: 'audio', samples }
  yield { kind: 'flush' }
}

/** Written words as a WAV file with somebody saying them; undefined: nothing of them can be said. */
export async function clipSaying(
  { toSpeech, lexicon }: { toSpeech: NonNullable<SpeechParts['toSpeech']>; lexicon: SpeechParts['lexicon'] },
  written: string,
  lang: Lang,
  signal: AbortSignal,
): Promise<{ wav: Uint8Array; ms: number } | undefined> {
  const { said } = speakableChecked(written, { lang, lexicon, shownOn: 'slack' })
  if (said.text.trim() === '') return undefined
  const sound: Int16Array[] = []
  for await (const { samples } of toSpeech.say(spokenSentences(said.text), { lang: said.lang }, signal))
    sound.push(samples)
  const samples = joined(sound)
  if (samples.length === 0) return undefined
  return { wav: writeWav(samples, toSpeech.sampleRate), ms: durationMs(samples.length, toSpeech.sampleRate) }
}

async function* spokenSentences(text: string): AsyncGenerator<string> {
  yield* sentencesIn(text)
}
