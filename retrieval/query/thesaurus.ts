import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stemmer } from 'stemmer'
import { stopWords } from '#knowledge/terms/stop-words.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import { spelledOut, unsaid } from './spelled-out.ts'

/** Other words for one: each is the terms that must stand together in a passage. */
export type Alternatives = readonly (readonly string[])[]

export interface OtherWords {
  alternatives: Map<string, Alternatives>
  /** The first few of them as text, to be embedded with the question. */
  said: string
}

interface Member {
  text: string
  terms: readonly string[]
  /** Small words carry its meaning ("run out"), so that its terms alone would say something else. */
  onlyAsked: boolean
}

interface Found {
  phrase: string
  groups: readonly Group[]
}

interface Word {
  word: string
  stem: string
}

interface FoundPhrase {
  words: readonly Word[]
  groups: readonly Group[]
  /** Its last word, where that stands apart. */
  end?: Word
}

const longestPhrase = 5
/** Words that may stand where a member says `..`: "roll .. back" is said as "roll that last release back". */
const widestGap = 4
const longestJapanese = 14
const saidEach = 5
/** The rest says again what the words within say. */
const saidEachAdded = 2
const mostStems = 50_000
const gap = ' .. '
/** A verb and its particle, as one asks; headings write them as one word. */
const verbApart = /\b([a-z]{3,}?)(?:s|ed|ing)? (over|back|up|down|out|off|around)\b/gi
const oneWay = ' => '
const added = '+ '

/** The words of one line. Most are never asked for, so they are taken apart when they are. */
class Group {
  /** The words within its phrases keep their own meaning. */
  readonly adds: boolean
  readonly #text: string
  #sought: readonly Member[] | undefined

  constructor(text: string, adds: boolean) {
    this.#text = text
    this.adds = adds
  }

  get sought(): readonly Member[] {
    this.#sought ??= membersOf(this.#text)
      .filter((text) => !text.includes(gap))
      .map(memberOf)
    return this.#sought
  }
}

/**
 * What an engineer may call a thing otherwise, in both languages: "the box" for a node, 「証明書」 for a certificate.
 * One group of words a line of thesaurus.txt; what stands before `=>` is only asked, and what stands after it only
 * looked for. A phrase hides what its words mean alone, but for a line that begins with `+`.
 */
export class Thesaurus {
  /** By their first two letters, until a question has such a word: stemming them all at the start takes 0.2 s. */
  readonly #unread = new Map<string, { text: string; group: Group }[]>()
  /** By stems. */
  readonly #latin = new Map<string, Group[]>()
  /** By the stems before the gap. */
  readonly #gapped = new Map<string, { after: string; group: Group }[]>()
  readonly #japanese = new Map<string, Group[]>()
  /** "failover", which is also written "fail over". */
  readonly #oneWord = new Set<string>()
  /** By word: a few thousand words make all the phrases. */
  readonly #stems = new Map<string, string>()

