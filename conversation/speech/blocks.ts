export type Block =
  /** Fenced or indented as code. */
  | { kind: 'code'; from: number; to: number; code: string }
  | { kind: 'table'; from: number; to: number }
  /** A paragraph, a heading, an item: what is left of it without its mark; `lead`: what is said for the mark. */
  | { kind: 'text'; from: number; to: number; lead: string }

const fence = /^\s{0,12}(`{3,}|~{3,})/
const tableLine = /^\s*\|.*\|\s*$/
const ruleLine = /^\s*(?:[-*_]\s*){3,}$/
const mark = /^\s*(?:>\s?)*(?:#{1,6}\s+|(?:[-*+•]\s+)(?:\[[ xX]\]\s+)?|(\d{1,3})[.)]\s+)?/

/** Written text by its blocks, as Markdown has them, near enough for the ear. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  let at = 0
  let open: { from: number; mark: string; lines: string[] } | undefined
  for (const line of text.split('\n')) {
    const from = at
    const to = at + line.length
    at = to + 1
    const fenceMark = fence.exec(line)?.[1]
    if (open !== undefined) {
      if (fenceMark?.startsWith(open.mark) === true) {
        blocks.push({ kind: 'code', from: open.from, to, code: codeOf(open.lines) })
        open = undefined
      } else open.lines.push(line)
      continue
    }
    if (fenceMark !== undefined) open = { from, mark: fenceMark, lines: [] }
    else addLine(blocks, line, from, to)
  }
  if (open !== undefined) blocks.push({ kind: 'code', from: open.from, to: text.length, code: codeOf(open.lines) })
  return blocks
}

function addLine(blocks: Block[], line: string, from: number, to: number): void {
  const before = blocks.at(-1)
  if (tableLine.test(line)) {
    if (before?.kind === 'table' && before.to >= from - 1) before.to = to
    else blocks.push({ kind: 'table', from, to })
    return
  }
  if (line.trim() === '' || ruleLine.test(line)) return
  const found = mark.exec(line)
  const length = found?.[0].length ?? 0
  const isMarked = (found?.[0] ?? '').trim() !== ''
  // A paragraph goes on in the next line.
  if (!isMarked && before?.kind === 'text' && before.to === from - 1) before.to = to
  else blocks.push({ kind: 'text', from: from + length, to, lead: found?.[1] === undefined ? '' : `${found[1]}: ` })
}

/** The commands of a block of code, without comments, prompts and joined lines. */
function codeOf(lines: readonly string[]): string {
  return lines
    .join('\n')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim().replace(/^[$%>]\s+(?=\S)/, ''))
    .filter((line) => line !== '' && !/^(?:#|\/\/)(?!!)/.test(line))
    .join('\n')
}
