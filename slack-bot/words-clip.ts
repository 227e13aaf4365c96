import type { Lang } from '#knowledge/document.ts'

/** What is said of recordings. */
const english = {
  heard: (text: string) => `🎙️ I heard: “${text}”`,
  preview: (text: string) => `🎙️ Slack heard: “${text}” (its preview: the rest may be missing)`,
  nothing: '🎙️ I could not make out any words in this recording. Please record it again, or write.',
  noEar:
    'I can not listen to recordings: no speech recognition is set up, and Slack gave no transcription yet. Please write, or ask whoever runs Nightdesk to set DEEPGRAM_API_KEY.',
  tooLong: (minutes: number) => `🎙️ I listened to the first ${minutes} minutes of this recording.`,
  title: 'The answer, read aloud',
}

export type ClipWords = typeof english

const japanese: ClipWords = {
  heard: (text) => `🎙️ 聞き取った内容:「${text}」`,
  preview: (text) => `🎙️ Slack が聞き取った内容:「${text}」（プレビューのため途中までかもしれません）`,
  nothing: '🎙️ この録音から言葉を聞き取れませんでした。もう一度録音するか、文字で書いてください。',
  noEar:
    '録音を聞き取れません。音声認識が設定されておらず、Slack の文字起こしもまだありません。文字で書くか、Nightdesk の管理者に DEEPGRAM_API_KEY の設定を頼んでください。',
  tooLong: (minutes) => `🎙️ この録音の最初の${minutes}分を聞きました。`,
  title: '回答の読み上げ',
}

export function clipWords(lang: Lang): ClipWords {
  return lang === 'ja' ? japanese : english
}
