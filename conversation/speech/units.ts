import type { Lang } from '#knowledge/document.ts'

interface UnitWords {
  one: string
  many: string
  ja: string
}

function unit(one: string, ja: string, many = `${one}s`): UnitWords {
  return { one, many, ja }
}

/** As they stand behind a number without a space, in configurations and alerts. */
const units: Readonly<Record<string, UnitWords>> = {
  ns: unit('nanosecond', 'ナノ秒'),
  us: unit('microsecond', 'マイクロ秒'),
  µs: unit('microsecond', 'マイクロ秒'),
  μs: unit('microsecond', 'マイクロ秒'),
  ms: unit('millisecond', 'ミリ秒'),
  s: unit('second', '秒'),
  sec: unit('second', '秒'),
  secs: unit('second', '秒'),
  m: unit('minute', '分'),
  min: unit('minute', '分'),
  mins: unit('minute', '分'),
  h: unit('hour', '時間'),
  hr: unit('hour', '時間'),
  hrs: unit('hour', '時間'),
  d: unit('day', '日'),
  w: unit('week', '週間'),
  y: unit('year', '年'),
  B: unit('byte', 'バイト'),
  KB: unit('kilobyte', 'キロバイト'),
  kB: unit('kilobyte', 'キロバイト'),
  MB: unit('megabyte', 'メガバイト'),
  GB: unit('gigabyte', 'ギガバイト'),
  TB: unit('terabyte', 'テラバイト'),
  PB: unit('petabyte', 'ペタバイト'),
  Ki: unit('kibibyte', 'キビバイト'),
  Mi: unit('mebibyte', 'メビバイト'),
  Gi: unit('gibibyte', 'ギビバイト'),
  Ti: unit('tebibyte', 'テビバイト'),
  KiB: unit('kibibyte', 'キビバイト'),
  MiB: unit('mebibyte', 'メビバイト'),
  GiB: unit('gibibyte', 'ギビバイト'),
  TiB: unit('tebibyte', 'テビバイト'),
  kbps: unit('kilobits per second', 'キロビーピーエス', 'kilobits per second'),
  Mbps: unit('megabits per second', 'メガビーピーエス', 'megabits per second'),
  Gbps: unit('gigabits per second', 'ギガビーピーエス', 'gigabits per second'),
  Hz: unit('hertz', 'ヘルツ', 'hertz'),
  kHz: unit('kilohertz', 'キロヘルツ', 'kilohertz'),
  MHz: unit('megahertz', 'メガヘルツ', 'megahertz'),
  GHz: unit('gigahertz', 'ギガヘルツ', 'gigahertz'),
  rps: unit('request per second', 'リクエスト毎秒', 'requests per second'),
  qps: unit('query per second', 'クエリ毎秒', 'queries per second'),
  x: unit('time', '倍'),
  k: unit('thousand', '千', 'thousand'),
  K: unit('thousand', '千', 'thousand'),
  M: unit('million', '百万', 'million'),
  '%': unit('percent', 'パーセント', 'percent'),
  '％': unit('percent', 'パーセント', 'percent'),
  '°C': unit('degree Celsius', '度', 'degrees Celsius'),
}

const japaneseFactors: Readonly<Record<string, number>> = { k: 1000, K: 1000, M: 1_000_000 }

/** Longest first, so that `ms` isn't `m`. */
export const unitNames: readonly string[] = Object.keys(units).toSorted((a, b) => b.length - a.length)

/** `5` and `m`: "5 minutes", 「5分」. Undefined where it is no unit. */
export function quantity(number: string, name: string, lang: Lang): string | undefined {
  const words = units[name]
  if (words === undefined) return undefined
  const factor = lang === 'ja' ? japaneseFactors[name] : undefined
  // Japanese counts in myriads: 10k is no ten thousands.
  if (factor !== undefined) return String(Math.round(Number(number.replaceAll(',', '')) * factor))
  const said = decimal(number, lang)
  if (lang === 'ja') return `${said}${words.ja}`
  return `${said} ${number === '1' ? words.one : words.many}`
}

const japaneseDigits = ['ゼロ', 'いち', 'に', 'さん', 'よん', 'ご', 'ろく', 'なな', 'はち', 'きゅう']

/** A number with its decimals, without separators of thousands. */
export function decimal(number: string, lang: Lang): string {
  const [whole = '', ...fraction] = number.replaceAll(',', '').split('.')
  if (lang === 'en' || fraction.length === 0) return [whole, ...fraction].join('.')
  return `${whole}てん${fraction.join('').replace(/\d/g, (digit) => japaneseDigits[Number(digit)] ?? digit)}`
}

const months = 'January February March April May June July August September October November December'.split(' ')

export function dateWords(year: number, month: number, day: number, lang: Lang): string {
  return lang === 'ja' ? `${year}年${month}月${day}日` : `${months[month - 1] ?? month} ${day}, ${year}`
}

/** Of 24 hours, as operators say it. */
export function timeWords(hours: number, minutes: number, lang: Lang): string {
  if (lang === 'ja') return minutes === 0 ? `${hours}時` : `${hours}時${minutes}分`
  if (minutes === 0) return hours <= 12 ? `${hours} o'clock` : `${hours} hundred`
  return minutes < 10 ? `${hours} oh ${minutes}` : `${hours} ${minutes}`
}
