import { urlOfId } from './ids.ts'
import type { RichText } from './shapes.ts'

type Run = RichText[number]

/**
 * Rich text as Markdown. What Notion writes is literal, and commands have to stay letter for letter, so only what would
 * change the build of the page is escaped: a `#` at the start of a line, a fence, a rule, a comment.
 */
export function markdownOf(text: RichText | undefined): string {
  const runs = merged(text ?? [])
  return escapedLines(runs.map(markedUp).join(''))
}

/** Neighbours that look alike become one, so that a word in bold isn't torn into two pairs of stars. */
function merged(text: RichText): Run[] {
  const runs: Run[] = []
  for (const run of text) {
    const last = runs.at(-1)
    if (last !== undefined && alike(last, run))
      runs[runs.length - 1] = { ...last, plain_text: last.plain_text + run.plain_text }
    else runs.push(run)
  }
  return runs
}

function alike(one: Run, other: Run): boolean {
  if (one.type !== 'text' || other.type !== 'text' || one.href !== other.href) return false
  const [first, second] = [one.annotations, other.annotations]
  return (
    first.bold === second.bold &&
    first.italic === second.italic &&
    first.strikethrough === second.strikethrough &&
    first.code === second.code
  )
}

function markedUp(run: Run): string {
  if (run.type === 'equation') return `$${run.equation?.expression ?? run.plain_text}$`
  const [, before = '', words = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(run.plain_text) ?? []
  if (words === '') return run.plain_text
  const { bold, italic, strikethrough, code } = run.annotations
  let text = code ? inCode(words) : words
  if (bold) text = `**${text}**`
  if (italic) text = `*${text}*`
  if (strikethrough) text = `~~${text}~~`
  const target = linkOf(run)
  // A bare address, as people paste it, is its own link.
  if (target !== undefined && target !== words) text = `[${text}](${target})`
  return before + text + after
}

function inCode(words: string): string {
  const ticks = '`'.repeat(Math.max(0, ...[...words.matchAll(/`+/g)].map(([run]) => run.length)) + 1)
  return ticks.length === 1 ? `\`${words}\`` : `${ticks} ${words} ${ticks}`
}

function linkOf({ href, mention }: Run): string | undefined {
  const id = mention?.page?.id ?? mention?.database?.id
  if (id !== undefined) return urlOfId(id)
  if (mention !== undefined && mention.type !== 'link_mention' && mention.type !== 'link_preview') return undefined
  if (href === null || href === undefined || href === '') return undefined
  return href.startsWith('/') ? `https://www.notion.so${href}` : href
}

const structural =
  /^([ \t]*)(?=#{1,6}(?:[ \t]|$)|`{3,}|~{3,}|(?:-[ \t]*){3,}$|={2,}[ \t]*$|:{3,}|!!!|\?\?\?|<!--|\{\{[<%]|---|\+\+\+)/

function escapedLines(text: string): string {
  if (!/[#`~=:!?<{+-]/.test(text)) return text
  return text
    .split('\n')
    .map((line) => line.replace(structural, '$1\\'))
    .join('\n')
}
