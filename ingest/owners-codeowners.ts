import { ownersPattern } from './owners-pattern.ts'

/**
 * Owners of a path relative to the folder that the file speaks for; `undefined` when no line fits it, [] when the
 * line that does names nobody.
 */
export type OwnersOf = (path: string) => readonly string[] | undefined

interface Rule {
  section: string
  fits: (path: string) => boolean
  owners: readonly string[]
}

/**
 * Reads a CODEOWNERS file: the last line that fits counts. GitLab's sections are read too: each adds the owners of
 * its own last fitting line, and lines without owners take the section's.
 */
export function parseCodeowners(text: string): OwnersOf {
  const rules: Rule[] = []
  let section = ''
  let defaults: readonly string[] = []
  for (const line of text.split(/\r?\n/)) {
    const words = wordsOf(line)
    const head = /^\^?\[([^\]]+)\](?:\[\d+\])?(.*)$/.exec(line.trim())
    if (head !== null) {
      section = (head[1] ?? '').toLowerCase()
      defaults = wordsOf(head[2] ?? '')
    } else if (words[0] !== undefined && !words[0].startsWith('!')) {
      const owners = words.slice(1)
      rules.push({ section, fits: ownersPattern(words[0]), owners: owners.length === 0 ? defaults : owners })
    }
  }
  return (path) => ownersBy(rules, path)
}

function ownersBy(rules: readonly Rule[], path: string): readonly string[] | undefined {
  const bySection = new Map<string, readonly string[]>()
  for (const rule of rules) if (rule.fits(path)) bySection.set(rule.section, rule.owners)
  return bySection.size === 0 ? undefined : [...new Set([...bySection.values()].flat())]
}

/** Words between spaces, up to a comment; `\ ` is a space within a word. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:\\.|[^\s\\])+/g) ?? []
  const comment = words.findIndex((word) => word.startsWith('#'))
  return comment < 0 ? words : words.slice(0, comment)
}
