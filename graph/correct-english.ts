import { isOrdinary, smallWords } from './ordinary-words.ts'
import { isHeardAs, isListed, partsOf } from './readings.ts'
import { joinedSounds, loudness } from './sounds/distance.ts'
import { isSpelled, type Sounds, soundsOfToken } from './sounds/english.ts'
import type { NameMatch, SpokenName, SpokenNames } from './spoken-names.ts'

/** A stretch of what was heard, and what it may be. */
export interface Proposal {
  from: number
  to: number
  matches: readonly NameMatch[]
  /** Sure enough to be taken; else to be asked about. */
  sure: boolean
}

/** One word as it was recognised. */
interface HeardWord {
  text: string
  from: number
  to: number
  sounds: Sounds
  /** Nothing may reach across from the word before. */
  apart: boolean
  small: boolean
  /** A word of English or of the documents. */
  known: boolean
  /** A letter or figure that is said by its name. */
  spelled: boolean
  /** It is a name already. */
  name: boolean
}

/** Words that one name may have been heard as; single letters are many. */
const longestSpan = 6
const longestSounds = 40
/** Anything shorter sounds like something else too. */
const leastLoudness = 2
const unknownWord = 0.84
const unknownWords = 0.88
const knownWords = 0.94
const likely = 0.78
const shortestDoubted = 5
const clearlyBetter = 0.05
const muchLikelier = 6
/** Nobody puts so many words of an identifier together without meaning it. */
const surelyOneName = 4
/** Long enough that other words would not sound like it by chance. */
const leastLoudnessOfWords = 6

/** What of a text of English words sounds like a name that isn't written there. */
export function englishProposals(text: string, names: SpokenNames): Proposal[] {
  const words = heardWords(text, names)
  const proposals: Proposal[] = []
  for (let first = 0; first < words.length; first++) {
    let sounds: Sounds = ''
    for (let last = first; last < Math.min(words.length, first + longestSpan); last++) {
      const word = words[last]
      if (word === undefined || (last > first && word.apart)) break
      sounds = joinedSounds(sounds, word.sounds)
      if (sounds.length > longestSounds) break
      const proposal = proposed(words.slice(first, last + 1), sounds, names)
      if (proposal !== undefined) proposals.push(proposal)
    }
  }
  return proposals
}

