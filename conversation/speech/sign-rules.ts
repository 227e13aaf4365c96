import type { Lang } from '#knowledge/document.ts'
import { type Rule, rule } from './rule.ts'

/** Signs in a sentence, by what they mean there. */
function sign(pattern: RegExp, said: Readonly<Record<Lang, string>>): Rule {
  return rule(pattern, (_, { lang }) => said[lang])
}

export const signRules: readonly Rule[] = [
  // Japanese has no space where its lines break.
  rule(/\s*\n\s*/, (_, { lang }) => (lang === 'ja' ? '' : undefined)),
  sign(/\s*[〜～]\s*/, { en: ' to ', ja: 'から' }),
  sign(/：\s*/, { en: ': ', ja: '、' }),
  sign(/(?:→|⇒|➜|-+>|=>)\s*/, { en: ', then ', ja: '、' }),
  sign(/(?:≥|>=)\s*/, { en: ' at least ', ja: '以上、' }),
  sign(/(?:≤|<=)\s*/, { en: ' at most ', ja: '以下、' }),
  sign(/(?:≠|!=)\s*/, { en: ' is not ', ja: 'ではなく' }),
  sign(/>\s*(?=\d)/, { en: ' more than ', ja: '大なり' }),
  sign(/<\s*(?=\d)/, { en: ' less than ', ja: '小なり' }),
  sign(/±\s*/, { en: ' plus or minus ', ja: 'プラスマイナス' }),
  sign(/×\s*/, { en: ' times ', ja: 'かける' }),
  sign(/&{1,2}\s*/, { en: ' and ', ja: 'アンド' }),
  sign(/={1,2}\s*/, { en: ' equals ', ja: 'イコール' }),
  sign(/\+(?=\s|$)/, { en: ' or more', ja: '以上' }),
  sign(/(?<=\s)\+\s+/, { en: ' plus ', ja: 'プラス' }),
  sign(/(?<=\s)\/\s+/, { en: ', ', ja: '、' }),
  sign(/(?:[—–]|--(?=\s))\s*/, { en: ', ', ja: '、' }),
  sign(/(?:…|\.{3,})/, { en: '.', ja: '。' }),
  sign(/[(（[【]\s*/, { en: ', ', ja: '、' }),
  sign(/[)）\]】]\s*(?=[.,;:!?、。])/, { en: '', ja: '' }),
  // A particle goes with what stands before the bracket.
  rule(/[)）\]】]\s*(?=[はがをにへでとのもや])/, (_, { lang }) => (lang === 'ja' ? '' : undefined)),
  sign(/[)）\]】]\s*/, { en: ', ', ja: '、' }),
  sign(/[“”"«»]/, { en: '', ja: '' }),
  sign(/;\s*/, { en: ', ', ja: '、' }),
  sign(/[|・•▪●◦]\s*/, { en: ', ', ja: '、' }),
  sign(/[*_`~^\\<>{}#]/, { en: ' ', ja: '' }),
]