  constructor(lines: string) {
    for (const line of lines.split('\n')) {
      if (line === '' || line.startsWith('#')) continue
      const adds = line.startsWith(added)
      const [asked = '', sought = asked] = (adds ? line.slice(added.length) : line).split(oneWay)
      const group = new Group(sought, adds)
      const members = membersOf(asked)
      for (const text of members) {
        if (text.includes(' ') && members.includes(text.replace(' ', ''))) this.#oneWord.add(text.replace(' ', ''))
        if (isLatin(text)) append(this.#unread, beginning(text), { text, group })
        else append(this.#japanese, text, group)
      }
    }
  }

  /** The same with verbs and their particles as one word, where that is a word: "fail over" as "failover". */
  inOneWord(text: string): string {
    return text.replaceAll(verbApart, (apart, verb: string, particle: string) => {
      // "shutting" is "shut".
      const verbs = [verb, verb.replace(/([a-z])\1$/i, '$1')]
      return verbs.map((each) => `${each}${particle}`.toLowerCase()).find((word) => this.#oneWord.has(word)) ?? apart
    })
  }

  /** Other words for terms of the text, by term; a term without any is absent. Longer phrases are read before shorter ones. */
  read(text: string): OtherWords {
    const found = new Map<string, string[][]>()
    const said = new Set<string>()
    const normalised = spelledOut(text.normalize('NFKC').toLowerCase())
    for (const { phrase, groups } of [...this.#latinPhrases(normalised), ...this.#japanesePhrases(normalised)]) {
      const others = groups.flatMap(({ sought }) =>
        sought.filter((member) => member.text !== phrase && !member.onlyAsked),
      )
      // 「つながらない」 has no term of its own: the phrase stands for one, so that its other words count.
      const terms = termsOf(phrase)
      for (const term of terms.length === 0 ? [phrase] : terms) {
        const before = found.get(term) ?? []
        found.set(term, [...before, ...others.map((member) => [...member.terms])])
      }
      for (const { sought, adds } of groups)
        for (const member of sought.slice(0, adds ? saidEachAdded : saidEach))
          if (member.text !== phrase) said.add(member.text)
    }
    return { alternatives: found, said: [...said].join(' ') }
  }

  *#latinPhrases(text: string): Generator<Found> {
    const words = [...text.matchAll(/[a-z0-9]+/g)].map(([word]) => ({ word, stem: this.#stemOf(word) }))
    for (const { word } of words) this.#readMembers(beginning(word))
    for (let at = 0; at < words.length; at++) {
      const taken = phraseFrom(words, at)
      for (let length = taken.length; length > 0; length--) {
        const last = taken[length - 1] ?? at
        const phrase = taken.slice(0, length).flatMap((index) => words[index] ?? [])
        const found = this.#phraseOf(phrase, words.slice(last + 1, last + 2 + widestGap))
        if (found === undefined) continue
        yield { phrase: found.words.map(({ word }) => word).join(' '), groups: found.groups }
        if (found.groups.every(({ adds }) => adds)) continue
        if (found.end !== undefined) words.splice(words.indexOf(found.end), 1)
        at = last
        break
      }
    }
  }

  /** A phrase apart says more than a single word of it: "shut" is less than "shut .. down". */
  #phraseOf(phrase: readonly Word[], following: readonly Word[]): FoundPhrase | undefined {
    const stems = phrase.map(({ stem }) => stem).join(' ')
    const groups = this.#latin.get(stems)
    if (groups !== undefined && phrase.length > 1) return { words: phrase, groups }
    const apart = this.#gapped.get(stems) ?? []
    const end = following.find(({ stem }) => apart.some(({ after }) => after === stem))
    if (end !== undefined) {
      const own = apart.filter(({ after }) => after === end.stem)
      return { words: [...phrase, end], groups: own.map(({ group }) => group), end }
    }
    return groups === undefined ? undefined : { words: phrase, groups }
  }

  #readMembers(beginning: string): void {
    for (const { text, group } of this.#unread.get(beginning) ?? []) {
      const [before = '', after] = text.split(gap).map((part) => this.#stemsOf(spelledOut(part)))
      if (after === undefined) append(this.#latin, before, group)
      else append(this.#gapped, before, { after, group })
    }
    this.#unread.delete(beginning)
  }

  #stemsOf(text: string): string {
    const words = text.match(/[a-z0-9]+/g) ?? []
    return words
      .filter((word, at) => at === 0 || !unsaid.has(word))
      .map((word) => this.#stemOf(word))
      .join(' ')
  }

  /** "ups" is not "up", nor is "has" "ha". */
  #stemOf(word: string): string {
    const known = this.#stems.get(word)
    if (known !== undefined) return known
    const found = stemmer(word)
    const stem = stopWords.has(word) || stopWords.has(found) ? word : found
    if (this.#stems.size < mostStems) this.#stems.set(word, stem)
    return stem
  }

  *#japanesePhrases(text: string): Generator<Found> {
    for (const [run] of text.matchAll(/[a-z0-9]*[\u3005-\u30ff\u3400-\u9fff][a-z0-9\u3005-\u30ff\u3400-\u9fff]*/g)) {
      for (let at = 0; at < run.length; at++) {
        if (/^[a-z0-9]{2}/.test(run.slice(at - 1, at + 1))) continue
        for (let length = Math.min(longestJapanese, run.length - at); length > 1; length--) {
          const phrase = run.slice(at, at + length)
          const groups = this.#japanese.get(phrase)
          if (groups === undefined) continue
          yield { phrase, groups }
          if (groups.every(({ adds }) => adds)) continue
          at += length - 1
          break
        }
      }
    }
  }
}

/** Where the words of the longest phrase from here stand. */
function phraseFrom(words: readonly Word[], at: number): number[] {
  const taken = [at]
  for (let next = at + 1; next < words.length && taken.length < longestPhrase; next++)
    if (!unsaid.has(words[next]?.word ?? '')) taken.push(next)
  return taken
}

function membersOf(text: string): string[] {
  return text.split(', ')
}

function isLatin(text: string): boolean {
  return /^[\x20-\x7e]+$/.test(text)
}

/** A stem keeps its word's first two letters. */
function beginning(text: string): string {
  return /[a-z0-9]{1,2}/.exec(text)?.[0] ?? ''
}

function memberOf(text: string): Member {
  const terms = [...new Set(termsOf(text))]
  const words = isLatin(text) ? (text.match(/[a-z0-9]+/g) ?? []).length : 1
  return { text, terms, onlyAsked: terms.length === 0 || (terms.length === 1 && words > 1) }
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, [value])
  else values.push(value)
}

/** The shipped one. */
export function loadThesaurus(): Thesaurus {
  return new Thesaurus(readFileSync(join(import.meta.dirname, 'thesaurus.txt'), 'utf8'))
}
