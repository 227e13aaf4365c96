import type { IncidentEntry } from '#conversation/incidents/incident-memory.ts'
import type { Lang } from '#knowledge/document.ts'

/** What is said of alerts and incidents. */
const english = {
  runbookFor: (title: string) => `📕 Runbook for “${title}”`,
  alert: (title: string) => `🔔 ${title}`,
  noRunbook: 'I found no runbook for it.',
  cut: '…the rest is in the document.',
  usage:
    '`/incident WHAT HAPPENED` begins, `/incident note …` adds to the timeline, `/incident status` shows it, `/incident end` drafts the postmortem. 📌 on a message adds that message.',
  none: 'No incident is under way in this channel. `/incident WHAT HAPPENED` begins one.',
  another: (title: string) => `“${title}” is under way in this channel. \`/incident end\` ends it.`,
  began: (title: string, who: string) =>
    `🚨 *${title}*: ${who} began an incident in this channel. I keep the timeline: alerts, questions, steps of runbooks, calls, and what you add with \`/incident note …\` or 📌. \`/incident end\` drafts the postmortem.`,
  noted: 'Added to the timeline.',
  ended: (title: string, who: string) => `🏁 *${title}*: ${who} ended the incident. A first draft of its postmortem:`,
  inviteMe: 'I am not in this channel. Invite me first: /invite @Nightdesk.',
  status: (title: string) => `“${title}” so far`,
  kinds: {
    started: 'Incident began',
    alert: 'Alert',
    offered: 'Runbook found',
    question: 'Asked',
    unanswered: 'Asked, found nothing',
    step: 'Runbook',
    outdated: 'Marked outdated',
    voice: 'On the call',
    note: 'Note',
    ended: 'Incident ended',
  } satisfies Record<IncidentEntry['kind'], string>,
  postmortem: {
    title: (title: string) => `Postmortem: ${title}`,
    lasted: (from: string, to: string, duration: string) => `${from} to ${to} UTC, ${duration}.`,
    people: (names: string) => `Took part: ${names}.`,
    summary: 'Summary',
    impact: 'Impact',
    timeline: 'Timeline (UTC)',
    cause: 'Root cause',
    well: 'What went well',
    badly: 'What went badly',
    actions: 'Action items',
    toWrite: '*To be written.*',
    fromTimeline: '*Taken from the timeline; to be rewritten.*',
    byModel: '*Written by a model from the timeline; to be checked.*',
    documents: 'Documents to fix',
    none: 'None of the documents that were used was found to be old or wrong.',
    saidOutdated: 'said to be outdated during the incident',
    missing: (question: string) => `Nothing was found for “${question}”: write it down where it belongs`,
    owner: (owners: string) => `owner ${owners}`,
  },
}

export type IncidentWords = typeof english

const japanese: IncidentWords = {
  runbookFor: (title) => `📕 「${title}」の手順書`,
  alert: (title) => `🔔 ${title}`,
  noRunbook: '該当する手順書は見つかりませんでした。',
  cut: '…続きはドキュメントにあります。',
  usage:
    '`/incident 起きたこと` で開始、`/incident note …` で記録に追加、`/incident status` で表示、`/incident end` でポストモーテムの下書きを作ります。メッセージに 📌 を付けても追加されます。',
  none: 'このチャンネルで進行中のインシデントはありません。`/incident 起きたこと` で開始します。',
  another: (title) => `このチャンネルでは「${title}」が進行中です。\`/incident end\` で終了します。`,
  began: (title, who) =>
    `🚨 *${title}*: ${who} がこのチャンネルでインシデントを開始しました。アラート、質問、手順の実行、通話、\`/incident note …\` や 📌 で追加されたものを記録します。\`/incident end\` でポストモーテムの下書きを作ります。`,
  noted: '記録に追加しました。',
  ended: (title, who) => `🏁 *${title}*: ${who} がインシデントを終了しました。ポストモーテムの下書きです:`,
  inviteMe: 'このチャンネルに参加していません。まず /invite @Nightdesk で招待してください。',
  status: (title) => `「${title}」のこれまで`,
  kinds: {
    started: 'インシデント開始',
    alert: 'アラート',
    offered: '手順書を提示',
    question: '質問',
    unanswered: '質問（該当なし）',
    step: '手順',
    outdated: '古いと指摘',
    voice: '通話',
    note: 'メモ',
    ended: 'インシデント終了',
  },
  postmortem: {
    title: (title) => `ポストモーテム: ${title}`,
    lasted: (from, to, duration) => `${from} から ${to} (UTC)、${duration}。`,
    people: (names) => `参加者: ${names}。`,
    summary: '概要',
    impact: '影響',
    timeline: '時系列 (UTC)',
    cause: '根本原因',
    well: 'うまくいったこと',
    badly: 'うまくいかなかったこと',
    actions: '再発防止策',
    toWrite: '*（記入してください）*',
    fromTimeline: '*（時系列からの抜粋です。書き直してください）*',
    byModel: '*（時系列をもとにモデルが書いたものです。確認してください）*',
    documents: '直すべきドキュメント',
    none: '使われたドキュメントに、古いものや誤りは見つかりませんでした。',
    saidOutdated: 'インシデント中に古いと指摘されました',
    missing: (question) => `「${question}」に該当するものがありませんでした。適切な場所に書き残してください`,
    owner: (owners) => `担当 ${owners}`,
  },
}

export function incidentWords(lang: Lang): IncidentWords {
  return lang === 'ja' ? japanese : english
}
