import { sentencesIn } from './sentences.ts'
import { type Speakable, type SpeakableOptions, speakable } from './speakable.ts'

export interface SpokenSentence {
  /** As it is written, without the space around it. */
  written: string
  spoken: Speakable
}

/** A text's sentences that there is something to say of, in order. */
export function spokenSentences(text: string, options: SpeakableOptions): SpokenSentence[] {
  return sentencesIn(text)
    .map((sentence) => sentence.trim())
    .map((written) => ({ written, spoken: speakable(written, options) }))
    .filter(({ spoken }) => spoken.text !== '')
}
