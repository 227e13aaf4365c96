import type { Lang } from '#knowledge/document.ts'

/** What the loop itself says, in both languages, short enough to be heard. */
const sentences = {
  unsupported: {
    en: 'I found passages, but nothing in them that I can stand behind as an answer. The sources are worth a look.',
    ja: '関連する文書はありましたが、裏付けのある答えにできませんでした。出典を直接ご確認ください。',
  },
  partly: {
    en: 'I can only stand behind part of the answer; it is shown with its sources.',
    ja: '裏付けのある部分だけを出典とともに表示しました。',
  },
  dropped: {
    en: 'Parts of the answer were left out because no cited passage supports them.',
    ja: '引用元で確認できなかった部分を省きました。',
  },
  failed: {
    en: 'Sorry, I could not answer that: something on my side failed. Please ask again.',
    ja: '申し訳ありません。こちらの不具合でお答えできませんでした。もう一度お願いします。',
  },
  'too-slow': {
    en: 'Sorry, that takes too long. Please ask again, or look at the documents directly.',
    ja: '申し訳ありません。時間がかかりすぎています。もう一度お願いするか、文書を直接ご確認ください。',
  },
  'not-heard': {
    en: "Sorry, I didn't catch that. Could you say it again?",
    ja: 'すみません、聞き取れませんでした。もう一度お願いします。',
  },
  'rest-in-writing': { en: 'The rest is in writing.', ja: '続きは画面に表示しました。' },
  'rest-unsaid': { en: 'There is more; ask me to go on.', ja: '続きがあります。必要なら聞いてください。' },
  'speech-failed': {
    en: 'I cannot speak at the moment; the answer is there in writing.',
    ja: '音声を再生できません。答えは文字で表示しています。',
  },
  slower: { en: 'All right, slower.', ja: 'ゆっくり話します。' },
  faster: { en: 'All right, faster.', ja: '速く話します。' },
  quiet: { en: 'All right.', ja: 'はい。' },
  welcome: { en: "You're welcome.", ja: 'どういたしまして。' },
  hello: { en: 'Hello. What would you like to know?', ja: 'はい、何を知りたいですか。' },
  here: { en: 'Yes, I hear you.', ja: 'はい、聞こえています。' },
  waiting: { en: 'Take your time.', ja: 'はい、お待ちします。' },
  respect: { en: 'Thank you. You too.', ja: 'お疲れさまです。' },
  'can-do': {
    en: 'Ask me about your documents: how something is done, a limit, an owner. Or say "walk me through" and the name of a runbook.',
    ja: '文書について聞いてください。手順、しきい値、担当者などです。「案内して」と手順書の名前を言えば、1ステップずつ案内します。',
  },
  'which-document': { en: 'I do not know which document you mean.', ja: 'どの文書のことか分かりませんでした。' },
  'no-walk': {
    en: 'No runbook is being walked through. Say "walk me through" and its name.',
    ja: '案内中の手順書はありません。手順書の名前と「案内して」を言ってください。',
  },
  goodbye: { en: 'Good luck. I am here when you need me.', ja: 'お疲れさまです。必要なときはまた呼んでください。' },
  cancelled: { en: 'All right, I do not do that.', ja: 'わかりました。実行しません。' },
  'nothing-to-spell': { en: 'There is no command or name to spell.', ja: 'つづりを読むコマンドや名前がありません。' },
  'no-incident': {
    en: 'This conversation belongs to no incident.',
    ja: 'この会話が属するインシデントはありません。',
  },
  'from-timeline': {
    en: "This comes from the incident's timeline, not from documents.",
    ja: '文書ではなく、インシデントの記録によります。',
  },
  'not-possible': { en: 'I cannot do that here.', ja: 'ここではできません。' },
  'working-on-it': { en: 'One moment, I am on it.', ja: '少々お待ちください。' },
  'in-background': {
    en: 'That takes a while. I go on in the background and tell you.',
    ja: '時間がかかるため裏で続けます。終わったらお知らせします。',
  },
  'tool-failed': { en: 'That did not work.', ja: 'うまくいきませんでした。' },
  'tool-done': { en: 'Done.', ja: '完了しました。' },
  'nothing-said': { en: 'I have not said anything yet.', ja: 'まだ何もお答えしていません。' },
  'changed-since': {
    en: 'The documents behind my last answer have changed or are gone. Please ask the question again.',
    ja: '前の答えの元になった文書が変わったか、なくなりました。もう一度質問してください。',
  },
  'no-source': {
    en: 'There is no source to read: my last answer cited nothing.',
    ja: '読み上げる出典がありません。前の答えは何も引用していません。',
  },
  'still-looking': { en: 'One moment, I am still looking.', ja: '少々お待ちください。調べています。' },
} as const satisfies Record<string, Record<Lang, string>>

export type Sentence = keyof typeof sentences

export function said(sentence: Sentence, lang: Lang): string {
  return sentences[sentence][lang]
}
