import { readFileSync } from 'node:fs'

/** Endings that say nothing about what a word is, and what may have stood in their place. */
const endings: readonly (readonly [ending: string, ...before: string[]])[] = [
  ['ies', 'y'],
  ['es', '', 'e'],
  ['s', ''],
  ['ied', 'y'],
  ['ed', '', 'e'],
  ['ing', '', 'e'],
  ['ier', 'y'],
  ['er', '', 'e'],
  ['iest', 'y'],
  ['est', '', 'e'],
  ['ily', 'y'],
  ['ly', ''],
  ['ness', ''],
  ['ment', ''],
  ['less', ''],
  ['able', '', 'e'],
  ['ers', '', 'e'],
  ['ings', '', 'e'],
]
const doubling = new Set(['ed', 'ing', 'er', 'est', 'ers'])
const shortestStem = 3

let words: ReadonlySet<string> | undefined

/** Whether it is a common word of English, inflected or not, rather than a name or something misheard. */
export function isOrdinary(word: string): boolean {
  words ??= readWords()
  const known = words
  const plain = word.toLowerCase().replace(/['’]s?$/, '')
  return known.has(plain) || stemsOf(plain).some((stem) => known.has(stem))
}

function stemsOf(word: string): string[] {
  return endings.flatMap(([ending, ...before]) => {
    const stem = word.slice(0, word.length - ending.length)
    if (!word.endsWith(ending) || stem.length < shortestStem) return []
    const stems = before.map((letters) => stem + letters)
    if (doubling.has(ending) && stem.length > shortestStem && stem.at(-1) === stem.at(-2)) stems.push(stem.slice(0, -1))
    return stems
  })
}

function readWords(): ReadonlySet<string> {
  const lines = readFileSync(new URL('./ordinary-words.txt', import.meta.url), 'utf8').split('\n')
  return new Set(lines.filter((line) => line !== '' && !line.startsWith('#')))
}

/** They hold a sentence together and are never a part of a name that is spoken. */
export const smallWords: ReadonlySet<string> = new Set(
  (
    'a an and are as at be been but by can did do does for from had has have he her his how i if in into is it its me my no ' +
    'not of off on or our out she should so that the their them then there they this to up us was we were what when where ' +
    'which who why will with would you your just all any both some more most than too very again about after before down ' +
    'over under now here also only other its these those like okay ok um uh er ah oh well hey yes yeah'
  ).split(' '),
)
