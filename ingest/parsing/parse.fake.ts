import type { Block, ParsedDocument, RawEntry } from '../source.ts'
import { type ParsedEntry, parseEntry } from './parse.ts'

export function rawEntry(path: string, content: Uint8Array | string): RawEntry {
  return { entry: path, path, url: `file:${path}`, content, owners: [], editedAt: new Date('2025-03-01T00:00:00Z') }
}

/** What an entry parses to; for entries that are not skipped. */
export function parsedEntry(path: string, content: Uint8Array | string): ParsedEntry {
  const entry = parseEntry(rawEntry(path, content))
  if (entry.kind === 'skipped') throw new Error(entry.reason)
  return entry
}

/** Its one document. */
export function parsedDocument(path: string, content: string): ParsedDocument {
  const [document, ...more] = parsedEntry(path, content).documents
  if (document === undefined || more.length > 0) throw new Error(`${path} holds ${more.length + 1} documents, not one`)
  return document
}

/** Heading path, kind and text of each block, to compare with. */
export function shape(blocks: readonly Block[]): [heading: string, kind: Block['kind'], text: string][] {
  return blocks.map(({ heading, kind, text }) => [heading.join(' > '), kind, text])
}
