import type { Lang } from '#knowledge/document.ts'

const japaneseLetters: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'aエー bビー cシー dディー eイー fエフ gジー hエイチ iアイ jジェー kケー lエル mエム nエヌ oオー pピー qキュー rアール sエス tティー ' +
    'uユー vブイ wダブリュー xエックス yワイ zゼット'
  )
    .split(' ')
    .map((entry) => [entry.charAt(0), entry.slice(1)]),
)

/** The spelling alphabet of aviation (ICAO), which operators know. */
const phonetic: Readonly<Record<string, Readonly<Record<Lang, string>>>> = Object.fromEntries(
  (
    'alfa:アルファ bravo:ブラボー charlie:チャーリー delta:デルタ echo:エコー foxtrot:フォックストロット golf:ゴルフ hotel:ホテル ' +
    'india:インディア juliett:ジュリエット kilo:キロ lima:リマ mike:マイク november:ノーベンバー oscar:オスカー papa:パパ ' +
    'quebec:ケベック romeo:ロメオ sierra:シエラ tango:タンゴ uniform:ユニフォーム victor:ビクター whiskey:ウイスキー x-ray:エックスレイ ' +
    'yankee:ヤンキー zulu:ズールー'
  )
    .split(' ')
    .map((entry) => entry.split(':'))
    .map(([en = '', ja = '']) => [en.charAt(0), { en, ja }]),
)

const symbolNames: Readonly<Record<string, Readonly<Record<Lang, string>>>> = {
  '-': { en: 'dash', ja: 'ハイフン' },
  _: { en: 'underscore', ja: 'アンダーバー' },
  '/': { en: 'slash', ja: 'スラッシュ' },
  '\\': { en: 'backslash', ja: 'バックスラッシュ' },
  '.': { en: 'dot', ja: 'ドット' },
  ',': { en: 'comma', ja: 'カンマ' },
  ':': { en: 'colon', ja: 'コロン' },
  ';': { en: 'semicolon', ja: 'セミコロン' },
  '=': { en: 'equals', ja: 'イコール' },
  '+': { en: 'plus', ja: 'プラス' },
  '*': { en: 'star', ja: 'アスタリスク' },
  '%': { en: 'percent', ja: 'パーセント' },
  '&': { en: 'ampersand', ja: 'アンド' },
  '|': { en: 'pipe', ja: 'パイプ' },
  '<': { en: 'less than', ja: '小なり' },
  '>': { en: 'greater than', ja: '大なり' },
  $: { en: 'dollar', ja: 'ドル' },
  '#': { en: 'hash', ja: 'シャープ' },
  '@': { en: 'at', ja: 'アットマーク' },
  '!': { en: 'exclamation mark', ja: 'ビックリマーク' },
  '?': { en: 'question mark', ja: 'はてな' },
  '~': { en: 'tilde', ja: 'チルダ' },
  '^': { en: 'caret', ja: 'キャレット' },
  '`': { en: 'backtick', ja: 'バッククォート' },
  '"': { en: 'quote', ja: 'ダブルクォート' },
  "'": { en: 'single quote', ja: 'シングルクォート' },
  '(': { en: 'open parenthesis', ja: '開きかっこ' },
  ')': { en: 'close parenthesis', ja: '閉じかっこ' },
  '[': { en: 'open bracket', ja: '開き角かっこ' },
  ']': { en: 'close bracket', ja: '閉じ角かっこ' },
  '{': { en: 'open brace', ja: '開き波かっこ' },
  '}': { en: 'close brace', ja: '閉じ波かっこ' },
  ' ': { en: 'space', ja: 'スペース' },
}

/** What a symbol of the keyboard is called; undefined: it is none. */
export function symbolName(symbol: string, lang: Lang): string | undefined {
  return symbolNames[symbol]?.[lang]
}

/** Letters one by one, as an acronym is said: "C P U", 「シーピーユー」. Digits stay. */
export function letterByLetter(word: string, lang: Lang): string {
  if (lang === 'ja') return word.replace(/[A-Za-z]/g, (letter) => japaneseLetters[letter.toLowerCase()] ?? letter)
  return word.toUpperCase().split('').join(' ')
}

/**
 * A text character by character, so that it can be typed without seeing it; each has a comma of its own to be heard by.
 * `phonetic`: letters by the spelling alphabet.
 */
export function spelled(text: string, lang: Lang, style: 'letters' | 'phonetic' = 'letters'): string {
  const named = Array.from(text, (character) => nameOf(character, lang, style))
  return named.join(lang === 'ja' ? '、' : ', ')
}

function nameOf(character: string, lang: Lang, style: 'letters' | 'phonetic'): string {
  const symbol = symbolName(character, lang)
  if (symbol !== undefined) return symbol
  if (!/^[A-Za-z]$/.test(character)) return character
  const small = character.toLowerCase()
  const name = style === 'phonetic' ? phonetic[small]?.[lang] : letterByLetter(small, lang)
  const said = name ?? character
  if (character === small) return said
  return lang === 'ja' ? `大文字の${said}` : `capital ${said}`
}
