import type { Candidate } from './scoring.ts'

const gone =
  /\b(?:deprecated|obsolete|discontinued|slated for removal|no longer (?:supported|available|recommended|used|works?))\b|\b(?:was|were|has been|have been|will be) removed\b|非推奨|廃止|削除され(?:た|ました|ます|る)|使えなくな|サポートされなくな/i
const clauseEnd = /,\s+|;\s+|\b(?:since|because|as|so|use|instead|in favou?r of|and)\b|、|ので|ため/i

/** The commands and names in backquotes that a sentence says are on their way out. */
export function deprecatedIn(sentence: string): string[] {
  if (!gone.test(sentence)) return []
  return sentence.split(clauseEnd).flatMap((clause) => {
    const said = gone.exec(clause)
    const name = /`([^`\n]+)`/.exec(clause.slice(0, said?.index ?? 0))?.[1]
    return name === undefined ? [] : [name.trim()]
  })
}

/**
 * Code that shows a way of doing something which its own section calls deprecated, where the section also shows another
 * way.
 */
export function deprecatedCode(candidates: readonly Candidate[]): Set<Candidate> {
  const found = new Set<Candidate>()
  for (const [, section] of Map.groupBy(candidates, ({ passage }) => passage)) {
    const names = section.flatMap(({ unit }) => (unit.kind === 'code' ? [] : deprecatedIn(unit.shown)))
    if (names.length === 0) continue
    const code = section.filter(({ unit }) => unit.kind === 'code')
    const old = code.filter(({ unit }) => names.some((name) => holdsWord(unit.shown, name)))
    if (old.length < code.length) for (const candidate of old) found.add(candidate)
  }
  return found
}

/** Whether the text holds it as a word of its own. */
export function holdsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!/[\w-]/.test(text.charAt(at - 1)) && !/[\w-]/.test(text.charAt(at + word.length))) return true
  }
  return false
}
