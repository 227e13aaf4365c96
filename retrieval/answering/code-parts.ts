import { lineSpans } from './line-spans.ts'

/** Longer code is cut at blank lines and comments, so that the lines that matter can be quoted alone. */
const longestCodeLines = 24

/** Pieces of code that can be quoted alone; offsets into the code. */
export function codeParts(body: string): { from: number; to: number }[] {
  const lines = lineSpans(body, 0, body.length)
  const whole = trimmedLines(body, lines)
  if (whole === undefined) return []
  if (lines.length <= longestCodeLines) return [whole]
  const parts: { from: number; to: number }[] = []
  let group: { from: number; to: number }[] = []
  const close = (): void => {
    const part = trimmedLines(body, group)
    if (part !== undefined) parts.push(part)
    group = []
  }
  for (const line of lines) {
    const text = body.slice(line.from, line.to)
    if (group.length >= longestCodeLines || (group.length >= 3 && (text.trim() === '' || /^\S.*:\s*$/.test(text))))
      close()
    group.push(line)
  }
  close()
  return parts
}

function trimmedLines(body: string, lines: readonly { from: number; to: number }[]) {
  const full = lines.filter(({ from, to }) => body.slice(from, to).trim() !== '')
  const [first, last] = [full[0], full.at(-1)]
  return first === undefined || last === undefined ? undefined : { from: first.from, to: last.to }
}

/** Code without the indentation of all of it. */
export function outdented(code: string): string {
  const lines = code.split('\n')
  // The first line may start inside its indentation; the others say how deep the block stands.
  const depths = lines
    .slice(1)
    .filter((line) => line.trim() !== '')
    .map((line) => line.search(/\S/))
  const first = lines[0]?.search(/\S/) ?? 0
  const depth = Math.min(first === 0 && lines.length > 1 ? Number.POSITIVE_INFINITY : first, ...depths)
  if (!Number.isFinite(depth) || depth === 0) return code.trimEnd()
  return lines
    .map((line) => line.slice(Math.min(depth, Math.max(0, line.search(/\S|$/)))))
    .join('\n')
    .trimEnd()
}