function heardWords(text: string, names: SpokenNames): HeardWord[] {
  const words: HeardWord[] = []
  let end = 0
  for (const match of text.matchAll(/[A-Za-z]+(?:['’][a-z]+)?|\d+|[A-Za-z0-9]+(?:[_./:@][A-Za-z0-9]+)+/g)) {
    const [written] = match
    const word = written.replace(/['’].*$/, '')
    const between = text.slice(end, match.index)
    const small = smallWords.has(word.toLowerCase())
    const name = word.length > 2 && !isOrdinary(word) && (names.written(word.toLowerCase())?.weight ?? 0) > 0
    words.push({
      text: word,
      from: match.index,
      to: match.index + word.length,
      sounds: soundsOfToken(word),
      apart: !/^(?: +| ?- ?)$/.test(between),
      small,
      known: names.isKnown(word),
      spelled: isSpelled(word) || /^\d/.test(word),
      name,
    })
    end = match.index + written.length
  }
  // Between letters, I and A are letters too.
  return words.map((word, at) =>
    word.text.length === 1 && [words[at - 1], words[at + 1]].some((beside) => beside?.text.length === 1)
      ? { ...word, small: false }
      : word,
  )
}

function proposed(span: readonly HeardWord[], sounds: Sounds, names: SpokenNames): Proposal | undefined {
  const [first] = span
  const last = span.at(-1)
  if (first === undefined || last === undefined) return undefined
  const whole = (matches: readonly NameMatch[], sure: boolean): Proposal | undefined =>
    matches.length === 0 ? undefined : { from: first.from, to: last.to, matches, sure }
  const isKnown = span.every(({ known, spelled }) => known || spelled)
  if (span.length === 1 && (isKnown || first.name)) return undefined
  const written = names.written(span.map(({ text }) => text.toLowerCase()).join(''))
  const isPlain = span.every((word) => word.known && !word.spelled)
  const joined = written === undefined || (isPlain && written.weight === 0) ? [] : joinedName(span, written)
  if (joined.length > 0) return whole(joined, true)
  const small = span.some((word) => word.small)
  const phrase = span.map(({ text }) => text).join(' ')
  // Words that everybody says are rather themselves than a name which no document holds.
  const listed = names.exactly(sounds, 'en').filter(({ listed: isListed, name }) => {
    if (!isListed || (isPlain && name.weight === 0)) return false
    return !isPlain || !small || isHeardAs(name.text, phrase)
  })
  if (listed.length > 0) return whole(distinct(listed), true)
  if (written !== undefined) return undefined
  if (loudness(sounds) < leastLoudness || span.some(({ name }) => name)) return undefined
  const isTooSmall = small && (first.small || last.small || loudness(sounds) < leastLoudnessOfWords)
  if (isKnown && (isTooSmall || span.every(({ spelled }) => spelled))) return undefined
  const enough = isKnown || small ? knownWords : span.length > 1 ? unknownWords : unknownWord
  const isAskable = !isKnown && !small && span.length === 1 && first.text.length >= shortestDoubted
  const matches = names.alike(sounds, 'en', isAskable ? likely : enough).filter(({ name }) => name.weight > 0)
  const sure = distinct(
    matches.filter(
      ({ similarity, name }) =>
        similarity >= enough && !(isKnown && name.isWords && similarity < 1 && loudness(sounds) < leastLoudnessOfWords),
    ),
  )
  if (sure.length === 1) return whole(sure, true)
  return isAskable ? whole(sure.length > 0 ? sure : near(matches, first.text.toLowerCase()), false) : undefined
}

/** `health z` is `healthz`, and `alert manager` is `Alertmanager`; what says it already needs no joining. */
function joinedName(span: readonly HeardWord[], name: SpokenName): NameMatch[] {
  const isOne = isListed(name.text) || span.length >= surelyOneName
  if (span.some((word) => word.small)) return []
  if (!isOne && (span.some((word) => word.name) || saysAlready(span, name))) return []
  return [{ name, similarity: 1, listed: false }]
}

/** `config map`, `kube proxy`, `set up`, `service account`: known words, each a part of the name, or all of it. */
function saysAlready(span: readonly HeardWord[], name: SpokenName): boolean {
  if (name.isWords) return true
  if (name.isProper || !span.every(({ known, spelled }) => known && !spelled)) return false
  const parts = partsOf(name.text)
  return parts.length === 1 || parts.length === span.length
}

/** Only the best, unless others are as good and not much less likely. */
function distinct(matches: readonly NameMatch[]): NameMatch[] {
  const best = matches.reduce<NameMatch | undefined>(
    (before, match) => (before === undefined || isBetter(match, before) ? match : before),
    undefined,
  )
  if (best === undefined) return []
  const rivals = matches.filter(
    (match) =>
      match !== best &&
      match.similarity > best.similarity - clearlyBetter &&
      match.name.weight * muchLikelier > best.name.weight &&
      !match.name.letters.includes(best.name.letters) &&
      !best.name.letters.includes(match.name.letters),
  )
  return [best, ...rivals.slice(0, 2)]
}

function isBetter(one: NameMatch, other: NameMatch): boolean {
  const ahead = one.similarity - other.similarity
  return Math.abs(ahead) < 0.02 ? one.name.weight > other.name.weight : ahead > 0
}

/** Those that are about as good, unless what was heard says a part of them. */
function near(matches: readonly NameMatch[], heard: string): NameMatch[] {
  const best = matches[0]?.similarity ?? 0
  return matches
    .filter(({ similarity, name }) => similarity > best - clearlyBetter && !name.letters.includes(heard))
    .slice(0, 3)
}
