import { commandIn } from '#conversation/commands.ts'

/** What was asked, without our name, and as people read it: Slack sends links and three characters escaped. */
export function questionIn(text: string, botUser: string): string {
  return text
    .replaceAll(`<@${botUser}>`, ' ')
    .replace(/<(?:mailto:|https?:)[^|>]*\|([^>]+)>/g, '$1')
    .replace(/<((?:https?|mailto):[^>]+)>/g, '$1')
    .replace(/<[#!@][^|>]*\|([^>]+)>/g, '$1')
    .replace(/<[#!@][^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/[ \t]+/g, ' ')
    .trim()
}

const asksEnglish =
  /^(?:and |but |so |ok(?:ay)?,? )?(?:what|how|why|when|where|who|which|whose|is|are|was|were|do|does|did|can|could|should|would|will|may|show|tell|give|explain|find)\b/i
const asksJapanese = /(?:か|かな|の|ですか|ますか|教えて.*|ください|方法は|手順は)[。？?！!]*$/

/** Whether something is asked at all. */
export function looksLikeQuestion(text: string): boolean {
  return /[?？]\s*$/.test(text) || asksEnglish.test(text) || asksJapanese.test(text)
}

const acknowledgement =
  /^(?:thanks?(?: you)?|thx|ty|cheers|ok(?:ay)?|got it|great|nice|perfect|cool|done|will do|lgtm|works?(?: now)?|ありがとう(?:ございま(?:す|した))?|了解(?:です|しました)?|承知(?:しました)?|なるほど|おけ|助かりました)[\s.!。！:)]*\p{Extended_Pictographic}*\s*$/iu

/**
 * In a thread that we take part in: not for somebody else, and more than a word of thanks.
 * @param isWalking "Done" means the step that a runbook is at.
 */
export function isMeantForUs(text: string, botUser: string, isWalking: boolean): boolean {
  if (/^\s*<@[^>]+>/.test(text)) return text.trimStart().startsWith(`<@${botUser}>`)
  const said = questionIn(text, botUser)
  if (isWalking && commandIn(said) !== undefined) return true
  return said !== '' && !acknowledgement.test(said)
}
