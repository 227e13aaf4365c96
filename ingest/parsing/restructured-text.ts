import type { Block } from '../source.ts'
import { blockOf, indentOf, isBlank, type Piece } from './pieces.ts'
import { plainHeading } from './plain-heading.ts'

const adornment = /^([!-/:-@[-`{-~])\1{1,}\s*$/
const explicit = /^\.\.(?:\s|$)/
const directive = /^\.\.\s+(?:\|[^|]+\|\s+)?([\w:.+-]+?)::(?:\s|$)/
const target = /^\.\.\s+_[^:]*:\s*$/
const listItem = /^(?:[-*+•]|(?:\(?(?:\d{1,4}|#|[A-Za-z]|[ivxlc]{1,5})[.)]))\s+\S/
const orderedItem = /^\(?(?:\d{1,4}|#|[A-Za-z]|[ivxlc]{1,5})[.)]\s/
const gridTable = /^\+(?:[-=]+\+)+\s*$/
const simpleTable = /^=+(?:\s+=+)+\s*$/

const codeDirectives =
  /^(?:code|code-block|sourcecode|parsed-literal|literalinclude|prompt|console|highlight|math|graphviz|mermaid|uml|program-output|doctest|testcode)$/
const admonitions =
  /^(?:note|warning|danger|error|hint|important|tip|attention|caution|admonition|seealso|todo|deprecated|versionadded|versionchanged|topic|sidebar|rubric|epigraph)$/
const tables = /^(?:table|csv-table|list-table|flat-table)$/

/**
 * Headings, blocks and comments of reStructuredText. Levels of headings come from the order in which their adornments
 * appear, as the format has it. Lines count from 0; those before `from` are left out.
 */
export function restructuredTextPieces(lines: readonly string[], from = 0): Piece[] {
  const pieces: Piece[] = []
  const styles: string[] = []
  let at = from
  while (at < lines.length) {
    const line = lines[at] ?? ''
    if (isBlank(line)) {
      at++
      continue
    }
    const heading = headingAt(lines, at)
    if (heading !== undefined) {
      if (!styles.includes(heading.style)) styles.push(heading.style)
      const level = styles.indexOf(heading.style) + 1
      pieces.push({ kind: 'heading', level, title: plainTitle(heading.title), fromLine: at + 1, toLine: heading.to })
      at = heading.to
      continue
    }
    const { kind, to } = blockAt(lines, at)
    if (kind === 'hidden') pieces.push({ kind, text: lines.slice(at, to).join('\n') })
    else if (kind !== 'dropped') {
      const block = blockOf(kind, lines, at + 1, to)
      if (block !== undefined) pieces.push(block)
    }
    at = Math.max(to, at + 1)
  }
  return pieces
}

interface Heading {
  title: string
  /** Adornment and whether it stands above too. */
  style: string
  to: number
}

/** A line with a rule under it at least about as long, or between two rules. */
export function headingAt(lines: readonly string[], at: number): Heading | undefined {
  const [first = '', second = '', third = ''] = lines.slice(at, at + 3)
  const over = adornment.exec(first)?.[1]
  if (over !== undefined) {
    const isBetween = adornment.exec(third)?.[1] === over && first.trimEnd() === third.trimEnd()
    return isBetween && isTitle(second.trim(), third)
      ? { title: second.trim(), style: `${over}${over}`, to: at + 3 }
      : undefined
  }
  const under = adornment.exec(second)?.[1]
  if (under === undefined || indentOf(first) > 0 || !isTitle(first.trimEnd(), second)) return undefined
  return { title: first.trim(), style: under, to: at + 2 }
}

function isTitle(title: string, rule: string): boolean {
  const width = title.length + (title.match(/[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uff00-\uff60]/g)?.length ?? 0)
  const length = rule.trimEnd().length
  return (
    title !== '' &&
    !adornment.test(title) &&
    title.length <= 200 &&
    (length >= width || length >= Math.max(4, title.length - 2))
  )
}

/** What the page says of itself in a field list above its text: `:Last-Reviewed: 2025-01-02`. */
export function fieldsAbove(lines: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const line of lines.slice(0, 40)) {
    const [, name, value] = /^:([\w -]{2,30}):\s+(\S.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) fields[name.replaceAll(' ', '-')] = value
    else if (Object.keys(fields).length > 0 && !isBlank(line)) break
  }
  return fields
}

/** Roles and references read as their text: :ref:`the guide <guide>`. */
function plainTitle(title: string): string {
  return plainHeading(title.replaceAll(/:[\w:+-]+:`([^`<]*?)(?:\s*<[^>]*>)?`/g, '$1').replaceAll(/``/g, '`'))
}

interface Found {
  kind: Block['kind'] | 'hidden' | 'dropped'
  /** First line after it. */
  to: number
}

function blockAt(lines: readonly string[], at: number): Found {
  const line = lines[at] ?? ''
  const indent = indentOf(line)
  const text = line.slice(indent)
  if (explicit.test(text)) return explicitAt(lines, at, text)
  if (indent > 0) return { kind: isLiteral(lines, at) ? 'code' : 'quote', to: deeperEnd(lines, at, indent) }
  if (adornment.test(text) && !isTableRule(text)) return { kind: 'dropped', to: at + 1 }
  if (gridTable.test(text)) return { kind: 'table', to: paragraphEnd(lines, at) }
  if (simpleTable.test(text)) return { kind: 'table', to: simpleTableEnd(lines, at) }
  if (text.startsWith('>>> ')) return { kind: 'code', to: paragraphEnd(lines, at) }
  if (listItem.test(text)) return { kind: orderedItem.test(text) ? 'ordered-list' : 'list', to: listEnd(lines, at) }
  return { kind: 'paragraph', to: paragraphEnd(lines, at) }
}

function explicitAt(lines: readonly string[], at: number, text: string): Found {
  const to = deeperEnd(lines, at, indentOf(lines[at] ?? '') + 1)
  const name = directive.exec(text)?.[1]?.toLowerCase()
  if (name === undefined)
    return { kind: target.test(text) ? 'dropped' : /^\.\.\s+\[/.test(text) ? 'paragraph' : 'hidden', to }
  if (/^(?:contents|meta|index|default-role|role|currentmodule|module|highlightlang|sectnum)$/.test(name))
    return { kind: 'dropped', to }
  if (codeDirectives.test(name)) return { kind: 'code', to }
  if (admonitions.test(name)) return { kind: 'admonition', to }
  return { kind: tables.test(name) ? 'table' : 'paragraph', to }
}

/** Indented text is code when the paragraph before it ends in `::`. */
function isLiteral(lines: readonly string[], at: number): boolean {
  let before = at - 1
  while (before >= 0 && isBlank(lines[before])) before--
  return lines[before]?.trimEnd().endsWith('::') === true
}

function isTableRule(text: string): boolean {
  return gridTable.test(text) || simpleTable.test(text)
}

/** Goes on while lines are blank or indented by at least `indent`; blank ones at the end are left out. */
function deeperEnd(lines: readonly string[], at: number, indent: number): number {
  let end = at + 1
  for (let to = at + 1; to < lines.length; to++) {
    if (isBlank(lines[to])) continue
    if (indentOf(lines[to] ?? '') < indent) break
    end = to + 1
  }
  return end
}

function paragraphEnd(lines: readonly string[], at: number): number {
  let to = at + 1
  while (to < lines.length && !isBlank(lines[to]) && !explicit.test(lines[to] ?? '')) {
    if (to > at && headingAt(lines, to) !== undefined && isBlank(lines[to - 1])) break
    to++
  }
  return to
}

/** To the third rule, or to the second where a blank line follows it. */
function simpleTableEnd(lines: readonly string[], at: number): number {
  let rules = 1
  for (let to = at + 1; to < lines.length; to++) {
    if (!simpleTable.test(lines[to] ?? '')) continue
    rules++
    if (rules === 3 || isBlank(lines[to + 1])) return to + 1
  }
  return paragraphEnd(lines, at)
}

/** A list goes on over its items and whatever is indented below them. */
function listEnd(lines: readonly string[], at: number): number {
  const ordered = orderedItem.test(lines[at] ?? '')
  let end = at + 1
  for (let to = at + 1; to < lines.length; to++) {
    const line = lines[to] ?? ''
    if (isBlank(line)) continue
    const afterBlank = isBlank(lines[to - 1])
    const isItem = listItem.test(line) && orderedItem.test(line) === ordered
    if (indentOf(line) === 0 && afterBlank && !isItem) break
    if (indentOf(line) === 0 && explicit.test(line)) break
    end = to + 1
  }
  return end
}
