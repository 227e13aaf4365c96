import type { PageLang } from './words.ts'

const en = {
  title: 'Costs of voice',
  operations: 'Operations',
  lead: 'What conversations by voice cost at list prices. Nothing is asked of a provider for it.',
  use: 'Use',
  minutesADay: 'Minutes of conversation a day',
  turnsAMinute: 'Turns a minute',
  promptTokens: 'Tokens of a prompt',
  answerTokens: 'Tokens of an answer',
  spokenCharacters: 'Characters said aloud a turn',
  providers: 'Providers',
  model: 'Language model',
  noModel: 'none: answers are quoted',
  ear: 'Recognition',
  voice: 'Voice',
  free: 'free',
  minute: 'a minute',
  day: 'a day',
  month: 'a month of 30 days',
  parts: { hearing: 'recognition', writing: 'language model', speaking: 'voice' },
  pricesOf: (date: string) => `Prices as of ${date}`,
  readOn: (date: string) => `read on ${date}`,
  theme: 'Light or dark',
  otherLanguage: '日本語',
}

export type CostsWords = typeof en

const ja: CostsWords = {
  title: '音声の費用',
  operations: '運用状況',
  lead: '音声での会話にかかる費用を定価で計算します。プロバイダーには何も送りません。',
  use: '使い方',
  minutesADay: '1 日の会話（分）',
  turnsAMinute: '1 分あたりのやりとり',
  promptTokens: 'プロンプトのトークン数',
  answerTokens: '回答のトークン数',
  spokenCharacters: '1 回に読み上げる文字数',
  providers: 'プロバイダー',
  model: '言語モデル',
  noModel: 'なし（引用のみ）',
  ear: '音声認識',
  voice: '音声合成',
  free: '無料',
  minute: '1 分あたり',
  day: '1 日あたり',
  month: '30 日あたり',
  parts: { hearing: '音声認識', writing: '言語モデル', speaking: '音声合成' },
  pricesOf: (date) => `価格は ${date} 時点`,
  readOn: (date) => `${date} 確認`,
  theme: '明るい／暗い表示',
  otherLanguage: 'English',
}

export const costsWords: Readonly<Record<PageLang, CostsWords>> = { en, ja }
