import { type BlockPiece, blockOf, indentOf, isBlank } from './pieces.ts'
import { plainHeading } from './plain-heading.ts'

/** One rule of a Prometheus rule file, as its lines stand there. */
export interface Rule {
  kind: 'alert' | 'record'
  name: string
  /** Group that it stands in; '' when that is not said. */
  group: string
  summary: string
  description: string
  block: BlockPiece
}

const key = /^([ \t]*)((?:-[ \t]+)*)(alert|record):(?:[ \t]+(\S.*))?$/
const templateLine = /^\s*\{\{.*\}\}\s*$/

/** Whether text is a rule file: plain, wrapped as a Kubernetes resource, or templated by Helm. */
export function isRuleFile(text: string): boolean {
  return /^[ \t]*(?:-[ \t]+)*(?:alert|record):[ \t]/m.test(text) && /^[ \t]*(?:-[ \t]+)*expr:(?:[ \t]|$)/m.test(text)
}

/**
 * Rules by their lines and indentation, since templated files are no valid YAML. A rule's lines are verbatim, from its
 * first key to its last.
 */
export function rulesOf(lines: readonly string[]): Rule[] {
  const variables = new Map<string, string>()
  const rules: Rule[] = []
  let group = ''
  let covered = 0
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const [, variable, value] = /\{\{-?\s*\$(\w+)\s*:?=\s*"([^"]*)"/.exec(line) ?? []
    if (variable !== undefined && value !== undefined) variables.set(variable, value)
    group = groupName(lines, at) ?? group
    const found = at < covered ? undefined : key.exec(line)
    if (found === null || found === undefined) continue
    const column = (found[1] ?? '').length + (found[2] ?? '').length
    const from = found[2] === '' ? firstLine(lines, at, column, covered) : at
    const to = lastLine(lines, at, column)
    covered = to
    const rule = ruleOf(lines, from, to, group, variables, found[3] === 'record' ? 'record' : 'alert', found[4] ?? '')
    if (rule !== undefined) rules.push(rule)
  }
  return rules
}

/** `- name: x` with `rules:` near it, above or below. */
function groupName(lines: readonly string[], at: number): string | undefined {
  const [, name] = /^\s*(?:-\s+)?name:\s+(\S.*)$/.exec(lines[at] ?? '') ?? []
  if (name === undefined) return undefined
  const near = lines.slice(Math.max(0, at - 3), at + 5)
  return near.some((line) => /^\s*(?:-\s+)?rules:\s*$/.test(line)) ? unquoted(name) : undefined
}

/** Walks up to the `- ` of the item, or as far as the keys of a bare rule go. */
function firstLine(lines: readonly string[], at: number, column: number, covered: number): number {
  let first = at
  for (let up = at - 1; up >= covered; up--) {
    const line = lines[up] ?? ''
    if (isBlank(line) || templateLine.test(line)) continue
    const item = /^([ \t]*)-[ \t]+/.exec(line)
    if (item !== null && item[0].length === column) return up
    if (indentOf(line) < column) break
    first = up
  }
  return first
}

/** First line after the rule; template lines and blank ones at its end are not part of it. */
function lastLine(lines: readonly string[], at: number, column: number): number {
  let end = at + 1
  for (let down = at + 1; down < lines.length; down++) {
    const line = lines[down] ?? ''
    if (isBlank(line) || templateLine.test(line)) continue
    if (/^\s*#/.test(line) && indentOf(line) <= column) continue
    if (indentOf(line) < column || /^---\s*$/.test(line) || (column === 0 && /^-\s/.test(line))) break
    end = down + 1
  }
  return end
}

function ruleOf(
  lines: readonly string[],
  from: number,
  to: number,
  group: string,
  variables: ReadonlyMap<string, string>,
  kind: Rule['kind'],
  rawName: string,
): Rule | undefined {
  const block = blockOf('fields', lines, from + 1, to)
  const name = nameOf(rawName, variables)
  if (block === undefined || name === '') return undefined
  const rule = lines.slice(from, to)
  return {
    kind,
    name,
    group,
    summary: field(rule, 'summary'),
    description: field(rule, 'description', 'message'),
    block,
  }
}

/** Variables that the file sets are filled in; what else is templated is left out of a name, if something remains. */
function nameOf(raw: string, variables: ReadonlyMap<string, string>): string {
  const filled = unquoted(raw.replace(/\s+#.*$/, '')).replaceAll(
    /\{\{-?\s*\$(\w+)\s*-?\}\}/g,
    (whole, name: string) => variables.get(name) ?? whole,
  )
  const plain = unquoted(filled.replaceAll(/\{\{.*?\}\}/g, '').trim())
  return plain === '' ? filled : plain
}

/** Value of the first of these keys, block scalars and continued lines joined to one line; '' when absent. */
function field(rule: readonly string[], ...names: readonly string[]): string {
  for (const name of names) {
    const at = rule.findIndex((line) => line.trimStart().replace(/^-\s+/, '').startsWith(`${name}:`))
    if (at === -1) continue
    const line = rule[at] ?? ''
    const head = line.slice(line.indexOf(':') + 1).trim()
    const rest: string[] = []
    for (const next of rule.slice(at + 1)) {
      if (!isBlank(next) && indentOf(next) <= indentOf(line)) break
      rest.push(next.trim())
    }
    const text = [/^[|>][+-]?\d?$/.test(head) ? '' : head, ...rest].join(' ').trim()
    return unquoted(text.replaceAll(/\s+/g, ' '))
  }
  return ''
}

function unquoted(value: string): string {
  const text = value.trim()
  return plainQuotes.exec(text)?.[2] ?? text
}

const plainQuotes = /^(["'])(.*)\1$/

/** Text for people in a templated message: `{{ $labels.pod }}` reads "pod". */
export function plainMessage(message: string): string {
  return plainHeading(message.replaceAll(/\{\{[^}]*?\.?(\w+)\s*(?:\|[^}]*)?\}\}/g, '$1'))
}
