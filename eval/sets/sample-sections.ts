import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** A heading of a sample document, with its text and everything below it. */
export interface SampleSection {
  heading: string
  text: string
}

interface HeadingLine {
  heading: string
  level: number
  fromLine: number
}

/**
 * Cuts a sample document at its headings, by itself and not with the parsers of `ingest`: a set that were checked with
 * the code that it measures would move along with that code's faults.
 * @param documents Folder of the sample documents.
 * @param path Relative to it.
 */
export function sampleSections(documents: string, path: string): SampleSection[] {
  const lines = linesOf(path, readFileSync(join(documents, path), 'utf8'))
  const found = headingsOf(path, lines)
  return found.map(({ heading, level, fromLine }, index) => {
    const next = found.slice(index + 1).find((later) => later.level <= level)
    return { heading, text: lines.slice(fromLine, next?.fromLine).join('\n') }
  })
}

const Notebook = z.object({
  cells: z.array(
    z.object({
      source: z.array(z.string()),
      outputs: z.array(z.object({ text: z.array(z.string()).default([]) })).default([]),
    }),
  ),
})

function linesOf(path: string, content: string): string[] {
  if (!path.endsWith('.ipynb')) return content.split('\n')
  const cells = Notebook.parse(JSON.parse(content)).cells
  const text = cells.map((cell) => [...cell.source, '\n', ...cell.outputs.flatMap((output) => output.text)].join(''))
  return text.join('\n').split('\n')
}

function headingsOf(path: string, lines: readonly string[]): HeadingLine[] {
  if (path.endsWith('.adoc')) return marked(lines, /^(={1,6})\s+(.+)$/)
  if (path.endsWith('.html')) return tagged(lines)
  if (path.endsWith('.rst')) return underlined(lines)
  if (path.endsWith('.yaml')) return alertsOrTitle(lines)
  return marked(lines, /^(#{1,6})\s+(.+)$/)
}

function marked(lines: readonly string[], mark: RegExp): HeadingLine[] {
  const found: HeadingLine[] = []
  let fenced = false
  for (const [fromLine, line] of lines.entries()) {
    if (line.trimStart().startsWith('```')) fenced = !fenced
    const [, marks, heading] = (fenced ? null : mark.exec(line)) ?? []
    if (marks !== undefined && heading !== undefined) found.push({ heading, level: marks.length, fromLine })
  }
  return found
}

function tagged(lines: readonly string[]): HeadingLine[] {
  return lines.flatMap((line, fromLine) => {
    const [, level, heading] = /<h([1-6])>(.+)<\/h\1>/.exec(line) ?? []
    return level === undefined || heading === undefined ? [] : [{ heading, level: Number(level), fromLine }]
  })
}

function underlined(lines: readonly string[]): HeadingLine[] {
  return lines.flatMap((heading, fromLine) => {
    const rule = lines[fromLine + 1] ?? ''
    if (heading.trim() === '' || !/^(={4,}|-{4,})$/.test(rule)) return []
    return [{ heading, level: rule.startsWith('=') ? 1 : 2, fromLine }]
  })
}

/** A rule file's sections are its alerts; an API's is its title. */
function alertsOrTitle(lines: readonly string[]): HeadingLine[] {
  return lines.flatMap((line, fromLine) => {
    const [, alert] = /^\s*- alert: (\S+)$/.exec(line) ?? []
    const [, title] = /^ {2}title: (.+)$/.exec(line) ?? []
    const heading = alert ?? title
    return heading === undefined ? [] : [{ heading, level: 1, fromLine }]
  })
}
