import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import type { Lang } from '#knowledge/document.ts'
import { reasonOf } from '#runtime/errors.ts'

/** What a document says about itself above its text. Absent fields were not said, or not in a form we understand. */
export interface FrontMatter {
  title?: string | undefined
  owners: readonly string[]
  /** When it was last changed, or else written. */
  statedAt?: Date | undefined
  reviewedAt?: Date | undefined
  reviewedBy?: string | undefined
  evergreenReason?: string | undefined
  aliases: readonly string[]
  summary?: string | undefined
  lang?: Lang | undefined
}

export interface FrontMatterFound {
  fields: FrontMatter
  /** Lines that it takes, its fences included; 0: there is none. */
  lines: number
  /** Why it could not be understood; its lines still don't count as text. */
  fault?: string | undefined
}

export const noFrontMatter: FrontMatter = { owners: [], aliases: [] }

/** Front matter longer than this is text that happens to begin with a rule. */
const longestLines = 400

/** YAML between `---`, or TOML between `+++`, from the very first line on. */
export function readFrontMatter(lines: readonly string[]): FrontMatterFound {
  const fence = lines[0]?.trimEnd()
  if (fence !== '---' && fence !== '+++') return { fields: noFrontMatter, lines: 0 }
  const close = closingLine(lines, fence)
  if (close === undefined) return { fields: noFrontMatter, lines: 0 }
  const inner = lines.slice(1, close)
  if (fence === '---' && !looksLikeYaml(inner)) return { fields: noFrontMatter, lines: 0 }
  try {
    const read = fence === '---' ? yamlFields(inner) : tomlFields(inner)
    return { fields: frontMatterOf(read), lines: close + 1 }
  } catch (error) {
    const fields = frontMatterOf(simpleFields(inner))
    return { fields, lines: close + 1, fault: `its front matter is not valid YAML (${firstLine(reasonOf(error))})` }
  }
}

function closingLine(lines: readonly string[], fence: string): number | undefined {
  for (let at = 1; at < lines.length && at <= longestLines; at++) {
    const line = lines[at]?.trimEnd()
    if (line === fence || (fence === '---' && line === '...')) return at
  }
  return undefined
}

