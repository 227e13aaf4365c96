import type { Lang } from '#knowledge/document.ts'

/** What the Home tab says. */
const english = {
  title: 'Documents you own',
  summary: (all: number, due: number) =>
    all === 0
      ? 'No document names you as its owner.'
      : `${all} ${all === 1 ? 'document names' : 'documents name'} you as owner; ${due === 0 ? 'none needs' : `${due} ${due === 1 ? 'needs' : 'need'}`} a look.`,
  more: (count: number) => `…and ${count} more, in better shape.`,
  nothing:
    'Nobody has said what you may see, so nothing is shown. Ask whoever runs Nightdesk to add you to `principals`.',
  unanswered: 'Questions that found nothing',
  stillTrue: 'Still true',
  wrong: 'Wrong',
  notMine: 'Not mine',
  evergreen: 'Evergreen…',
  whatIsWrong: 'What is wrong?',
  whyEvergreen: 'Why does it never go stale?',
  send: 'Send',
  cancel: 'Cancel',
  recorded: (title: string) => `Recorded: something in “${title}” is wrong.`,
}

const japanese: typeof english = {
  title: 'あなたが担当するドキュメント',
  summary: (all, due) =>
    all === 0
      ? 'あなたを担当者とするドキュメントはありません。'
      : `あなたが担当するドキュメントは${all}件、そのうち${due}件は確認が必要です。`,
  more: (count) => `…ほかに、より新しいものが${count}件あります。`,
  nothing:
    '閲覧できる範囲が設定されていないため、何も表示されません。Nightdesk の管理者に `principals` への追加を頼んでください。',
  unanswered: '該当がなかった質問',
  stillTrue: '今も正しい',
  wrong: '間違っている',
  notMine: '担当ではない',
  evergreen: '古くならない…',
  whatIsWrong: 'どこが間違っていますか？',
  whyEvergreen: 'なぜ古くならないのですか？',
  send: '送信',
  cancel: 'キャンセル',
  recorded: (title) => `記録しました: 「${title}」に間違いがあります。`,
}

export function homeWords(lang: Lang): typeof english {
  return lang === 'ja' ? japanese : english
}
