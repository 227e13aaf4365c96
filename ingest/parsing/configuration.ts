import { LineCounter, parseAllDocuments } from 'yaml'
import { reasonOf } from '#runtime/errors.ts'
import { blockOf, indentOf, isBlank, type Piece } from './pieces.ts'

/** YAML and JSON that is no known format, as code; each Kubernetes resource is a section by its kind and name. */
export function configurationPieces(lines: readonly string[]): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (let at = 0; at <= lines.length; at++) {
    if (at < lines.length && !/^---(?:\s|$)/.test(lines[at] ?? '')) continue
    pushResource(pieces, lines, from, at)
    from = at + 1
  }
  return pieces
}

function pushResource(pieces: Piece[], lines: readonly string[], from: number, to: number): void {
  const block = blockOf('code', lines, from + 1, to)
  if (block === undefined) return
  const kind = /^kind:\s+(\w+)\s*$/m.exec(block.text)?.[1]
  const name = resourceName(block.text.split('\n'))
  if (kind !== undefined) {
    const title = name === undefined ? kind : `${kind} ${name}`
    pieces.push({ kind: 'heading', level: 2, title, fromLine: block.fromLine, toLine: block.fromLine })
  }
  pieces.push(block)
}

/** `name` directly under `metadata`. */
function resourceName(lines: readonly string[]): string | undefined {
  const metadata = lines.indexOf('metadata:')
  if (metadata === -1) return undefined
  const indent = indentOf(lines[metadata + 1] ?? '')
  for (const line of lines.slice(metadata + 1, metadata + 100)) {
    if (!isBlank(line) && indentOf(line) === 0) return undefined
    const name = indentOf(line) === indent ? /^\s+name:\s+["']?([\w.-]+)/.exec(line)?.[1] : undefined
    if (name !== undefined) return name
  }
  return undefined
}

/** Checking larger files would take longer than reading them. */
const longestChecked = 64_000

/** Why YAML or JSON is not valid, for a warning; templated files are not checked. */
export function faultOf(path: string, text: string): string | undefined {
  if (/\.json$/i.test(path)) return faultOfJson(text)
  if (text.length > longestChecked || /^\s*(?:-\s+)?\{\{|^\s*\{%|:\s+\{\{/m.test(text)) return undefined
  const lineCounter = new LineCounter()
  try {
    const documents = parseAllDocuments(text, {
      lineCounter,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
    })
    const [error] = Array.isArray(documents) ? documents.flatMap((document) => document.errors) : []
    if (error === undefined) return undefined
    return `it is not valid YAML (line ${lineCounter.linePos(error.pos[0]).line}: ${error.message})`
  } catch (error) {
    return `it is not valid YAML (${reasonOf(error)})`
  }
}

function faultOfJson(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return `it is not valid JSON (${reasonOf(error).slice(0, 120)})`
  }
}
