import { said } from '#conversation/words.ts'
import type { Lang } from '#knowledge/document.ts'

/** What a voice session says by itself, in both languages, short enough to be heard. */
const sentences = {
  'not-heard': {
    en: "Sorry, I didn't catch that. Could you say it again?",
    ja: 'すみません、聞き取れませんでした。もう一度お願いします。',
  },
  'type-instead': {
    en: 'I still could not make out the words. You can type the question instead.',
    ja: 'まだ聞き取れません。文字で入力していただいても大丈夫です。',
  },
  'cannot-hear': {
    en: 'I cannot hear you at the moment. Please type the question, or try again shortly.',
    ja: '今は音声を聞き取れません。文字で入力するか、しばらくしてからもう一度お願いします。',
  },
  'no-recognition': {
    en: 'Speech recognition is not set up here. Please type the question; I answer aloud.',
    ja: '音声認識が設定されていません。質問は文字で入力してください。答えは音声で返します。',
  },
  ready: { en: 'I am listening. What do you need?', ja: 'はい、聞いています。何を調べますか。' },
  'still-there': {
    en: 'I am still here if you need anything.',
    ja: '何かあればいつでも声をかけてください。',
  },
  failed: {
    en: 'Sorry, something on my side failed. Please ask again.',
    ja: '申し訳ありません。こちらの不具合です。もう一度お願いします。',
  },
  'tools-need-model': {
    en: 'No language model is configured here, so nobody calls the tools of this client.',
    ja: '言語モデルが設定されていないため、このクライアントのツールは呼び出されません。',
  },
  'one-moment': { en: 'One moment.', ja: '少々お待ちください。' },
} as const satisfies Record<string, Record<Lang, string>>

export type VoiceSentence = keyof typeof sentences

export function voiceSentence(sentence: VoiceSentence, lang: Lang): string {
  return sentences[sentence][lang]
}

/** Whoever has asked too often is told so. */
export function tooManyQuestions(seconds: number, lang: Lang): string {
  if (lang === 'ja') return `質問が多すぎます。${seconds}秒後にもう一度お願いします。`
  return `That's too many questions for now. Please try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
}

/** All that a session or its conversation may have to say at once, in one language. */
export function allVoiceSentences(lang: Lang): string[] {
  const own = Object.values(sentences).map((each) => each[lang])
  const ofLoop = (['still-looking', 'working-on-it', 'failed', 'too-slow'] as const).map((each) => said(each, lang))
  return [...new Set([...own, ...ofLoop])]
}