/** A page may begin with a horizontal rule; front matter has a key first, or nothing at all. */
function looksLikeYaml(inner: readonly string[]): boolean {
  const first = inner.find((line) => line.trim() !== '' && !line.startsWith('#'))
  return first === undefined || /^["']?[\w][\w .-]*["']?\s*:(\s|$)/.test(first)
}

/** Plain `key: value` lines, which most front matter is, need no YAML parser. */
function yamlFields(inner: readonly string[]): unknown {
  if (inner.every((line) => simpleLine.test(line) || line.trim() === '')) return simpleFields(inner)
  return parseYaml(inner.join('\n'), { maxAliasCount: 20, logLevel: 'error' })
}

const simpleLine = /^(\w[\w-]*):\s+([A-Za-z\u3040-\u9fff][^:#"'[\]{}|>&*!%@`,]*)$/

function simpleFields(inner: readonly string[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const line of inner) {
    const [, key, value] = /^([\w-]+)\s*[:=]\s*(\S.*)$/.exec(line) ?? []
    if (key !== undefined && value !== undefined) fields[key] = scalar(value.trim())
  }
  return fields
}

/** The part of TOML that front matter uses: `key = value` with strings, dates, booleans and lists of strings. */
function tomlFields(inner: readonly string[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  const text = inner.join('\n').replaceAll(/\[\s*\n[^\]]*\]/g, (list) => list.replaceAll('\n', ' '))
  for (const line of text.split('\n')) {
    const [, key, value] = /^\s*([\w-]+)\s*=\s*(\S.*)$/.exec(line) ?? []
    if (key === undefined || value === undefined) continue
    fields[key] = value.startsWith('[') ? listItems(value) : scalar(value.trim())
  }
  return fields
}

function listItems(value: string): string[] {
  return [...value.matchAll(/"([^"]*)"|'([^']*)'/g)].map((item) => item[1] ?? item[2] ?? '')
}

function scalar(value: string): unknown {
  if (value === 'true' || value === 'false') return value === 'true'
  return value.replace(/^(["'])(.*)\1$/, '$2')
}

const words = z.union([z.string(), z.number()]).transform((value) => String(value).replaceAll(/\s+/g, ' ').trim())
const text = words.pipe(z.string().min(1)).optional().catch(undefined)
const names = z
  .union([z.array(words.catch('')), words.transform((list) => list.split(','))])
  .transform((list) => list.map((name) => name.trim()).filter((name) => name !== ''))
  .catch([])
const date = z
  .union([z.date(), z.string()])
  .transform((value) => (value instanceof Date ? value : dateOf(value)))
  .optional()
  .catch(undefined)

const Fields = z.object({
  title: text,
  owner: names.default([]),
  owners: names.default([]),
  updated: date,
  last_updated: date,
  last_modified: date,
  lastmod: date,
  date,
  last_reviewed: date,
  last_verified: date,
  reviewed: date,
  reviewed_at: date,
  reviewed_by: text,
  verified_by: text,
  evergreen: z.union([z.boolean(), words]).optional().catch(undefined),
  aliases: names.default([]),
  tags: names.default([]),
  description: text,
  summary: text,
  lang: text,
  language: text,
})

/** The fields that we know, from whatever a page says about itself; what has another form is left out. */
export function frontMatterOf(read: unknown): FrontMatter {
  const parsed = Fields.safeParse(withPlainKeys(read))
  if (!parsed.success) return noFrontMatter
  const fields = parsed.data
  return {
    title: fields.title,
    owners: [...new Set([...fields.owners, ...fields.owner])],
    statedAt: fields.updated ?? fields.last_updated ?? fields.last_modified ?? fields.lastmod ?? fields.date,
    reviewedAt: fields.last_reviewed ?? fields.last_verified ?? fields.reviewed_at ?? fields.reviewed,
    reviewedBy: fields.reviewed_by ?? fields.verified_by,
    evergreenReason: evergreenReason(fields.evergreen),
    aliases: [...new Set([...fields.aliases.map(nameOfAlias), ...fields.tags])].filter((name) => name !== ''),
    summary: fields.description ?? fields.summary,
    lang: langOf(fields.lang ?? fields.language),
  }
}

/** `Last-Reviewed` and `lastReviewed` are `last_reviewed`. */
function withPlainKeys(read: unknown): unknown {
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return {}
  const plain = (key: string) =>
    key
      .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_')
      .replaceAll('-', '_')
      .toLowerCase()
  return Object.fromEntries(Object.entries(read).map(([key, value]) => [plain(key), value]))
}

function evergreenReason(value: string | boolean | undefined): string | undefined {
  if (value === undefined || value === false || value === '' || value === 'false') return undefined
  return value === true || value === 'true' ? 'its front matter says so' : value
}

/** An alias that is a redirecting path (`/old/restart-redis/`) names the document by its last part. */
function nameOfAlias(alias: string): string {
  return alias.includes('/') ? (alias.split('/').findLast((part) => part !== '') ?? '') : alias
}

function langOf(value: string | undefined): Lang | undefined {
  if (value === undefined) return undefined
  return /^ja\b|japanese/i.test(value) ? 'ja' : /^en\b|english/i.test(value) ? 'en' : undefined
}

/** Days without a time are midnight UTC. */
function dateOf(value: string): Date | undefined {
  const [, year, month, day] = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(value.trim()) ?? []
  const parsed = year === undefined ? new Date(value) : new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return Number.isNaN(parsed.getTime()) ? undefined : parsed
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]?.replace(/:$/, '') ?? ''
}
