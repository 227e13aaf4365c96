import { blockOf, indentOf, isBlank, type Piece } from './pieces.ts'

const methods = /^(?:get|put|post|delete|patch|options|head|trace)$/i
const keyLine = /^\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"'#{}[\],:-][^:]*?))\s*:(?:\s|$)/

export interface ApiDescription {
  pieces: Piece[]
  title?: string | undefined
  summary: string
  /** `x-owner` and `x-updated` of its `info`, by those names without the x; '' where absent. */
  about: { owner: string; updated: string }
}

/**
 * An API description as one document with a section for each operation and each schema. One document a file and not one
 * an operation, since people know, own and cite the API, not its hundreds of operations. Works by lines and indentation, so
 * that what is quoted stands in the file.
 */
export function openApi(lines: readonly string[]): ApiDescription {
  const pieces: Piece[] = []
  const top = childrenOf(lines, 0, lines.length)
  for (const part of top) {
    if (part.key === 'paths' || part.key === 'webhooks') pieces.push(...pathPieces(lines, part))
    else if (part.key === 'components' || part.key === 'definitions') pieces.push(...schemaPieces(lines, part))
    else pushCode(pieces, lines, part)
  }
  const info = top.find(({ key }) => key === 'info')
  const field = (key: string) =>
    info === undefined ? '' : scalarOf(lines, childrenOf(lines, info.from + 1, info.to), key)
  const title = field('title')
  return {
    pieces: [...pieces.filter(isAbove), ...pieces.filter((piece) => !isAbove(piece))],
    title: title === '' ? undefined : title,
    summary: field('summary') || field('description'),
    about: { owner: field('x-owner'), updated: field('x-updated') },
  }

  /** What stands under no heading comes first, though `info` may be last in the file. */
  function isAbove(piece: Piece): boolean {
    return (
      piece.kind === 'block' && top.some(({ key, from, to }) => !isSectioned(key) && within(piece.fromLine, from, to))
    )
  }
}

function isSectioned(key: string): boolean {
  return /^(?:paths|webhooks|components|definitions)$/.test(key)
}

function within(line: number, from: number, to: number): boolean {
  return line > from && line <= to
}

/** Lines `from` to before `to`, counted from 0, that belong to a key. */
interface Part {
  key: string
  from: number
  to: number
}

/** Keys at the smallest indentation between two lines; for JSON, inside its outer braces. */
function childrenOf(lines: readonly string[], from: number, to: number): Part[] {
  const keys: { key: string; at: number; indent: number }[] = []
  for (let at = from; at < to; at++) {
    const found = keyLine.exec(lines[at] ?? '')
    if (found === null) continue
    const indent = indentOf(lines[at] ?? '')
    const [smallest] = keys
    if (smallest !== undefined && indent < smallest.indent) keys.length = 0
    if (smallest === undefined || indent <= smallest.indent)
      keys.push({ key: found[1] ?? found[2] ?? found[3] ?? '', at, indent })
  }
  return keys.map(({ key, at, indent }, index) => {
    const next = keys[index + 1]?.at ?? to
    return { key, from: at, to: endOf(lines, at, next, indent) }
  })
}

/** Comes back from lines that close what is around. */
function endOf(lines: readonly string[], at: number, next: number, indent: number): number {
  let to = next
  while (to > at + 1 && (isBlank(lines[to - 1]) || isClosing(lines[to - 1] ?? '', indent))) to--
  return to
}

function isClosing(line: string, indent: number): boolean {
  return /^\s*[}\]]+,?\s*$/.test(line) && indentOf(line) < indent
}

function pathPieces(lines: readonly string[], paths: Part): Piece[] {
  const pieces: Piece[] = []
  for (const path of childrenOf(lines, paths.from + 1, paths.to)) {
    const operations = childrenOf(lines, path.from + 1, path.to)
    const first = operations.find(({ key }) => methods.test(key))
    for (const operation of operations) {
      if (!methods.test(operation.key)) continue
      const summary = scalarOf(lines, childrenOf(lines, operation.from + 1, operation.to), 'summary')
      const name = `${operation.key.toUpperCase()} ${path.key}`
      const title = summary === '' ? name : `${name}: ${summary}`
      const from = operation === first ? path.from : operation.from
      pieces.push({ kind: 'heading', level: 2, title, fromLine: from + 1, toLine: from + 1 })
      pushCode(pieces, lines, { ...operation, from })
    }
    if (first === undefined) pushCode(pieces, lines, path)
  }
  return pieces
}

function schemaPieces(lines: readonly string[], components: Part): Piece[] {
  const groups = components.key === 'definitions' ? [components] : childrenOf(lines, components.from + 1, components.to)
  return groups.flatMap((group) =>
    childrenOf(lines, group.from + 1, group.to).flatMap((part): Piece[] => {
      const pieces: Piece[] = [
        {
          kind: 'heading',
          level: 2,
          title: `${group.key} ${part.key}`,
          fromLine: part.from + 1,
          toLine: part.from + 1,
        },
      ]
      pushCode(pieces, lines, part)
      return pieces
    }),
  )
}

function pushCode(pieces: Piece[], lines: readonly string[], part: Part): void {
  const block = blockOf('code', lines, part.from + 1, part.to)
  if (block !== undefined) pieces.push(block)
}

/** Value of a key as one line, also of a block scalar. */
function scalarOf(lines: readonly string[], children: readonly Part[], key: string): string {
  const part = children.find((child) => child.key === key)
  if (part === undefined) return ''
  const [first = '', ...rest] = lines.slice(part.from, Math.min(part.to, part.from + 12))
  const head = first.replace(keyLine, '').trim()
  const text = [/^[|>][+-]?\d?$/.test(head) ? '' : head, ...rest.map((line) => line.trim())].join(' ').trim()
  return text
    .replace(/,$/, '')
    .replace(/^(["'])(.*)\1$/, '$2')
    .replaceAll(/\s+/g, ' ')
}
