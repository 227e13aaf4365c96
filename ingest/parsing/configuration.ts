import { LineCounter, parseAllDocuments } from 'yaml'
import { reasonOf } from '#runtime/errors.ts'
import { blockOf, type Piece } from './pieces.ts'

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
  const name = /^metadata:\s*\n(?:[ ]+.*\n)*?[ ]{1,4}name:\s+["']?([\w.-]+)/m.exec(block.text)?.[1]
  if (kind !== undefined) {
    const title = name === undefined ? kind : `${kind} ${name}`
    pieces.push({ kind: 'heading', level: 2, title, fromLine: block.fromLine, toLine: block.fromLine })
  }
  pieces.push(block)
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
