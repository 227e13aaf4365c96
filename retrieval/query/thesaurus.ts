import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stemmer } from 'stemmer'
import { termsOf } from '#knowledge/terms/terms.ts'

/** Other words for one: each is the terms that must stand together in a passage. */
export type Alternatives = readonly (readonly string[])[]

export interface OtherWords {
  alternatives: Map<string, Alternatives>
  /** The first few of them as text, to be embedded with the question. */
  said: string
}

interface Member {
  /** Stems of a Latin phrase; else the Japanese text itself. */
  words: readonly string[] | undefined
  text: string
  terms: readonly string[]
  /** Small words carry its meaning ("run out"), so that its terms alone would say something else. */
  onlyAsked: boolean
}

const longestPhrase = 5
const saidEach = 5

/**
 * What an engineer may call a thing otherwise, in both languages: "the box" for a node, 「証明書」 for a certificate.
 * One group of words a line of thesaurus.txt.
 */
export class Thesaurus {
  readonly #latin = new Map<string, Member[][]>()
  readonly #japanese = new Map<string, Member[][]>()

  constructor(lines: string) {
    for (const line of lines.split('\n')) {
      if (line.trim() === '' || line.startsWith('#')) continue
      const group = line.split(',').map((member) => memberOf(member.trim()))
      for (const member of group) {
        const [index, key] =
          member.words === undefined ? [this.#japanese, member.text] : [this.#latin, member.words.join(' ')]
        const groups = index.get(key) ?? []
        groups.push(group)
        index.set(key, groups)
      }
    }
  }

  /** Other words for terms of the text, by term; a term without any is absent. Longer phrases are read before shorter ones. */
  read(text: string): OtherWords {
    const found = new Map<string, string[][]>()
    const said = new Set<string>()
    const normalised = text.normalize('NFKC').toLowerCase()
    for (const { phrase, groups } of [...this.#latinPhrases(normalised), ...this.#japanesePhrases(normalised)]) {
      const own = termsOf(phrase)
      const others = groups.flatMap((group) => group.filter((member) => member.text !== phrase && !member.onlyAsked))
      for (const term of own) {
        const before = found.get(term) ?? []
        found.set(term, [...before, ...others.map((member) => [...member.terms])])
      }
      for (const group of groups)
        for (const member of group.slice(0, saidEach)) if (member.text !== phrase) said.add(member.text)
    }
    return { alternatives: found, said: [...said].join(' ') }
  }

  *#latinPhrases(text: string): Generator<{ phrase: string; groups: Member[][] }> {
    const words = [...text.matchAll(/[a-z0-9]+/g)].map(([word]) => ({ word, stem: stemmer(word) }))
    for (let at = 0; at < words.length; at++) {
      for (let length = Math.min(longestPhrase, words.length - at); length > 0; length--) {
        const slice = words.slice(at, at + length)
        const groups = this.#latin.get(slice.map(({ stem }) => stem).join(' '))
        if (groups === undefined) continue
        yield { phrase: slice.map(({ word }) => word).join(' '), groups }
        at += length - 1
        break
      }
    }
  }

  *#japanesePhrases(text: string): Generator<{ phrase: string; groups: Member[][] }> {
    for (const [run] of text.matchAll(/[\u3005-\u30ff\u3400-\u9fff]+/g)) {
      for (let at = 0; at < run.length; at++) {
        for (let length = Math.min(12, run.length - at); length > 1; length--) {
          const phrase = run.slice(at, at + length)
          const groups = this.#japanese.get(phrase)
          if (groups === undefined) continue
          yield { phrase, groups }
          at += length - 1
          break
        }
      }
    }
  }
}

function memberOf(text: string): Member {
  const latin = /^[\x20-\x7e]+$/.test(text)
  const words = latin ? [...text.matchAll(/[a-z0-9]+/g)].map(([word]) => stemmer(word)) : undefined
  const terms = [...new Set(termsOf(text))]
  return {
    words,
    text,
    terms,
    onlyAsked: terms.length === 0 || (words !== undefined && terms.length === 1 && words.length > 1),
  }
}

/** The shipped one. */
export function loadThesaurus(): Thesaurus {
  return new Thesaurus(readFileSync(join(import.meta.dirname, 'thesaurus.txt'), 'utf8'))
}
