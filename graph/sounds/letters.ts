/** The English names of the letters, by their sounds. */
export const letterNames: Readonly<Record<string, string>> = {
  a: 'E',
  b: 'bi',
  c: 'si',
  d: 'di',
  e: 'i',
  f: 'ef',
  g: 'Ji',
  h: 'EC',
  i: 'Y',
  j: 'JE',
  k: 'kE',
  l: 'el',
  m: 'em',
  n: 'en',
  o: 'o',
  p: 'pi',
  q: 'kyu',
  r: 'Ar',
  s: 'es',
  t: 'ti',
  u: 'yu',
  v: 'vi',
  w: 'dVb@lyu',
  x: 'eks',
  y: 'wY',
  z: 'zi',
}

export const digitNames = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const

/** The Japanese names of the letters. */
export const japaneseLetterNames: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'aエー bビー cシー dディー eイー fエフ gジー hエイチ iアイ jジェー kケー lエル mエム nエヌ oオー pピー qキュー rアール sエス tティー ' +
    'uユー vブイ wダブリュー xエックス yワイ zゼット'
  )
    .split(' ')
    .map((entry) => [entry.charAt(0), entry.slice(1)]),
)

export const japaneseDigitNames = [
  'ゼロ',
  'イチ',
  'ニ',
  'サン',
  'ヨン',
  'ゴ',
  'ロク',
  'ナナ',
  'ハチ',
  'キュー',
] as const
