const digits = ['ゼロ', 'いち', 'に', 'さん', 'よん', 'ご', 'ろく', 'なな', 'はち', 'きゅう']
/** 100 and 1,000 as they sound behind each digit. */
const hundreds = [
  '',
  'ひゃく',
  'にひゃく',
  'さんびゃく',
  'よんひゃく',
  'ごひゃく',
  'ろっぴゃく',
  'ななひゃく',
  'はっぴゃく',
  'きゅうひゃく',
]
const thousands = [
  '',
  'せん',
  'にせん',
  'さんぜん',
  'よんせん',
  'ごせん',
  'ろくせん',
  'ななせん',
  'はっせん',
  'きゅうせん',
]
const myriads = ['', 'まん', 'おく', 'ちょう']
const daysOfMonth: Readonly<Record<number, string>> = {
  1: 'ついたち',
  2: 'ふつか',
  3: 'みっか',
  4: 'よっか',
  5: 'いつか',
  6: 'むいか',
  7: 'なのか',
  8: 'ようか',
  9: 'ここのか',
  10: 'とおか',
  14: 'じゅうよっか',
  20: 'はつか',
  24: 'にじゅうよっか',
}

interface Counter {
  kana: string
  /** How the number's end and the counter's beginning change each other. */
  joins: 'plainly' | 'k' | 's' | 'h'
  /** Readings that follow no rule, by the whole number or by its last digit. */
  whole?: Readonly<Record<number, string>>
  last?: Readonly<Record<number, string>>
}

const counters: Readonly<Record<string, Counter>> = {
  時間: { kana: 'じかん', joins: 'plainly', last: { 4: 'よ', 7: 'なな', 9: 'く' } },
  時: { kana: 'じ', joins: 'plainly', last: { 4: 'よ', 7: 'しち', 9: 'く' } },
  分間: { kana: 'ふんかん', joins: 'h' },
  分: { kana: 'ふん', joins: 'h' },
  ミリ秒: { kana: 'みりびょう', joins: 'plainly' },
  秒: { kana: 'びょう', joins: 'plainly' },
  週間: { kana: 'しゅうかん', joins: 's' },
  日間: { kana: 'にちかん', joins: 'plainly' },
  日: { kana: 'にち', joins: 'plainly' },
  か月: { kana: 'かげつ', joins: 'k' },
  ヶ月: { kana: 'かげつ', joins: 'k' },
  カ月: { kana: 'かげつ', joins: 'k' },
  月: { kana: 'がつ', joins: 'plainly', last: { 4: 'し', 7: 'しち', 9: 'く' } },
  年: { kana: 'ねん', joins: 'plainly', last: { 4: 'よ' } },
  回: { kana: 'かい', joins: 'k' },
  階: { kana: 'かい', joins: 'k' },
  件: { kana: 'けん', joins: 'k' },
  個: { kana: 'こ', joins: 'k' },
  本: { kana: 'ほん', joins: 'h' },
  台: { kana: 'だい', joins: 'plainly' },
  人: { kana: 'にん', joins: 'plainly', whole: { 1: 'ひとり', 2: 'ふたり' }, last: { 4: 'よ' } },
  名: { kana: 'めい', joins: 'plainly' },
  番: { kana: 'ばん', joins: 'plainly' },
  倍: { kana: 'ばい', joins: 'plainly' },
  度: { kana: 'ど', joins: 'plainly' },
  行: { kana: 'ぎょう', joins: 'plainly' },
  円: { kana: 'えん', joins: 'plainly', last: { 4: 'よ' } },
  歳: { kana: 'さい', joins: 's' },
  点: { kana: 'てん', joins: 's' },
  つ: {
    kana: '',
    joins: 'plainly',
    whole: {
      1: 'ひとつ',
      2: 'ふたつ',
      3: 'みっつ',
      4: 'よっつ',
      5: 'いつつ',
      6: 'むっつ',
      7: 'ななつ',
      8: 'やっつ',
      9: 'ここのつ',
    },
  },
}
const counted = new RegExp(
  `(\\d{1,16})\\s?(${Object.keys(counters)
    .toSorted((a, b) => b.length - a.length)
    .join('|')})`,
  'g',
)

/** Figures as kana, with what they count: 「10分」 is 「じゅっぷん」, 「3本」 「さんぼん」. */
export function numbersInKana(text: string): string {
  return text
    .replace(/(\d{1,2})月(\d{1,2})日/g, (_, month: string, day: string) => {
      return `${countInKana(Number(month), '月')}${daysOfMonth[Number(day)] ?? countInKana(Number(day), '日')}`
    })
    .replace(counted, (_, number: string, counter: string) => countInKana(Number(number), counter))
    .replace(/\d+/g, (number) =>
      number.length > 16 || /^0\d/.test(number)
        ? number.replace(/\d/g, (digit) => digits[Number(digit)] ?? '')
        : numberInKana(Number(number)),
    )
}

/** Whole numbers below 10^16. */
export function numberInKana(number: number): string {
  if (number === 0) return 'ゼロ'
  const groups: string[] = []
  for (let rest = number, at = 0; rest > 0 && at < myriads.length; rest = Math.floor(rest / 10_000), at++) {
    const group = rest % 10_000
    if (group > 0) groups.unshift(below10000(group, at > 0) + (myriads[at] ?? ''))
  }
  return groups.join('')
}

function below10000(number: number, saysOne: boolean): string {
  const [thousand, hundred, ten, one] = [1000, 100, 10, 1].map((unit) => Math.floor(number / unit) % 10)
  const tens = ten === 0 ? '' : `${ten === 1 ? '' : (digits[ten ?? 0] ?? '')}じゅう`
  const said = `${thousands[thousand ?? 0] ?? ''}${hundreds[hundred ?? 0] ?? ''}${tens}${one === 0 ? '' : (digits[one ?? 0] ?? '')}`
  return saysOne && number === 1000 ? `いっ${said}` : said
}

function countInKana(number: number, name: string): string {
  const counter = counters[name]
  if (counter === undefined) return `${numberInKana(number)}${name}`
  const whole = counter.whole?.[number]
  if (whole !== undefined) return whole
  if (counter.kana === '') return `${numberInKana(number)}${name}`
  const irregular = counter.last?.[number % 10]
  if (irregular !== undefined)
    return `${number >= 10 ? numberInKana(number - (number % 10)) : ''}${irregular}${counter.kana}`
  return joined(numberInKana(number), counter, number)
}

/** 「いち」 and 「ほん」 are 「いっぽん」. */
function joined(number: string, { kana, joins }: Counter, value: number): string {
  if (joins === 'plainly') return number + kana
  const endings = joins === 's' ? /(?:いち|はち|じゅう)$/ : /(?:いち|ろく|はち|じゅう|ひゃく)$/
  if (endings.test(number)) {
    const short = number.replace(/(?:ち|く|う)$/, 'っ')
    return short + (joins === 'h' ? harder(kana) : kana)
  }
  if (joins !== 'h') return number + kana
  const last = value % 10
  if (last === 3 || value % 10_000 === 0 || (last === 0 && value % 1000 === 0))
    return number + (kana.startsWith('ふ') ? harder(kana) : `ぼ${kana.slice(1)}`)
  return number + (last === 4 && kana.startsWith('ふ') ? harder(kana) : kana)
}

function harder(kana: string): string {
  return (kana.startsWith('ふ') ? 'ぷ' : 'ぽ') + kana.slice(1)
}
