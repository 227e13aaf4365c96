/** Something that somebody wrote at one time. */
export interface Contribution {
  /** Login; absent for an account that was deleted. */
  author?: string | undefined
  body: string
  at: Date
}

export interface DiscussionText {
  markdown: string
  /** Which lines stem from when, in order; `fromLine` is 1-based and reaches to the next one's. */
  parts: readonly { fromLine: number; at: Date }[]
}

/**
 * An issue or pull request as one Markdown document: its title, a line about it, its text, then each comment under a
 * heading of its own. Headings that people wrote stand below those.
 */
export function discussionText(
  title: string,
  about: string,
  opening: Contribution,
  comments: readonly Contribution[],
): DiscussionText {
  const lines = [`# ${title.replace(/\s+/g, ' ').trim()}`, '', about, '', ...nested(opening.body, 1)]
  const parts = [{ fromLine: 1, at: opening.at }]
  for (const { author, body, at } of comments) {
    // The empty line between belongs to what is above it.
    lines.push('')
    parts.push({ fromLine: lines.length + 1, at })
    lines.push(`## ${author === undefined ? 'Comment' : `@${author}`}, ${at.toISOString().slice(0, 10)}`, '')
    lines.push(...nested(body, 2))
  }
  return { markdown: `${lines.join('\n')}\n`, parts }
}

const fence = /^ {0,3}(`{3,}|~{3,})/
const heading = /^ {0,3}(#{1,6})(?=\s|$)/

/** Lines of a text, its headings moved down so that the highest stands one below `level`; code is left as it is. */
function nested(text: string, level: number): string[] {
  const lines = text.replace(/\r\n?/g, '\n').trim().split('\n')
  const isProse = proseLines(lines)
  const levels = lines.map((_, index) => (isProse[index] === true ? headingLevel(lines, index) : undefined))
  const down = Math.max(0, level + 1 - Math.min(6, ...levels.filter((each) => each !== undefined)))
  return lines.map((line, index) => {
    const at = levels[index]
    if (at !== undefined) return `${'#'.repeat(Math.min(6, at + down))} ${line.replace(heading, '').trim()}`
    // The underlining of the heading above, which has number signs now.
    return levels[index - 1] !== undefined && underline(lines, index - 1) !== undefined ? '' : line
  })
}

/** Which lines stand outside of code fences. */
function proseLines(lines: readonly string[]): boolean[] {
  let open: string | undefined
  return lines.map((line) => {
    const marks = fence.exec(line)?.[1]
    if (open === undefined) {
      open = marks
      return marks === undefined
    }
    if (marks?.startsWith(open) === true && line.trim() === marks) open = undefined
    return false
  })
}

function headingLevel(lines: readonly string[], index: number): number | undefined {
  return heading.exec(lines[index] ?? '')?.[1]?.length ?? underline(lines, index)
}

/** The level of a heading that is written by underlining a single line of text. */
function underline(lines: readonly string[], index: number): number | undefined {
  const line = lines[index] ?? ''
  const before = lines[index - 1] ?? ''
  if (before.trim() !== '' || !/^ {0,3}[^\s#>|*+\-`~]/.test(line)) return undefined
  const under = lines[index + 1] ?? ''
  if (/^ {0,3}=+\s*$/.test(under)) return 1
  return /^ {0,3}-{2,}\s*$/.test(under) ? 2 : undefined
}
