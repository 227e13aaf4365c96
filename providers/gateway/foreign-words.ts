import type { HeardLanguage } from '../speech-to-text/speech-to-text.ts'

/** Enough to tell a script by: names of things are written in any. */
const leastLetters = 8
/** English terms fill whole sentences of Japanese engineers. */
const leastWithoutJapanese = 60
/** A sentence of Japanese has kana by then; Chinese has none. */
const leastWithoutKana = 16

/** Whether what was heard is written in a script in which that language is not. Other languages of the same script pass. */
export function isForeign(text: string, lang: HeardLanguage): boolean {
  const count = (script: RegExp): number => text.match(script)?.length ?? 0
  const letters = count(/\p{L}/gu)
  if (letters < leastLetters) return false
  const kana = count(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu)
  const han = count(/\p{Script=Han}/gu)
  const latin = count(/\p{Script=Latin}/gu)
  if (letters - kana - han - latin > letters / 2) return true
  if (lang === 'en') return kana + han > letters / 2
  if (han >= leastWithoutKana && kana === 0) return true
  return lang === 'ja' && kana + han === 0 && letters >= leastWithoutJapanese
}
