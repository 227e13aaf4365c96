/** Words that say nothing about a subject, so that two texts may share them by chance. */
const emptyWords = new Set(
  `a all also an and any anybody anything are as at be been before being but by came can come comes could did do does
  doing done during each every everybody everything first for from get gets getting give given go goes going gone got
  had has have having here how i if in into is it its itself just let lets like made make makes making many may me
  might more most much must my need needed needs new no non not nothing now of off on one only or other our out over
  own per put same shall should so some somebody still such take taken takes taking than that the their them then there
  these they thing things this those though through to too under until up upon us use used using very via want wants
  was way we well went were what when where whether which while who whom whose why will with within without would yes
  yet you your about after again both`.split(/\s+/),
)

/** Characters that stand alone in most sentences, as counters, positions and auxiliary verbs. */
const emptyCharacters = new Set('何時日人前後上下中間方分回出入見行言使今一二三要他次元目者的性化用度')

const endings = [
  ['ies', 'y'],
  ['sses', 'ss'],
  ...['ing', 'edly', 'ed', 'ers', 'er', 'ions', 'ion', 'ments', 'ment', 'ally', 'ly', 'es', 's'].map((end) => [
    end,
    '',
  ]),
] as const

/**
 * The words by which a search for the same words could find a text: stems of Latin words and numbers, katakana words,
 * pairs of neighbouring kanji (which stand for the words of a longer run), and kanji that stand alone.
 */
function contentWords(text: string): Set<string> {
  const split = text.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  const latin = (split.match(/[a-z][a-z']*|\d+/g) ?? []).map((word) => word.replaceAll(/^'+|'+$/g, ''))
  const katakana = (split.match(/[ァ-ヴー]{2,}/g) ?? []).map((word) => word.replace(/ー+$/, ''))
  const kanji = (split.match(/[一-龥々]+/g) ?? []).flatMap(kanjiWords)
  return new Set([...latin.filter((word) => word.length > 1 && !emptyWords.has(word)).map(stem), ...katakana, ...kanji])
}

/** What both texts are about; [] when nothing but empty words joins them. */
export function sharedContentWords(one: string, other: string): string[] {
  const words = contentWords(other)
  return [...contentWords(one)].filter((word) => words.has(word))
}

function kanjiWords(run: string): string[] {
  if (run.length === 1) return emptyCharacters.has(run) ? [] : [run]
  return Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2))
}

/** Rough on purpose: words that it wrongly takes for the same only make the check stricter. */
function stem(word: string): string {
  const plain = word.replace(/'s$/, '')
  const ending = endings.find(([end]) => plain.endsWith(end) && plain.length - end.length >= 3 && !plain.endsWith('ss'))
  const cut = ending === undefined ? plain : plain.slice(0, -ending[0].length) + ending[1]
  return cut.length > 3 ? cut.replace(/e$/, '').replace(/([b-df-hjkmnp-rtv-z])\1$/, '$1') : cut
}
