import type { ShownOn } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'

/** Where it is, after "is" and "which is"; on the telephone it can only be spelled. */
const places: Readonly<Record<Lang, Readonly<Record<ShownOn, string>>>> = {
  en: { page: 'it is on the page', slack: 'it is in Slack', nowhere: 'I can spell it' },
  ja: { page: '画面に出しました', slack: 'スラックに出しました', nowhere: '一文字ずつ読めます' },
}

/** What is said in place of what can't be. */
export const words = {
  en: {
    codeShown: (place: ShownOn) => `a command that is too long to say; ${places.en[place]}`,
    tableShown: (place: ShownOn) =>
      place === 'nowhere' ? 'There is a table; ask for what is in it. ' : `There is a table; ${places.en[place]}. `,
    link: (host: string) => `the link to ${host}`,
    port: (port: string) => `port ${port}`,
    range: (from: string, to: string) => `${from} to ${to}`,
    of: (part: string, whole: string) => `${part} of ${whole}`,
    per: (unit: string) => `per ${unit}`,
    version: 'version',
    startingWith: (letters: string) => `starting with ${letters}`,
    hex: 'hex',
    minus: (number: string) => `minus ${number}`,
    number: (number: string) => `number ${number}`,
    about: (number: string) => `about ${number}`,
    channel: (name: string) => `the channel ${name}`,
    prefixLength: (bits: string) => `slash ${bits}`,
    money: (amount: string, currency: string) => `${amount} ${currency}`,
    millicores: (count: string) => `${count} millicores`,
  },
  ja: {
    codeShown: (place: ShownOn) => `コマンドは長いので、${places.ja[place]}`,
    tableShown: (place: ShownOn) =>
      place === 'nowhere' ? '表があります。知りたい項目を聞いてください。' : `表は${places.ja[place]}。`,
    link: (host: string) => `${host}へのリンク`,
    port: (port: string) => `ポート${port}`,
    range: (from: string, to: string) => `${from}から${to}`,
    of: (part: string, whole: string) => `${whole}分の${part}`,
    per: (unit: string) => `毎${unit}`,
    version: 'バージョン',
    startingWith: (letters: string) => `${letters}で始まるもの`,
    hex: '16進数',
    minus: (number: string) => `マイナス${number}`,
    number: (number: string) => `${number}番`,
    about: (number: string) => `約${number}`,
    channel: (name: string) => `${name}チャンネル`,
    prefixLength: (bits: string) => `スラッシュ${bits}`,
    money: (amount: string, currency: string) => `${amount}${currency}`,
    millicores: (count: string) => `${count}ミリコア`,
  },
} as const satisfies Record<Lang, unknown>

export const currencies: Readonly<Record<string, Readonly<Record<Lang, string>>>> = {
  $: { en: 'dollars', ja: 'ドル' },
  '€': { en: 'euros', ja: 'ユーロ' },
  '£': { en: 'pounds', ja: 'ポンド' },
  '¥': { en: 'yen', ja: '円' },
}

export const perUnits: Readonly<Record<string, Readonly<Record<Lang, string>>>> = {
  s: { en: 'second', ja: '秒' },
  sec: { en: 'second', ja: '秒' },
  m: { en: 'minute', ja: '分' },
  min: { en: 'minute', ja: '分' },
  h: { en: 'hour', ja: '時' },
  hour: { en: 'hour', ja: '時' },
  day: { en: 'day', ja: '日' },
  d: { en: 'day', ja: '日' },
}
