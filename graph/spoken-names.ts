import type { Lang } from '#knowledge/document.ts'
import { isOrdinary } from './ordinary-words.ts'
import { compoundOf, isListed, listedNames, partsOf, readingsOf } from './readings.ts'
import type { Sounds } from './sounds/english.ts'
import { SoundIndex } from './sounds/sound-index.ts'

/** In how many documents a name stands, and where. */
export interface CountedName {
  text: string
  documents: number
  leading: number
  asCode: number
  asProper: number
}

/** A name that can be found by how it is said. */
export interface SpokenName {
  text: string
  /** The greater, the likelier it is said; 0: no document holds it. */
  weight: number
  /** Its letters and figures alone, in small letters. */
  letters: string
  /** It reads as words that anybody says: `webhook`, `readOnly`. */
  isWords: boolean
  /** Written with a capital as one word: a name of its own, even where it is made of words. */
  isProper: boolean
}

export interface NameMatch {
  name: SpokenName
  similarity: number
  /** By a reading that somebody wrote down. */
  listed: boolean
}

function lettersOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
}

/** How likely it is that somebody says it. */
export function weightOf({ documents, leading, asCode, asProper }: CountedName): number {
  return documents + 3 * leading + asCode + asProper
}

interface Indexed {
  index: SoundIndex
  /** By reading. */
  names: SpokenName[]
  listed: boolean[]
  exact: Map<Sounds, number[]>
}

/** Names by their letters and by their sounds. */
export class SpokenNames {
  readonly #byLetters = new Map<string, SpokenName>()
  readonly #bySound: Readonly<Record<Lang, Indexed>> = { en: emptyIndex(), ja: emptyIndex() }
  readonly #known: ReadonlySet<string>

  /** @param known Words of the documents, in small letters, that are heard rightly when they are heard. */
  private constructor(known: ReadonlySet<string>) {
    this.#known = known
  }

  /** Gives way to others after each few names: how each is said takes some 20 µs to find out. */
  static async of(
    counted: readonly CountedName[],
    known: ReadonlySet<string>,
    pause: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<SpokenNames> {
    const names = new SpokenNames(known)
    for (const [at, one] of counted.entries()) {
      if (at % namesPerSlice === 0) await pause(signal)
      names.#add(one)
    }
    for (const name of listedNames())
      if (!names.#byLetters.has(lettersOf(name)))
        names.#add({ text: name, documents: 0, leading: 0, asCode: 0, asProper: 0 })
    return names
  }

  /** The name that is written so, but for its case and its signs. */
  written(letters: string): SpokenName | undefined {
    return this.#byLetters.get(letters)
  }

  /** Names of one word that go on from these letters, the likeliest first. */
  beginningWith(letters: string): NameMatch[] {
    const found = [...this.#byLetters.values()].filter(
      (name) => name.weight > 0 && name.letters.startsWith(letters) && /^\p{L}+$/u.test(name.text) && !name.isWords,
    )
    return found
      .toSorted((one, other) => other.weight - one.weight)
      .map((name) => ({ name, similarity: letters.length / name.letters.length, listed: false }))
  }

  /** Whether a word is one that the documents use, or that everybody knows. */
  isKnown(word: string): boolean {
    return isOrdinary(word) || this.#known.has(word.toLowerCase()) || isListed(word)
  }

  isInDocuments(word: string): boolean {
    return this.#known.has(word.toLowerCase())
  }

  /** Said just so. */
  exactly(sounds: Sounds, lang: Lang): NameMatch[] {
    const { exact, names, listed } = this.#bySound[lang]
    return (exact.get(sounds) ?? []).flatMap((reading) => {
      const name = names[reading]
      return name === undefined ? [] : [{ name, similarity: 1, listed: listed[reading] ?? false }]
    })
  }

  /** Each name once, the most alike first. */
  alike(sounds: Sounds, lang: Lang, least: number): NameMatch[] {
    const { index, names, listed } = this.#bySound[lang]
    const best = new Map<SpokenName, NameMatch>()
    for (const { reading, similarity } of index.alike(sounds, least)) {
      const name = names[reading]
      if (name === undefined) continue
      const before = best.get(name)
      if (before === undefined || before.similarity < similarity)
        best.set(name, { name, similarity, listed: listed[reading] ?? false })
    }
    return [...best.values()].sort(
      (one, other) => other.similarity - one.similarity || other.name.weight - one.name.weight,
    )
  }

  #add(counted: CountedName): void {
    const letters = lettersOf(counted.text)
    if (letters === '' || this.#byLetters.has(letters)) return
    const { text, asProper, documents } = counted
    const isProper = /^[A-Z][a-z]+$/.test(text) && 2 * asProper >= documents
    const name = { text, weight: weightOf(counted), letters, isWords: isMadeOfWords(text), isProper }
    this.#byLetters.set(letters, name)
    if (!isEverSaid(counted)) return
    for (const lang of ['en', 'ja'] as const) {
      if (lang === 'ja' ? !isSaidInKana(counted, name) : isOrdinary(counted.text)) continue
      for (const { sounds, listed } of readingsOf(counted.text, lang)) this.#index(lang, name, sounds, listed)
    }
  }

  #index(lang: Lang, name: SpokenName, sounds: Sounds, isListedReading: boolean): void {
    const { index, names, listed, exact } = this.#bySound[lang]
    const reading = index.add(sounds)
    names[reading] = name
    listed[reading] = isListedReading
    const same = exact.get(sounds)
    if (same === undefined) exact.set(sounds, [reading])
    else same.push(reading)
  }
}

/** About 2 ms of work. */
const namesPerSlice = 50

function emptyIndex(): Indexed {
  return { index: new SoundIndex(), names: [], listed: [], exact: new Map() }
}

function isMadeOfWords(text: string): boolean {
  const parts = partsOf(text)
  return parts.every((part) => isOrdinary(part) || /^\d+$/.test(part))
}

/** A word in small letters that stands in one document only is a slip or an argument of something. */
function isEverSaid({ text, documents, leading }: CountedName): boolean {
  return documents !== 1 || leading > 0 || !/^[a-z]+$/.test(text) || text.length >= shortestSeldom
}

const shortestSeldom = 6

/** Only what nobody would write in kana: 「バックアップ」 is a word, `Patroni` is a name. */
function isSaidInKana({ text, asCode, asProper, documents }: CountedName, { isWords }: SpokenName): boolean {
  if (isListed(text) || /[\u30a1-\u30fa]/.test(text)) return true
  if (isOrdinary(text)) return false
  if (partsOf(text).length > 1) return asCode > 0 || !isWords
  if (compoundOf(text) !== undefined) return 2 * asProper >= documents
  return /^[A-Z]{3,}$/.test(text) || asCode > 0 || 2 * asProper >= documents
}
