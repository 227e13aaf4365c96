import { maskSecrets } from '#knowledge/secrets.ts'
import type { ParsedDocument, RawEntry } from '../source.ts'
import { alertDocuments } from './alerts.ts'
import { decode, largestEntryBytes, type SkippedEntry } from './decode.ts'
import { type Format, formatOf } from './format.ts'
import { readFrontMatter } from './front-matter.ts'
import { markdownPieces } from './markdown.ts'
import { pageDocument } from './page.ts'

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
 */
export function parseEntry(raw: RawEntry, maxBytes: number = largestEntryBytes): ParsedEntry | SkippedEntry {
  const decoded = decode(raw.path, raw.content, maxBytes)
  if (decoded.kind === 'skipped') return decoded
  const masked = maskSecrets(decoded.text)
  const read = readAs(formatOf(raw.path, masked.text), raw, masked.text)
  const warnings = decoded.warning === undefined ? read.warnings : [decoded.warning, ...read.warnings]
  return { kind: 'parsed', documents: read.documents, warnings, text: masked.text, maskedSecrets: masked.count }
}

interface Understood {
  documents: readonly ParsedDocument[]
  warnings: readonly string[]
}

function readAs(format: Format, raw: RawEntry, text: string): Understood {
  const lines = text.split('\n')
  switch (format) {
    case 'prometheus-rules':
      return { documents: alertDocuments(raw, lines), warnings: [] }
    default:
      return markdownEntry(raw, lines, format === 'mdx')
  }
}

function markdownEntry(raw: RawEntry, lines: readonly string[], mdx: boolean): Understood {
  const { fields, lines: taken, fault } = readFrontMatter(lines)
  const document = pageDocument(raw, { pieces: markdownPieces(lines, taken, mdx), frontMatter: fields })
  return { documents: [document], warnings: fault === undefined ? [] : [`${raw.path}: ${fault}.`] }
}
