import { readFileSync } from 'node:fs'
import type { Lang } from '#knowledge/document.ts'
import { isOrdinary } from './ordinary-words.ts'
import { joinedSounds } from './sounds/distance.ts'
import { isSpelled, type Sounds, soundsOfText, soundsOfWord } from './sounds/english.ts'
import { japaneseSoundsOfLetters, japaneseSoundsOfWord, soundsOfKana } from './sounds/japanese.ts'
import { letterNames } from './sounds/letters.ts'

/** One way in which a name is said. */
export interface Reading {
  sounds: Sounds
  /** Somebody wrote it down, rather than a rule made it. */
  listed: boolean
}

interface Listed {
  en: readonly Sounds[]
  ja: readonly Sounds[]
  /** The English ways as they are written. */
  phrases: readonly string[]
}

interface Table {
  names: ReadonlyMap<string, Listed>
  begins: ReadonlyMap<string, Listed>
  ends: ReadonlyMap<string, Listed>
}

const mostOfPart = 3
const mostOfName = 10
const longestName = 40
const shortestRest = 2
const shortestWordInCompound = 3

let table: Table | undefined

/** Names of operations that are said otherwise than they are written, whatever the documents hold. */
export function listedNames(): readonly string[] {
  return [...read().names.keys()]
}

export function isListed(name: string): boolean {
  return read().names.has(name.toLowerCase())
}

/** Whether these very words are what a name is heard as, by what somebody wrote down. */
export function isHeardAs(name: string, phrase: string): boolean {
  return read().names.get(name.toLowerCase())?.phrases.includes(phrase.toLowerCase()) ?? false
}

/** All the ways in which a name is said, those that somebody wrote down first. */
export function readingsOf(name: string, lang: Lang): readonly Reading[] {
  const key = `${lang} ${name}`
  const before = remembered.get(key)
  if (before !== undefined) return before
  const readings = readingsMade(name, lang)
  if (remembered.size >= mostRemembered) remembered.clear()
  remembered.set(key, readings)
  return readings
}

/** Documents change by a few names at a time. */
const remembered = new Map<string, readonly Reading[]>()
const mostRemembered = 50_000

function readingsMade(name: string, lang: Lang): Reading[] {
  const listed = read().names.get(name.toLowerCase())?.[lang] ?? []
  const made = name.length > longestName ? [] : said(partsOf(name).map((part) => partReadings(part, lang)))
  const readings = new Map<Sounds, Reading>()
  for (const sounds of listed) readings.set(sounds, { sounds, listed: true })
  for (const sounds of made) if (sounds !== '' && !readings.has(sounds)) readings.set(sounds, { sounds, listed: false })
  return [...readings.values()]
}

/** The words that an identifier consists of, where its case or its signs part them. */
export function partsOf(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]{2,})([A-Z][a-z])/g, '$1 $2')
    .replace(/([A-Za-z])(\d)/g, '$1 $2')
    .replace(/(\d)([A-Za-z])/g, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
}

/** Ordinary words that stand together in one: `alertmanager`, `webhook`. */
export function compoundOf(word: string): readonly [string, string] | undefined {
  const small = word.toLowerCase()
  for (let at = small.length - shortestWordInCompound; at >= shortestWordInCompound; at--) {
    const [one, other] = [small.slice(0, at), small.slice(at)]
    if (isOrdinary(one) && isOrdinary(other)) return [one, other]
  }
  return undefined
}

function said(parts: readonly (readonly Sounds[])[]): Sounds[] {
  let whole: Sounds[] = ['']
  for (const ways of parts)
    whole = whole.flatMap((before) => ways.map((sounds) => joinedSounds(before, sounds))).slice(0, mostOfName)
  return whole
}

function partReadings(part: string, lang: Lang): Sounds[] {
  const known = read()
  const small = part.toLowerCase()
  if (/^\d+$/.test(part)) return [lang === 'en' ? soundsOfText(part) : japaneseSoundsOfLetters(part)]
  if (/[\u3040-\u30ff]/.test(part)) return lang === 'ja' ? [soundsOfKana(part)] : []
  if (!/^[a-z]+$/.test(small)) return []
  const listed = known.names.get(small) ?? known.begins.get(small) ?? known.ends.get(small)
  if (listed !== undefined && listed[lang].length > 0) return listed[lang].slice(0, mostOfPart)
  if (isSpelled(part))
    return [...letters(part, lang), ...affixed(small, lang), ...(part.length > 3 ? words(small, lang).slice(0, 1) : [])]
  if (/^[A-Z]+$/.test(part) && part.length <= 5)
    return [...letters(part, lang), ...words(small, lang)].slice(0, mostOfPart)
  return isOrdinary(small)
    ? words(small, lang)
    : [...affixed(small, lang), ...words(small, lang)].slice(0, 2 * mostOfPart)
}

