import type { HeadingPiece } from './pieces.ts'

export type HtmlBlock =
  | { kind: 'block'; from: number; to: number }
  | { kind: 'hidden'; from: number; to: number }
  | HeadingPiece

const heading = /^\s*<h([1-6])\b[^>]*>(.*?)<\/h\1>\s*$/is
const unseen =
  /^\s*<(?:script|style|template)\b|^\s*<[a-z][^>]*\s(?:hidden(?=[\s>=/])|style\s*=\s*["'][^"'>]*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d])))/i

/** What a block of HTML inside Markdown is: a heading, something no reader sees, or text. Lines count from 0. */
export function htmlBlock(lines: readonly string[], from: number, to: number): HtmlBlock {
  const text = lines.slice(from, Math.min(to, from + 40)).join('\n')
  const [, level, title] = heading.exec(text.trim()) ?? []
  if (level !== undefined && title !== undefined && title.length < 300)
    return { kind: 'heading', level: Number(level), title, fromLine: from + 1, toLine: to }
  return unseen.test(text) ? { kind: 'hidden', from, to } : { kind: 'block', from, to }
}
