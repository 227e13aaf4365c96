/** Units by what they mean, in both languages. Sizes count in thousands or 1024s alike: nobody tells them apart. */
const units: readonly (readonly [string, RegExp])[] = [
  ['ms', /^(?:ms|milliseconds?|ミリ秒)$/],
  ['s', /^(?:s|secs?|seconds?|秒)$/],
  ['min', /^(?:m|mins?|minutes?|分)$/],
  ['h', /^(?:h|hrs?|hours?|時間)$/],
  ['d', /^(?:d|days?|日間?)$/],
  ['wk', /^(?:w|wks?|weeks?|週間?)$/],
  ['mo', /^(?:months?|か月|ヶ月|カ月)$/],
  ['y', /^(?:y|yrs?|years?|年間?)$/],
  ['kb', /^(?:k|ki|kb|kib|kilobytes?)$/],
  ['mb', /^(?:m|mi|mb|mib|megabytes?)$/],
  ['gb', /^(?:g|gi|gb|gib|gigabytes?)$/],
  ['tb', /^(?:t|ti|tb|tib|terabytes?)$/],
  ['%', /^(?:%|percent|per cent|パーセント)$/],
]
const unitWord =
  '(?:ms|milliseconds?|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|years?|yrs?|[kmgt]i?b|[kmgt]i|kilobytes?|megabytes?|gigabytes?|terabytes?|percent|per cent|[smhdkgt](?![\\w])|%|ミリ秒|秒|分|時間|日間?|週間?|か月|ヶ月|カ月|年間?|パーセント)'
const latinEnd = '(?![a-z])'
const measure = new RegExp(`(?<![\\w.])(\\d+(?:[.,]\\d+)*)[ -]?(${unitWord})${latinEnd}`, 'g')
const number = /(?<![\w.])\d+(?:[.,]\d+)*/g

const small: Readonly<Record<string, number>> = {
  one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, eleven: 11, twelve: 12, thirteen: 13,
  fourteen: 14, fifteen: 15, sixteen: 16, seventeen: 17, eighteen: 18, nineteen: 19,
} // biome-ignore format: a table
const tens: Readonly<Record<string, number>> = {
  twenty: 20, thirty: 30, forty: 40, fifty: 50, sixty: 60, seventy: 70, eighty: 80, ninety: 90,
} // biome-ignore format: a table
const scales: Readonly<Record<string, number>> = { dozen: 12, hundred: 100, thousand: 1000, million: 1_000_000 }
const smallWord = Object.keys(small).join('|')
const tensWord = Object.keys(tens).join('|')
const below100 = `(?:(?:${tensWord})(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|${smallWord})`
/** "two hundred", "a dozen", "ninety-seven", "fifteen"; the small ones only before a unit, being ordinary words. */
const inWords = new RegExp(
  `\\b(?:(${below100}|an?|several)[ -])?(${Object.keys(scales).join('|')})s?\\b|\\b(${below100})\\b`,
  'g',
)
const halves = /\bhalf (?:an? )?(hour|minute|day)\b|\ba quarter of an? (hour|day)\b/g
const kanjiNumber =
  /([〇一二三四五六七八九十百千万]+)(ミリ秒|秒|分|時間|日間|週間|か月|ヶ月|カ月|年間?|台|個|回|件|本|人|倍|割|パーセント|%)/g
const ago = /\b\d+ (?:minute|hour|day|week|month|year)s? ago\b|\d+(?:分|時間|日|週間|か月|年)前/g

/**
 * Amounts that stand in no source: numbers in words, numbers below zero, and numbers that stand there with another unit
 * only ("5 hours" for "5 minutes"). Ages of sources are ours to tell.
 */
export function measureFaults(text: string, sources: readonly string[]): string[] {
  const said = plain(text).replace(ago, ' ')
  const inWordsSaid = wordNumbers(said)
  const amountsSaid = measuresIn(said)
  const belowZero = [...said.matchAll(/(?<![\w)\]-])[-−]\d+(?:\.\d+)?(?![\w-])/g)].map(([below]) => below)
  // Most sentences give no amount: then the sources need not be read.
  if (inWordsSaid.length + amountsSaid.length + belowZero.length === 0) return []
  const known = plain(sources.join('\n'))
  const faults: string[] = []
  if (inWordsSaid.length > 0) {
    const numbers = new Set([
      ...(known.match(/\d+(?:[.,]\d+)*/g) ?? []).map(digits),
      ...wordNumbers(known).map(({ value }) => value),
    ])
    for (const { words, value } of inWordsSaid) if (!numbers.has(value) && !known.includes(words)) faults.push(words)
  }
  const amounts = amountsSaid.length === 0 ? [] : measuresIn(known)
  for (const { words, value, unit } of amountsSaid) {
    const others = amounts.filter((each) => each.value === value)
    const bare = countOf(known, value) > others.length
    if (others.length > 0 && !bare && !others.some((each) => each.unit === unit)) faults.push(words)
  }
  for (const below of belowZero) if (!known.includes(below)) faults.push(below)
  return faults
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/[`*_]/g, '').replace(/\s+/g, ' ')
}

function digits(written: string): string {
  return written.replace(/,(?=\d{3}\b)/g, '').replace(/[.,]$/, '')
}

function measuresIn(text: string): { words: string; value: string; unit: string }[] {
  return [...text.matchAll(measure)].flatMap(([words, value = '', unit = '']) => {
    const meant = units.find(([, names]) => names.test(unit))
    return meant === undefined ? [] : { words, value: digits(value), unit: meant[0] }
  })
}

function countOf(text: string, value: string): number {
  return (text.match(number) ?? []).filter((each) => digits(each) === value).length
}

function wordNumbers(text: string): { words: string; value: string }[] {
  const english = [...text.matchAll(inWords)].flatMap(([words, count, scale, plainCount]) => {
    if (scale !== undefined)
      return { words, value: String((count === undefined ? 1 : amountOf(count)) * (scales[scale] ?? 1)) }
    const value = amountOf(plainCount ?? '')
    const behind = text.slice(text.indexOf(words) + words.length).trimStart()
    return value > 12 || (value > 1 && new RegExp(`^${unitWord}${latinEnd}`).test(behind))
      ? { words, value: String(value) }
      : []
  })
  const parts = [...text.matchAll(halves)].map(([words]) => ({ words, value: words.startsWith('half') ? '30' : '15' }))
  const japanese = [...text.matchAll(kanjiNumber)].flatMap(([words, kanji = '']) => {
    const value = kanjiValue(kanji)
    return value > 1 ? { words, value: String(value) } : []
  })
  return [...english, ...parts, ...japanese]
}

function amountOf(words: string): number {
  if (words === 'several') return 0
  const parts = words.split(/[- ]/)
  return parts.reduce((sum, part) => sum + (tens[part] ?? small[part] ?? (part === 'a' || part === 'an' ? 1 : 0)), 0)
}

const kanjiDigits = '〇一二三四五六七八九'
const kanjiScales: Readonly<Record<string, number>> = { 十: 10, 百: 100, 千: 1000 }

function kanjiValue(kanji: string): number {
  let [whole, part, digit] = [0, 0, 0]
  for (const sign of kanji) {
    const scale = kanjiScales[sign]
    if (sign === '万') {
      whole += (part + digit || 1) * 10_000
      part = 0
      digit = 0
    } else if (scale !== undefined) {
      part += (digit || 1) * scale
      digit = 0
    } else digit = digit * 10 + kanjiDigits.indexOf(sign)
  }
  return whole + part + digit
}
