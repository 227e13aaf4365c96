import { isStop } from './nods.ts'
import { isJapanese, lettersOf, wordDistance, wordsOf } from './words.ts'

/** Words recognised a little differently are ours still. */
const alike = 0.34
/** What we said longer ago than so many words can't be coming back. */
const recentWords = 60
const recentLetters = 160

/** Of all words, so many stand in anybody's: “the”, “is”. */
const unlikeShare = 0.34

/** Fewer strange words after an echo are misheard ones of ours. */
const surelyOther = 5
const surelyOtherLetters = 10

/**
 * What was heard, without what is our own voice coming back; '' where it is nothing else.
 * @param likely There are other signs of an echo: then words are taken for it that could be the speaker's, too.
 */
export function withoutEcho(heard: string, saying: string, likely = false): string {
  if (heard.trim() === '' || saying.trim() === '') return heard
  return isJapanese(heard) ? japaneseWithoutEcho(heard, saying, likely) : wordsWithoutEcho(heard, saying, likely)
}

/** Whether words have next to nothing of what we said: then they are no echo, however likely one was. Of Japanese few letters tell nothing. */
export function isUnlikeOurs(heard: string, saying: string): boolean {
  const words = wordsOf(heard)
  const ours = wordsOf(saying).slice(-recentWords)
  const known = words.filter((word) => ours.some((own) => isAlike(word, own))).length
  return !isJapanese(heard) && known / words.length <= unlikeShare && !isMisheardOf(words.join(''), ours)
}

function isMisheardOf(heard: string, ours: readonly string[]): boolean {
  return ours.some((_, at) => isMisheard(heard, ours.slice(at)))
}

function wordsWithoutEcho(heard: string, saying: string, likely: boolean): string {
  const ours = wordsOf(saying).slice(-recentWords)
  const words = wordsOf(heard)
  // One word in common is language, not echo.
  if (words.length < 2) return heard
  const { places } = aligned(words, ours)
  const matched = places.filter((place) => place !== undefined).length
  const share = matched / words.length
  // Short questions take up words of ours.
  if (share < 0.5 || (!likely && share < 0.75 && matched < 3)) return heard
  // What isn't ours within the echo was misheard; what follows it may be somebody who talks over us.
  const lastPlace = places.findLastIndex((place) => place !== undefined)
  const tail = words.slice(lastPlace + 1)
  const next = ours.slice((places[lastPlace] ?? 0) + 1)
  if (isMisheard(tail.join(''), next)) return ''
  return tail.length >= surelyOther || isStop(tail.join(' ')) ? tail.join(' ') : ''
}

/** Of short words every letter counts. */
function isAlike(one: string, other: string): boolean {
  return one === other || (Math.min(one.length, other.length) > 3 && wordDistance(one, other) <= alike)
}

/** The echo of words that come next, cut and spelled by a recogniser that doesn't know them. */
function isMisheard(tail: string, next: readonly string[]): boolean {
  return [1, 2, 3].some((count) => wordDistance(tail, next.slice(0, count).join('')) <= 0.5)
}

/** Where the words heard stand in ours, in the same order. */
function aligned(words: readonly string[], ours: readonly string[]): { count: number; places: (number | undefined)[] } {
  let best: { count: number; places: (number | undefined)[] } = { count: 0, places: words.map(() => undefined) }
  for (let from = 0; from < ours.length; from += 1) {
    const first = words[0]
    const second = words[1]
    const here = ours[from] ?? ''
    if (first === undefined || (!isAlike(first, here) && !isAlike(second ?? first, here))) continue
    const places = follow(words, ours, from)
    const count = places.filter((place) => place !== undefined).length
    if (count > best.count) best = { count, places }
  }
  return best
}

function follow(words: readonly string[], ours: readonly string[], from: number): (number | undefined)[] {
  let at = from
  // Each word that was misheard stands for one of ours.
  let misheard = 0
  return words.map((word) => {
    for (let ahead = 0; ahead < 3 + misheard; ahead += 1) {
      const own = ours[at + ahead]
      if (own === undefined || !isAlike(word, own)) continue
      at += ahead + 1
      misheard = 0
      return at - 1
    }
    misheard += 1
    return undefined
  })
}

function japaneseWithoutEcho(heard: string, saying: string, likely: boolean): string {
  const ours = lettersOf(saying).slice(-recentLetters)
  const letters = lettersOf(heard)
  const pairs = Array.from({ length: Math.max(0, letters.length - 1) }, (_, at) => letters.slice(at, at + 2))
  if (pairs.length === 0) return ours.includes(letters) ? '' : heard
  // 「その」 stands in most of what anybody says.
  if (pairs.length === 1 && !likely) return heard
  const known = pairs.map((pair) => ours.includes(pair))
  const matched = known.filter(Boolean).length
  const share = matched / pairs.length
  // Misheard words break most pairs; what stays are letters of ours in our order.
  if (likely && inOurOrder(letters.slice(-mostCompared), ours) >= sameOrder) return ''
  // Two letters in common are language, not echo.
  if (share < (likely ? 0.35 : 0.5) || (!likely && share < 1 && matched < 3)) return heard
  const tail = letters.slice(known.lastIndexOf(true) + 2)
  return tail.length >= surelyOtherLetters || isStop(tail) ? tail : ''
}

/** The end of an echo is compared letter by letter, with stretches of ours that are half as long again. */
const mostCompared = 24
const leastCompared = 8
const sameOrder = 0.5

/** How much of the letters stands in ours in the same order, in the stretch where that is most; 0..1. */
function inOurOrder(letters: string, ours: string): number {
  if (letters.length < leastCompared) return 0
  const stretch = Math.ceil(1.5 * letters.length)
  let most = 0
  for (let from = 0; from === 0 || from + letters.length <= ours.length; from += 4)
    most = Math.max(most, lettersInOrder(letters, ours.slice(from, from + stretch)))
  return most / letters.length
}

/** The longest row of letters that both have, gaps allowed. */
function lettersInOrder(one: string, other: string): number {
  let above = new Uint8Array(other.length + 1)
  for (const letter of one) {
    const here = new Uint8Array(other.length + 1)
    for (let at = 0; at < other.length; at += 1)
      here[at + 1] = letter === other[at] ? (above[at] ?? 0) + 1 : Math.max(above[at + 1] ?? 0, here[at] ?? 0)
    above = here
  }
  return above[other.length] ?? 0
}
