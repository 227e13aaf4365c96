import type { Lang } from '#knowledge/document.ts'

/** What somebody says in one turn: `|` is a pause of 300 to 1,500 ms in the middle of it. */
export interface ScriptedTurn {
  lang: Lang
  said: string
}

export function turnsOf(lang: Lang, lines: string): ScriptedTurn[] {
  return lines
    .trim()
    .split('\n')
    .map((said) => ({ lang, said: said.trim() }))
}
