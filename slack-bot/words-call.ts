import type { Lang } from '#knowledge/document.ts'

/** What is said of calls. */
const english = {
  call: '📞 Call me',
  open: 'Open the call',
  ready: (minutes: number) =>
    `Talk to me in the browser, and go on with this thread. The link is yours alone and good for ${minutes} minutes; what is said is written down in this thread.`,
  noAddress: 'I can not be called: whoever runs Nightdesk has to set PUBLIC_URL.',
  nothingYet: 'Ask me something here first; then we can go on by voice.',
  onCall: (who: string) => `📞 ${who}, on the call:`,
  kept: (who: string) => `📞 ${who} asked something on the call whose sources not everybody here may see.`,
  over: (who: string, turns: number) =>
    `📞 ${who}'s call is over; ${turns === 0 ? 'nothing was asked' : turns === 1 ? 'one question was asked' : `${turns} questions were asked`}.`,
}

export type CallWords = typeof english

const japanese: CallWords = {
  call: '📞 電話で話す',
  open: '通話を開く',
  ready: (minutes) =>
    `ブラウザで話しながら、このスレッドの続きができます。リンクはあなた専用で、${minutes}分間有効です。話した内容はこのスレッドに書き起こされます。`,
  noAddress: '通話できません。Nightdesk の管理者が PUBLIC_URL を設定する必要があります。',
  nothingYet: 'まずここで何か質問してください。その後、音声で続けられます。',
  onCall: (who) => `📞 ${who}（通話）:`,
  kept: (who) => `📞 ${who} が通話で質問しましたが、出典をここにいる全員が見られるわけではありません。`,
  over: (who, turns) => `📞 ${who} の通話が終わりました。質問は${turns}件でした。`,
}

export function callWords(lang: Lang): CallWords {
  return lang === 'ja' ? japanese : english
}
