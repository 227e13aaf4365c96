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
  return known.has(plain) || givenNames.has(plain) || stemsOf(plain).some((stem) => known.has(stem))
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

/** People are spoken of too. */
const givenNames: ReadonlySet<string> = new Set(
  (
    'aaron adam alan albert alex alexander alice amanda amy andrea andrew angela ann anna anne anthony antonio arthur barbara ben ' +
    'benjamin bill bob brandon brian bruce bryan carl carlos carol caroline catherine charles charlotte chris christian christina ' +
    'christine christopher claire claudia craig cynthia daniel david deborah dennis diana diane donald donna dorothy douglas edward ' +
    'eleanor elena elizabeth emily emma eric erik eugene eva evelyn felix fiona frances francis frank fred gabriel gary george ' +
    'gerald gloria gregory hannah harold harry heather helen helena henry hugo irene isaac isabel ivan jack jacob jacqueline james ' +
    'jamie jan jane janet jason jean jeff jeffrey jennifer jenny jeremy jerry jessica jim joan joe john johnny jonas jonathan jordan ' +
    'jose joseph joshua juan judith judy julia julian julie justin karen karl kate katherine kathleen keith kelly ken kenji kenneth ' +
    'kevin kim kyle larry laura lauren lawrence leo leon leonard linda lisa louis louise lucas lucy luigi luis luke marcus margaret ' +
    'maria mariah marie marilyn mario mark marta martha martin mary matt matthew max megan melissa michael michelle miguel mike mohammed ' +
    'monica nancy naomi natalie natasha nathan nicholas nicole nina noah nora olivia oscar pamela patricia patrick paul paula pedro ' +
    'peter philip philippe priya rachel ralph ramon raymond rebecca richard robert robin roger roland ronald rosa roy russell ruth ryan ' +
    'samantha samuel sandra sara sarah scott sean sergio sharon simon sofia sonia sophia sophie stefan stephanie stephen steve steven ' +
    'susan sven teresa terry theresa thomas tim timothy todd tom tony tyler ursula valerie vanessa vera veronica victor victoria ' +
    'vincent virginia walter wayne wendy william yuki yvonne zoe'
  ).split(' '),
)

/** They hold a sentence together and are never a part of a name that is spoken. */
export const smallWords: ReadonlySet<string> = new Set(
  (
    'i am a an and are as at be been but by can did do does for from had has have he her his how i if in into is it its me my no ' +
    'not of off on or our out she should so that the their them then there they this to up us was we were what when where ' +
    'which who why will with would you your just all any both some more most than too very again about after before down ' +
    'over under now here also only other its these those like okay ok um uh er ah oh well hey yes yeah'
  ).split(' '),
)
