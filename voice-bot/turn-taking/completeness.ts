import type { HeardLanguage } from '#providers/speech-to-text/speech-to-text.ts'
import { dictation } from './dictation.ts'
import { englishSentence } from './english-sentences.ts'
import { japaneseSentence } from './japanese-sentences.ts'
import type { SentenceJudgement } from './sentence-judgement.ts'
import { isJapanese, lettersOf, wordsOf } from './words.ts'

/** Whether what was said so far is a whole, by its last words and its shape. */
export function judgeSentence(text: string, lang: HeardLanguage): SentenceJudgement {
  const inJapanese = lang === 'auto' ? isJapanese(text) : lang === 'ja' && isJapanese(text)
  const spelled = dictation(text)
  if (spelled !== undefined) return spelled
  return inJapanese ? japaneseSentence(lettersOf(text), /[?？]\s*$/.test(text)) : englishSentence(wordsOf(text), text)
}
