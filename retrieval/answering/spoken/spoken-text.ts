import type { ShownOn } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import { plain } from '../readable.ts'

const longestSpokenSentence = 240
/** Longer ones nobody types by ear. */
export const longestSpokenCommand = 64

/** Japanese sentences stand close together, but a full stop right before a digit would make a number of them. */
export function together(parts: readonly string[], lang: Lang): string {
  return parts
    .filter((part) => part !== '')
    .reduce((all, part) => `${all}${all === '' || (lang === 'ja' && !/[.!?:]$/.test(all)) ? '' : ' '}${part}`, '')
    .replace(/(?<=。)(?=\d)/g, ' ')
}

/** What is written, for the ear: one sentence or several, without marks, and not too long. */
export function sentence(shown: string, lang: Lang): string {
  const text = plain(withoutAsides(shown))
    .replace(/https?:\/\/\S+/g, '')
    .replace(/\s*[|]\s*/g, ', ')
    .replace(/^[,\s]+|[,\s]+$/g, '')
    .replace(/(?<=[\u3000-\u9fff])\s+(?=[\u3000-\u9fff])/g, '')
    .trim()
  if (!/[\p{L}\p{N}]/u.test(text)) return ''
  const short =
    text.length <= longestSpokenSentence ? text : `${text.slice(0, longestSpokenSentence).replace(/\s+\S*$/, '')}…`
  return /[.!?。！？…:：]$/.test(short) ? short : `${short}${isJapanese(short, lang) ? '。' : '.'}`
}

function isJapanese(text: string, lang: Lang): boolean {
  return /[\u3040-\u30ff\u4e00-\u9fff]/.test(text) || (lang === 'ja' && !/[a-z]{3}/i.test(text))
}

/**
 * Sentences and what they announce. What ends with a colon goes on with what comes behind it; where nothing that is said
 * does, it's told to be elsewhere, so that no half of a sentence stands alone.
 */
export function announced(parts: readonly string[], lang: Lang, shownOn: ShownOn): string {
  const said = parts.filter((part) => part !== '')
  const whole = said.map((part, at) => {
    const before = said[at - 1] ?? ''
    if (!/[:：]$/.test(part)) return before.endsWith(':') && !isJapanese(before, lang) ? inside(part) : part
    const words = part.replace(/[:：]$/, '')
    if (isJapanese(words, lang)) return at < said.length - 1 ? `${words}。` : `${words}。${elsewhere.ja[shownOn]}`
    if (at < said.length - 1) return part
    return words.length < shortestAnnouncement ? '' : `${words}: ${elsewhere.en[shownOn]}`
  })
  return together(whole, lang)
}

/** "Only when it does not: the command is …" */
function inside(part: string): string {
  return part.replace(/^The ((?:first )?command is):? /, (_, words: string) => `the ${words} `)
}

/** "For example:" without its example says nothing. */
const shortestAnnouncement = 24

const elsewhere: Readonly<Record<Lang, Readonly<Record<ShownOn, string>>>> = {
  en: { page: 'that is on the page.', slack: 'that is in Slack.', nowhere: 'that is in the document.' },
  ja: { page: '内容はページにあります。', slack: '内容はSlackにあります。', nowhere: '内容は文書にあります。' },
}

/** Brackets with nothing but code or references in them are for the eye; a figure stays. */
function withoutAsides(shown: string): string {
  return shown
    .replace(/\s*\((?:`[^`]+`(?:,\s*)?)+\)/g, (aside) =>
      aside.length > longestSpokenCommand || /: \d|=/.test(aside) ? '' : aside,
    )
    .replace(/（(?:\[?[^（）`\d]{0,30}参照\]?|報告書)）/g, '')
    .replace(/\s*\((?:see|cf\.?) [^()]*\)/gi, '')
}

/** The lines of a command that are typed. */
function commandLines(code: string): string[] {
  return code
    .replace(/\\[ \t]*\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim().replace(/^[$#%>]\s+(?=\S)/, ''))
    .filter((line) => line !== '' && !/^(?:#|\/\/)/.test(line))
}

const notSaid: Readonly<Record<Lang, Readonly<Record<ShownOn, { one: string; rest: string }>>>> = {
  en: {
    page: { one: 'The command is long; it is on the page.', rest: 'The others are on the page.' },
    slack: { one: 'The command is long; it is in Slack.', rest: 'The others are in Slack.' },
    nowhere: { one: 'The command is long; I can spell it.', rest: 'I can spell the others.' },
  },
  ja: {
    page: { one: 'コマンドは長いので、ページにあります。', rest: '残りはページにあります。' },
    slack: { one: 'コマンドは長いので、Slackにあります。', rest: '残りはSlackにあります。' },
    nowhere: { one: 'コマンドは長いので、一文字ずつ読めます。', rest: '残りも一文字ずつ読めます。' },
  },
}

/** A command, if it can be typed by ear; up to two of them, and that there are more. */
export function spokenCommand(code: string, lang: Lang, shownOn: ShownOn): string {
  const lines = commandLines(code)
  const [first, second] = lines
  const { one, rest } = notSaid[lang][shownOn]
  if (first === undefined) return ''
  if (first.length > longestSpokenCommand) return one
  if (second === undefined) return lang === 'ja' ? `コマンドは、${first} です。` : `The command is: ${first}.`
  const begin = lang === 'ja' ? `最初のコマンドは、${first} です。` : `The first command is: ${first}.`
  const then = lang === 'ja' ? `次は、${second} です。` : `Then: ${second}.`
  const both = lines.length === 2 && second.length <= longestSpokenCommand
  return together([begin, both ? then : rest], lang)
}
