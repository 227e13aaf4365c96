import type { ShownOn } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import { isSayable, spokenCode } from './commands.ts'
import type { Lexicon } from './lexicon.ts'
import { words } from './wording.ts'

export interface SpeechContext {
  lang: Lang
  lexicon: Lexicon
  shownOn: ShownOn
  /** Takes code that isn't said. */
  show: (code: string) => void
}

/** Said as it is, or a stretch of the match to be read by the rules in turn. */
export type Part = string | { from: number; to: number }

export interface Rule {
  /** Sticky. */
  pattern: RegExp
  /** Undefined: it doesn't apply here after all. `length`: less or more of the text is meant than was matched. */
  say: (match: RegExpExecArray, context: SpeechContext) => Said | undefined
}

export type Said = string | readonly Part[] | { said: string; length: number }

export function rule(pattern: RegExp, say: Rule['say']): Rule {
  return { pattern: new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}y`), say }
}

/** What the first rule that applies at a place makes of it. */
export function ruleAt(
  rules: readonly Rule[],
  text: string,
  at: number,
  context: SpeechContext,
): { length: number; parts: readonly Part[] } | undefined {
  for (const { pattern, say } of rules) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null || match[0] === '') continue
    const said = say(match, context)
    if (said === undefined) continue
    if (typeof said === 'string') return { length: match[0].length, parts: [said] }
    return 'length' in said && 'said' in said
      ? { length: said.length, parts: [said.said] }
      : { length: match[0].length, parts: said }
  }
  return undefined
}

/** Code as it is said, or that it is to be read. */
export function codeSaid(code: string, { lang, lexicon, shownOn, show }: SpeechContext): string {
  if (isSayable(code)) return spokenCode(code, lang, lexicon)
  show(code)
  return words[lang].codeShown(shownOn)
}
