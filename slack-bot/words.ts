import type { Lang } from '#knowledge/document.ts'

/** What the bot itself says. Documents' words and answers are not here. */
const english = {
  searching: 'Searching the documents',
  reading: 'Reading what was found',
  writing: 'Writing the answer',
  checking: 'Checking every sentence against its source',
  placeholder: 'Searching the documents…',
  statusLine: 'is searching the documents…',
  interrupted: 'I was interrupted while answering this. I am at it again…',
  stopped: 'I was stopped while answering this, and go on as soon as I am back.',
  gaveUp: 'I was interrupted several times while answering this, so I gave up. Please ask again.',
  owner: 'owner',
  noOwner: 'no owner known',
  more: (at: number, of: number) => `(${at}/${of})`,
  onlyYou: 'Only you can see this answer: not everybody in this channel may see its sources.',
  onlyYouHere: 'Only you can see this answer.',
  good: '👍 Helpful',
  bad: '👎 Not helpful',
  stale: 'This is outdated',
  share: 'Share in the channel',
  askOwner: (owner: string) => `Ask ${owner}`,
  thanks: 'Thank you, this is recorded.',
  whatIsWrong: 'What is outdated?',
  whatIsWrongHint: 'The owner is told, with the source that was cited.',
  send: 'Send',
  cancel: 'Cancel',
  notForYou: (user: string) =>
    `I can't show you any documents: nobody has said what you may see. Ask whoever runs Nightdesk to add your Slack id, ${user}, to \`principals\`.`,
  notForGuests:
    "I can't show you any documents: guests and people of other organisations see nothing here unless whoever runs Nightdesk allows it.",
  whatToAsk: 'What would you like to know? Write the question after my name.',
  tooLong: 'That is too long to be a question. Please paste the few lines that matter.',
  failed: (why: string) => `I could not answer this. ${why}`,
  shared: (user: string) => `Shared by <@${user}>`,
  cantShare: 'This answer cites documents that not everybody here may see, so it can not be shared in this channel.',
  cantShareHere: 'I can not post here. Invite me to the channel first: /invite @Nightdesk.',
  gone: 'This answer is no longer known to me. Please ask again.',
  notYours: 'This answer was not given to you.',
  ownerUnknown: (owner: string) =>
    `I don't know ${owner} in Slack. Their name is in the document's owners; please ask them yourself.`,
  ownerAsked: (owner: string) => `I have asked ${owner}.`,
  asksOwner: (owner: string, asker: string) =>
    `<@${owner}>, <@${asker}> asks something that I find no document for. Can you help?`,
  asksOwnerPrivately: (asker: string) => `<@${asker}> asks something that the documents don't answer. Can you help?`,
  toldStale: (who: string, title: string) => `<@${who}> says that “${title}”, which you own, is outdated:`,
  oldSources: 'Some sources are old or disputed: check before you act.',
}

export type Words = typeof english

const japanese: Words = {
  searching: 'ドキュメントを検索しています',
  reading: '見つかったものを読んでいます',
  writing: '回答を書いています',
  checking: '一文ずつ出典と照合しています',
  placeholder: 'ドキュメントを検索しています…',
  statusLine: 'がドキュメントを検索しています…',
  interrupted: '回答の途中で中断されました。もう一度やり直しています…',
  stopped: '回答の途中で停止されました。再開しだい続けます。',
  gaveUp: '何度も中断されたため、回答をあきらめました。もう一度質問してください。',
  owner: '担当',
  noOwner: '担当者不明',
  more: (at, of) => `(${at}/${of})`,
  onlyYou: 'この回答はあなたにだけ表示されています。このチャンネルの全員が出典を見られるわけではないためです。',
  onlyYouHere: 'この回答はあなたにだけ表示されています。',
  good: '👍 役に立った',
  bad: '👎 役に立たない',
  stale: '内容が古い',
  share: 'チャンネルに共有',
  askOwner: (owner) => `${owner} に聞く`,
  thanks: 'ありがとうございます。記録しました。',
  whatIsWrong: 'どこが古いですか？',
  whatIsWrongHint: '引用した出典とともに担当者に伝えます。',
  send: '送信',
  cancel: 'キャンセル',
  notForYou: (user) =>
    `ドキュメントをお見せできません。閲覧できる範囲が設定されていないためです。Nightdesk の管理者に、あなたの Slack ID（${user}）を \`principals\` に加えるよう頼んでください。`,
  notForGuests: 'ドキュメントをお見せできません。管理者が許可しないかぎり、ゲストや社外の方には何も表示されません。',
  whatToAsk: '何を知りたいですか？私の名前の後に質問を書いてください。',
  tooLong: '質問としては長すぎます。関係する数行だけを貼り付けてください。',
  failed: (why) => `回答できませんでした。${why}`,
  shared: (user) => `<@${user}> が共有しました`,
  cantShare:
    'この回答は、ここにいる全員が見られるわけではないドキュメントを引用しているため、このチャンネルには共有できません。',
  cantShareHere: 'ここには投稿できません。まず /invite @Nightdesk でチャンネルに招待してください。',
  gone: 'この回答はもう残っていません。もう一度質問してください。',
  notYours: 'この回答はあなた宛てのものではありません。',
  ownerUnknown: (owner) =>
    `${owner} の Slack アカウントが分かりません。ドキュメントの担当者欄にある名前です。直接聞いてください。`,
  ownerAsked: (owner) => `${owner} に聞きました。`,
  asksOwner: (owner, asker) =>
    `<@${owner}> さん、<@${asker}> さんの質問に答えるドキュメントが見つかりません。教えていただけますか？`,
  asksOwnerPrivately: (asker) => `<@${asker}> さんの質問に答えるドキュメントが見つかりません。教えていただけますか？`,
  toldStale: (who, title) => `<@${who}> さんによると、あなたが担当する「${title}」の内容が古くなっています。`,
  oldSources: '古い、または食い違いのある出典が含まれます。実行前に確認してください。',
}

export function words(lang: Lang): Words {
  return lang === 'ja' ? japanese : english
}
