import type { HeardLanguage } from '#providers/speech-to-text/speech-to-text.ts'
import { dictation } from './dictation.ts'
import { englishSentence } from './english-sentences.ts'
import { japaneseSentence } from './japanese-sentences.ts'
import { isJapanese, lettersOf, wordsOf } from './words.ts'

/**
 * How a turn's words stand at their end. `complete`: a speaker may well stop here. `unclear`: may or may not.
 * `topic`: something was named and is usually, not always, followed by what is asked of it. `open`: the grammar wants
 * more. `dictating`: in the middle of a number, a name being spelled, an address. `filler`: thinking aloud.
 */
export type SentenceState = 'complete' | 'unclear' | 'topic' | 'open' | 'dictating' | 'filler'

export interface SentenceJudgement {
  state: SentenceState
  /** For people: the reason. */
  because: string
}

/** Whether what was said so far is a whole, by its last words and its shape. */
export function judgeSentence(text: string, lang: HeardLanguage): SentenceJudgement {
  const inJapanese = lang === 'auto' ? isJapanese(text) : lang === 'ja' && isJapanese(text)
  const spelled = dictation(text)
  if (spelled !== undefined) return spelled
  return inJapanese ? japaneseSentence(lettersOf(text), /[?？]\s*$/.test(text)) : englishSentence(wordsOf(text), text)
}
