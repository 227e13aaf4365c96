import type { Lang } from '#knowledge/document.ts'
import { plain } from '../readable.ts'

const longestSpokenSentence = 240
/** Longer ones nobody types by ear. */
export const longestSpokenCommand = 64

/** Where the listener finds what is not said; `nowhere`: on the telephone. */
export type ShownOn = 'page' | 'slack' | 'nowhere'

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
    .replace(/[:：]$/, '')
    .trim()
  if (text === '') return ''
  const short =
    text.length <= longestSpokenSentence ? text : `${text.slice(0, longestSpokenSentence).replace(/\s+\S*$/, '')}…`
  return /[.!?。！？…]$/.test(short) ? short : `${short}${lang === 'ja' ? '。' : '.'}`
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
export function commandLines(code: string): string[] {
  return code
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim().replace(/^[$#%>]\s+(?=\S)/, ''))
    .filter((line) => line !== '' && !/^(?:#|\/\/)/.test(line))
}

const notSaid: Readonly<Record<Lang, Readonly<Record<ShownOn, { one: string; rest: string }>>>> = {
  en: {
    page: { one: 'The command is long: it is on the page.', rest: 'The others are on the page.' },
    slack: { one: 'The command is long: it is in Slack.', rest: 'The others are in Slack.' },
    nowhere: { one: 'The command is long: I can spell it.', rest: 'I can spell the others.' },
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