function affixed(word: string, lang: Lang): Sounds[] {
  for (const [affix, ways] of read().ends) {
    const rest = word.slice(0, word.length - affix.length)
    // One letter at the end can be anybody's: only behind a word is it a letter.
    if (!word.endsWith(affix) || rest.length < shortestRest || (affix.length === 1 && !isOrdinary(rest))) continue
    return said([partReadings(rest, lang).slice(0, 2), ways[lang].slice(0, mostOfPart)])
  }
  for (const [affix, ways] of read().begins) {
    const rest = word.slice(affix.length)
    if (!word.startsWith(affix) || rest.length < shortestRest) continue
    return said([ways[lang].slice(0, mostOfPart), partReadings(rest, lang).slice(0, 2)])
  }
  return []
}

function words(word: string, lang: Lang): Sounds[] {
  const compound = isOrdinary(word) ? undefined : compoundOf(word)
  if (lang === 'ja') {
    const whole = japaneseSoundsOfWord(word)
    if (compound === undefined) return [...whole]
    const [one = '', other = ''] = compound.map((part) => japaneseSoundsOfWord(part).at(-1))
    return [joinedSounds(one, other), ...whole]
  }
  if (compound !== undefined) return [joinedSounds(...pair(compound, soundsOfWord)), soundsOfWord(word)]
  return isOrdinary(word) ? [soundsOfWord(word)] : [...new Set([soundsOfWord(word), asSpelled(word)])]
}

function pair<T>([one, other]: readonly [string, string], of: (word: string) => T): [T, T] {
  return [of(one), of(other)]
}

function letters(word: string, lang: Lang): Sounds[] {
  if (lang === 'ja') return [japaneseSoundsOfLetters(word)]
  return [Array.from(word.toLowerCase(), (letter) => letterNames[letter] ?? '').join('')]
}

const continental: Readonly<Record<string, string>> = { c: 'k', q: 'k', x: 'ks', j: 'J' }

/** Names from elsewhere have each letter sounded: "istio", "patroni". */
function asSpelled(word: string): Sounds {
  const plain = word
    .replace(/th/g, 'T')
    .replace(/sh/g, 'S')
    .replace(/ch/g, 'C')
    .replace(/ph/g, 'f')
    .replace(/ck/g, 'k')
    .replace(/c(?=[eiy])/g, 's')
    .replace(/ee/g, 'i')
    .replace(/oo/g, 'u')
    .replace(/([a-z])\1/g, '$1')
    .replace(/y$/, 'i')
  return Array.from(plain, (letter) => continental[letter] ?? letter).join('')
}

function read(): Table {
  table ??= readTable(readFileSync(new URL('./readings.txt', import.meta.url), 'utf8'))
  return table
}

function readTable(text: string): Table {
  const names = new Map<string, Listed>()
  const begins = new Map<string, Listed>()
  const ends = new Map<string, Listed>()
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line.trim() === '') continue
    const [name = '', ways = ''] = line.split(' = ')
    const [en = '', ja = ''] = ways.split('|').map((side) =>
      side
        .split(';')
        .map((way) => way.trim())
        .filter((way) => way !== ''),
    )
    const phrases = list(en)
    const listed = { en: phrases.map(soundsOfText), ja: list(ja).map(soundsOfMixed), phrases }
    if (name.startsWith('*')) ends.set(name.slice(1), listed)
    else if (name.endsWith('*')) begins.set(name.slice(0, -1), listed)
    else names.set(name, listed)
  }
  return { names, begins, ends }
}

function list(ways: string | readonly string[]): readonly string[] {
  return typeof ways === 'string' ? [] : ways
}

/** Kana with Latin letters in between, which are said by their names. */
export function soundsOfMixed(text: string): Sounds {
  return Array.from(text.matchAll(/[A-Za-z0-9]+|[^A-Za-z0-9]+/g), ([run]) => {
    if (!/[A-Za-z0-9]/.test(run)) return soundsOfKana(run)
    return isSpelled(run) || /^\d+$/.test(run) || /^[A-Z]+$/.test(run)
      ? japaneseSoundsOfLetters(run)
      : (japaneseSoundsOfWord(run).at(-1) ?? '')
  }).reduce(joinedSounds, '')
}
