import type { Document, Verification } from '#knowledge/document.ts'
import { cursorAfter, type DocumentPosition, positionOf } from '#knowledge/document-cursor.ts'
import type {
  DocumentFilter,
  DocumentPage,
  DocumentStore,
  EntryContent,
  SourceState,
  StoreCounts,
} from '#knowledge/document-store.ts'
import { type WeightedTerms, weighTerms } from '#knowledge/field-weights.ts'
import type { IndexedPassage, Passage, StoredPassage } from '#knowledge/passage.ts'
import { maySee, type Principal } from '#knowledge/principal.ts'

export interface MemoryPassage extends WeightedTerms {
  stored: StoredPassage
}

interface MemoryEntry {
  revision: string
  documentIds: string[]
}

/** Documents in maps; its passages are what MemoryIndex searches. */
export class MemoryDocuments implements DocumentStore {
  readonly passages = new Map<string, MemoryPassage>()
  readonly #documents = new Map<string, { document: Document; passageIds: string[] }>()
  readonly #entries = new Map<string, Map<string, MemoryEntry>>()
  readonly #states = new Map<string, SourceState>()
  readonly #verifications = new Map<string, Verification>()

  async revisions(source: string, signal: AbortSignal): Promise<Map<string, string>> {
    signal.throwIfAborted()
    return new Map([...(this.#entries.get(source) ?? [])].map(([entry, { revision }]) => [entry, revision]))
  }

  async replaceEntries(entries: readonly EntryContent[], signal: AbortSignal): Promise<string[]> {
    signal.throwIfAborted()
    const overtaken: string[] = []
    for (const content of entries) {
      const held = this.#entries.get(content.source)?.get(content.entry)?.revision ?? null
      if (content.replaces !== undefined && content.replaces !== held) {
        overtaken.push(content.entry)
        continue
      }
      this.#removeEntry(content.source, content.entry)
      for (const { document, passages } of content.documents) this.#add(document, passages)
      const documentIds = content.documents.map(({ document }) => document.id)
      const stored = this.#entries.get(content.source) ?? new Map<string, MemoryEntry>()
      this.#entries.set(content.source, stored.set(content.entry, { revision: content.revision, documentIds }))
    }
    return overtaken
  }

  async removeEntries(source: string, entries: readonly string[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    for (const entry of entries) this.#removeEntry(source, entry)
  }

  async document(id: string, principal: Principal, signal: AbortSignal): Promise<Document | undefined> {
    signal.throwIfAborted()
    const document = this.#documents.get(id)?.document
    return document !== undefined && maySee(principal, document.audience) ? document : undefined
  }

  async documents(
    filter: DocumentFilter,
    cursor: string | undefined,
    limit: number,
    signal: AbortSignal,
  ): Promise<DocumentPage> {
    signal.throwIfAborted()
    const after = cursor === undefined ? undefined : positionOf(cursor)
    const rest = [...this.#documents.values()]
      .map(({ document }) => document)
      .filter((document) => matches(document, filter) && (after === undefined || compare(place(document), after) > 0))
      .toSorted((one, other) => compare(place(one), place(other)))
    const documents = rest.slice(0, limit)
    const last = documents.at(-1)
    return rest.length > documents.length && last !== undefined
      ? { documents, nextCursor: cursorAfter(last) }
      : { documents }
  }

  async passagesOf(documentId: string, principal: Principal, signal: AbortSignal): Promise<Passage[]> {
    signal.throwIfAborted()
    const held = this.#documents.get(documentId)
    if (held === undefined || !maySee(principal, held.document.audience)) return []
    return held.passageIds
      .flatMap((id) => this.passages.get(id)?.stored ?? [])
      .toSorted((one, other) => one.ordinal - other.ordinal)
      .map(({ terms: _terms, embedding: _embedding, document: _document, ...passage }) => passage)
  }

  async counts(signal: AbortSignal): Promise<StoreCounts> {
    signal.throwIfAborted()
    return { documents: this.#documents.size, passages: this.passages.size }
  }

  async sourceState(source: string, signal: AbortSignal): Promise<SourceState | undefined> {
    signal.throwIfAborted()
    return this.#states.get(source)
  }

  async saveSourceState(state: SourceState, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#states.set(state.source, state)
  }

  async sources(signal: AbortSignal): Promise<string[]> {
    signal.throwIfAborted()
    const withEntries = [...this.#entries].filter(([, entries]) => entries.size > 0).map(([source]) => source)
    return [...new Set([...withEntries, ...this.#states.keys()])].toSorted()
  }

  async verify(verification: Verification, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#verifications.set(verification.documentId, verification)
  }

  async verifications(documentIds: readonly string[], signal: AbortSignal): Promise<Map<string, Verification>> {
    signal.throwIfAborted()
    return new Map(
      documentIds.flatMap((id) => {
        const verification = this.#verifications.get(id)
        return verification === undefined ? [] : [[id, verification] as const]
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #add(document: Document, passages: readonly IndexedPassage[]): void {
    this.#removeDocument(document.id)
    this.#documents.set(document.id, { document, passageIds: passages.map((passage) => passage.id) })
    for (const passage of passages) {
      this.passages.set(passage.id, { stored: { ...passage, document }, ...weighTerms(passage.terms) })
    }
  }

  #removeEntry(source: string, entry: string): void {
    for (const id of this.#entries.get(source)?.get(entry)?.documentIds ?? []) {
      const document = this.#documents.get(id)?.document
      if (document?.source === source && document.entry === entry) this.#removeDocument(id)
    }
    this.#entries.get(source)?.delete(entry)
  }

  #removeDocument(id: string): void {
    for (const passageId of this.#documents.get(id)?.passageIds ?? []) this.passages.delete(passageId)
    this.#documents.delete(id)
  }
}

function matches(document: Document, filter: DocumentFilter): boolean {
  return (
    maySee(filter.principal, document.audience) &&
    (filter.source === undefined || filter.source === document.source) &&
    (filter.owner === undefined || document.owners.includes(filter.owner))
  )
}

function place(document: Document): DocumentPosition {
  return [document.source, document.path, document.id]
}

function compare(one: DocumentPosition, other: DocumentPosition): number {
  for (const [index, part] of one.entries()) {
    const against = other[index] ?? ''
    if (part !== against) return part < against ? -1 : 1
  }
  return 0
}
