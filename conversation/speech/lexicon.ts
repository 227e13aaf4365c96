import { readFileSync } from 'node:fs'
import type { Lang } from '#knowledge/document.ts'
import { OpsError } from '#runtime/errors.ts'

/** How a term is read in each language. */
export interface Lexicon {
  /** The reading of the longest term that begins at `at`, and how long the term is. */
  at(text: string, at: number, lang: Lang): { length: number; reading: string } | undefined
}

interface Entry {
  term: string
  reading: string
  /** It has no capitals, and is meant in any case. */
  isAnyCase: boolean
}

const sectionLine = /^\[(en|ja)\]$/

/**
 * A line a term: `term => reading`. What follows `[en]` or `[ja]` is for that language, what comes before for both; `#`
 * begins a comment. A term in small letters is meant in any case, one with capitals only as it is written. Later lexicons
 * win over earlier ones.
 * @throws {LexiconError} that names each line at fault.
 */
export function parseLexicon(...files: readonly string[]): Lexicon {
  const entries: Record<Lang, Map<string, Entry>> = { en: new Map(), ja: new Map() }
  const faults: string[] = []
  for (const file of files) {
    let langs: readonly Lang[] = ['en', 'ja']
    for (const [number, raw] of file.split(/\r?\n/).entries()) {
      const line = raw.replace(/(?:^|\s)#.*$/, '').trim()
      if (line === '') continue
      const section = sectionLine.exec(line)?.[1]
      if (section === 'en' || section === 'ja') {
        langs = [section]
        continue
      }
      const [term = '', reading = '', ...rest] = line.split(/\s*=>\s*/)
      if (term === '' || reading === '' || rest.length > 0) faults.push(`line ${number + 1}: ${line}`)
      else for (const lang of langs) entries[lang].set(term, { term, reading, isAnyCase: term === term.toLowerCase() })
    }
  }
  if (faults.length > 0) throw new LexiconError(faults)
  const indexes = { en: index(entries.en.values()), ja: index(entries.ja.values()) }
  return { at: (text, at, lang) => longestAt(indexes[lang], text, at) }
}

/** A lexicon that can't be read. */
export class LexiconError extends OpsError {
  override readonly name = 'LexiconError'
  readonly code = 'lexicon_invalid'
  readonly retryable = false
  readonly userMessage: string
  constructor(faults: readonly string[]) {
    const lines = faults.map((fault) => `  ${fault}`).join('\n')
    super(`The pronunciation lexicon must hold lines of the form "term => reading":\n${lines}`)
    this.userMessage = this.message
  }
}

/** Names and terms of operations as they are said; it ships with the project. */
export function shippedLexicon(...own: readonly string[]): Lexicon {
  return parseLexicon(readFileSync(new URL('./lexicon.txt', import.meta.url), 'utf8'), ...own)
}

/** By the first letter, the longest first. */
type Index = ReadonlyMap<string, readonly Entry[]>

function index(entries: Iterable<Entry>): Index {
  const byLetter = new Map<string, Entry[]>()
  for (const entry of entries) {
    const letter = entry.term.charAt(0).toLowerCase()
    byLetter.set(letter, [...(byLetter.get(letter) ?? []), entry])
  }
  for (const some of byLetter.values()) some.sort((a, b) => b.term.length - a.term.length)
  return byLetter
}

const joins = /[A-Za-z0-9]/

function longestAt(entries: Index, text: string, at: number): { length: number; reading: string } | undefined {
  if (joins.test(text.charAt(at)) && joins.test(text.charAt(at - 1))) return undefined
  for (const { term, reading, isAnyCase } of entries.get(text.charAt(at).toLowerCase()) ?? []) {
    const here = text.slice(at, at + term.length)
    if ((isAnyCase ? here.toLowerCase() : here) !== term) continue
    const next = text.charAt(at + term.length)
    if (joins.test(term.slice(-1)) && joins.test(next)) continue
    return { length: term.length, reading }
  }
  return undefined
}
