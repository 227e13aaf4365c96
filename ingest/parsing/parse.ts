import { maskSecrets } from '#knowledge/secrets.ts'
import type { Block, ParsedDocument, RawEntry } from '../source.ts'
import { alertDocuments } from './alerts.ts'
import { type Attributes, asciidocPieces } from './asciidoc.ts'
import { configurationPieces, faultOf } from './configuration.ts'
import { decode, largestEntryBytes, type SkippedEntry } from './decode.ts'
import { type Format, formatOf } from './format.ts'
import { frontMatterOf, noFrontMatter, readFrontMatter } from './front-matter.ts'
import { htmlPage } from './html.ts'
import { markdownPieces } from './markdown.ts'
import { notebookPage } from './notebook.ts'
import { openApi } from './openapi.ts'
import { type Page, pageDocument } from './page.ts'
import { looksLikeMarkdown, plainTextPieces } from './plain-text.ts'
import { statedInHead } from './resource-head.ts'
import { fieldsAbove, restructuredTextPieces } from './restructured-text.ts'

export interface ParsedEntry {
  kind: 'parsed'
  documents: readonly ParsedDocument[]
  /** Sentences for people; each names the entry. */
  warnings: readonly string[]
  /**
   * The decoded text, secrets masked, lines ending in \n; `fromLine` and `toLine` count in it. For HTML and notebooks it
   * is what was extracted, and lines count in the source.
   */
  text: string
  maskedSecrets: number
}

/**
 * Understands one entry: which format it is, what documents it holds, and how they are built up. Text that is malformed
 * is still taken as far as it can be read, with a warning.
 * @param maxBytes Anything larger is skipped without being looked at.
 */
export function parseEntry(raw: RawEntry, maxBytes: number = largestEntryBytes): ParsedEntry | SkippedEntry {
  const decoded = decode(raw.path, raw.content, maxBytes)
  if (decoded.kind === 'skipped') return decoded
  const masked = maskSecrets(decoded.text)
  const format = raw.format ?? formatOf(raw.path, masked.text)
  const read = understood(format, raw, masked.text)
  const warnings = [
    ...(raw.warnings ?? []),
    decoded.warning,
    ...read.faults.map((fault) => `${raw.path}: ${fault}.`),
  ].filter((warning) => warning !== undefined)
  if (!read.documents.some(({ blocks }) => blocks.length > 0)) warnings.push(`${raw.path}: it holds no text to index.`)
  const documents = read.documents.filter(({ blocks }) => blocks.length > 0)
  if (!extracted.has(format))
    return { kind: 'parsed', documents, warnings, text: masked.text, maskedSecrets: masked.count }
  return { kind: 'parsed', warnings, ...maskedExtract(documents, masked.count) }
}

/** Formats whose text is not that of the file. */
const extracted: ReadonlySet<Format> = new Set(['html', 'notebook'])

/** What tags or escapes had torn apart in the file shows its secrets only once it is extracted. */
function maskedExtract(documents: readonly ParsedDocument[], maskedBefore: number) {
  let maskedSecrets = maskedBefore
  const clean = (block: Block): Block => {
    const { text, count } = maskSecrets(block.text)
    maskedSecrets += count
    return count === 0 ? block : { ...block, text }
  }
  const cleaned = documents.map((document) => ({ ...document, blocks: document.blocks.map(clean) }))
  const text = cleaned.flatMap(({ blocks }) => blocks.map((block) => block.text)).join('\n\n')
  return { documents: cleaned, text, maskedSecrets }
}

interface Understood {
  documents: readonly ParsedDocument[]
  /** Each completes a sentence that begins with the path and a colon. */
  faults: readonly string[]
}

function understood(format: Format, raw: RawEntry, text: string): Understood {
  const lines = text.split('\n')
  switch (format) {
    case 'prometheus-rules':
      return rulesEntry(raw, lines, text)
    case 'html':
      return htmlEntry(raw, text)
    case 'notebook':
      return notebookEntry(raw, lines, text)
    case 'openapi':
      return openApiEntry(raw, lines, text)
    case 'configuration':
      return configurationEntry(raw, lines, text)
    case 'plain-text':
      return looksLikeMarkdown(lines)
        ? markdownEntry(raw, lines, false)
        : page(raw, { pieces: plainTextPieces(lines), lines })
    case 'asciidoc':
      return asciidocEntry(raw, lines)
    case 'restructured-text':
      return restructuredTextEntry(raw, lines)
    default:
      return markdownEntry(raw, lines, format === 'mdx')
  }
}

