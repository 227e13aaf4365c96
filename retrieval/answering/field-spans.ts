import { lineSpans } from './line-spans.ts'

const fieldLine = /^(\s*)(- )?["']?([\w.$/ -]{1,40}?)["']?:(?:\s+(.*))?$/

/** `name: value`, with the deeper lines of a block value below it. A name that only holds other names is none. */
export function fieldSpans(text: string, from: number, to: number): { name: string; from: number; to: number }[] {
  const lines = lineSpans(text, from, to)
  const fields: { name: string; from: number; to: number }[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]
    if (line === undefined) continue
    const read = fieldLine.exec(text.slice(line.from, line.to))
    if (read === null) continue
    const [, blanks = '', dash = '', name = '', value = ''] = read
    const depth = blanks.length + dash.length
    let after = at + 1
    while (after < lines.length && isDeeper(text, lines[after], depth)) after += 1
    const isBlock = /^[|>][+-]?\d?\s*$/.test(value)
    const isWrapped = value !== '' && after > at + 1
    const last = isBlock || isWrapped ? after - 1 : at
    const start = line.from + depth
    const stop = lines[last]?.to ?? line.to
    if (value !== '' || isBlock) fields.push({ name, from: start, to: stop })
    at = last
  }
  return fields
}

function isDeeper(text: string, line: { from: number; to: number } | undefined, depth: number): boolean {
  if (line === undefined) return false
  const raw = text.slice(line.from, line.to)
  return raw.trim() === '' || raw.search(/\S/) > depth
}
