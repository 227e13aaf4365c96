import type { HeardLanguage } from '#providers/speech-to-text/speech-to-text.ts'
import { dictation } from './dictation.ts'
import { englishSentence } from './english-sentences.ts'
import { japaneseSentence } from './japanese-sentences.ts'
import type { RuleJudgement, SentenceJudgement } from './sentence-judgement.ts'
import { oddsOfEnd } from './sentence-model/odds-of-end.ts'
import { isJapanese, lettersOf, wordsOf } from './words.ts'

/** A sentence that the rules know to be whole, whatever the model makes of its words. */
const surely = 4

/** Whether what was said so far is a whole: rules name how it stands, a model fitted to cut sentences says how likely. */
export function judgeSentence(text: string, lang: HeardLanguage): SentenceJudgement {
  const judged = judgeByRules(text, lang)
  return { ...judged, odds: judged.isCertain === true ? surely : oddsOfEnd(text, judged.state) }
}

/** By its last words and its shape. */
export function judgeByRules(text: string, lang: HeardLanguage): RuleJudgement {
  const inJapanese = lang === 'auto' ? isJapanese(text) : lang === 'ja' && isJapanese(text)
  const spelled = dictation(text)
  if (spelled !== undefined) return spelled
  return inJapanese ? japaneseSentence(lettersOf(text), /[?？]\s*$/.test(text)) : englishSentence(wordsOf(text), text)
}
