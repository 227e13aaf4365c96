import { framesOf } from '#providers/audio/pcm.ts'
import type { HeardLanguage, HearingInput, SpeechToText } from '#providers/speech-to-text/speech-to-text.ts'

const frameMs = 100

export interface SentAudio {
  samples: Int16Array
  sampleRate: number
}

/**
 * What is said in audio that was sent whole, as a part of an item; '' where nothing is.
 * @throws {SpeechToTextError} When the recogniser fails.
 */
export async function wordsIn(
  toText: SpeechToText,
  { samples, sampleRate }: SentAudio,
  lang: HeardLanguage,
  signal: AbortSignal,
): Promise<string> {
  const turns: string[] = []
  const fed = async function* (): AsyncGenerator<HearingInput> {
    for (const frame of framesOf(samples, sampleRate, frameMs)) yield { kind: 'audio', samples: frame }
    yield { kind: 'flush' }
  }
  for await (const event of toText.hear(fed(), { sampleRate, lang }, signal))
    if (event.kind === 'end-of-turn') turns.push(event.transcript.text.trim())
  return turns.filter((text) => text !== '').join(' ')
}