function page(raw: RawEntry, read: Page): Understood {
  return { documents: [pageDocument(raw, read)], faults: [] }
}

function faults(fault: string | undefined): readonly string[] {
  return fault === undefined ? [] : [fault]
}

function markdownEntry(raw: RawEntry, lines: readonly string[], mdx: boolean): Understood {
  return frontMatterEntry(raw, lines, (all, from) => markdownPieces(all, from, mdx))
}

function frontMatterEntry(
  raw: RawEntry,
  lines: readonly string[],
  piecesOf: (lines: readonly string[], from: number) => Page['pieces'],
): Understood {
  const { fields, lines: taken, fault } = readFrontMatter(lines)
  return { ...page(raw, { pieces: piecesOf(lines, taken), frontMatter: fields, lines }), faults: faults(fault) }
}

function restructuredTextEntry(raw: RawEntry, lines: readonly string[]): Understood {
  const { fields, lines: taken, fault } = readFrontMatter(lines)
  const frontMatter = taken > 0 ? fields : frontMatterOf(fieldsAbove(lines))
  return { ...page(raw, { pieces: restructuredTextPieces(lines, taken), frontMatter, lines }), faults: faults(fault) }
}

function asciidocEntry(raw: RawEntry, lines: readonly string[]): Understood {
  const { fields, lines: taken, fault } = readFrontMatter(lines)
  const { pieces, attributes } = asciidocPieces(lines, taken)
  const frontMatter = taken > 0 ? fields : aboutOf(attributes)
  return { ...page(raw, { pieces, frontMatter, lines }), faults: faults(fault) }
}

/** `:page-last-reviewed:` is `last_reviewed`. */
function aboutOf(attributes: Attributes) {
  const { title, ...fields } = Object.fromEntries(
    Array.from(attributes, ([name, value]) => [name.replace(/^page-/, ''), value]),
  )
  return frontMatterOf(attributes.has('page-title') ? { ...fields, title } : fields)
}

function htmlEntry(raw: RawEntry, text: string): Understood {
  const { pieces, title, about, stripped } = htmlPage(text)
  const fault = stripped ? 'it is too large or nested too deep for a page, so only its bare text was read' : undefined
  return { ...page(raw, { pieces, title, frontMatter: about, extracted: true }), faults: faults(fault) }
}

function notebookEntry(raw: RawEntry, lines: readonly string[], text: string): Understood {
  const notebook = notebookPage(text)
  if (notebook !== undefined)
    return page(raw, { pieces: notebook.pieces, frontMatter: notebook.about, extracted: true })
  return {
    ...page(raw, { pieces: configurationPieces(lines) }),
    faults: ['it is not a valid notebook, so it was read as text'],
  }
}

/** Rules are found by lines; a file that only looks like one is still text. */
function rulesEntry(raw: RawEntry, lines: readonly string[], text: string): Understood {
  const documents = alertDocuments(raw, lines)
  if (documents.length === 0) return configurationEntry(raw, lines, text)
  const statedAt = statedInHead(lines)
  return { documents: documents.map((each) => ({ ...each, statedAt })), faults: faults(faultOf(raw.path, text)) }
}

function configurationEntry(raw: RawEntry, lines: readonly string[], text: string): Understood {
  const frontMatter = { ...noFrontMatter, statedAt: statedInHead(lines) }
  return { ...page(raw, { pieces: configurationPieces(lines), frontMatter }), faults: faults(faultOf(raw.path, text)) }
}

function openApiEntry(raw: RawEntry, lines: readonly string[], text: string): Understood {
  const { pieces, title, summary, about } = openApi(legible(lines, text))
  if (!pieces.some((piece) => piece.kind === 'block')) return configurationEntry(raw, lines, text)
  const frontMatter = { ...frontMatterOf(about), summary: summary === '' ? undefined : summary }
  return { ...page(raw, { pieces, title, kind: 'api', frontMatter }), faults: faults(faultOf(raw.path, text)) }
}

/** JSON on few long lines is written out anew; its lines then count in that. */
function legible(lines: readonly string[], text: string): readonly string[] {
  if (!text.trimStart().startsWith('{') || text.trimEnd().split('\n').length * 400 > text.length) return lines
  try {
    return JSON.stringify(JSON.parse(text), null, 2).split('\n')
  } catch {
    return lines
  }
}
