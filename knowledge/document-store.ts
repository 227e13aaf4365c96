import type { Document, Verification } from './document.ts'
import type { IndexedPassage, Passage } from './passage.ts'
import type { Principal } from './principal.ts'

/** All documents that one entry of a source (a file, a page, an issue) holds, with their passages. */
export interface EntryContent {
  source: string
  /** The entry's name at its source: a path, a page id, an issue's number. */
  entry: string
  /** Changes whenever anything stored of the entry would change: content, dates, owners, or how we cut. */
  revision: string
  /**
   * Only where this is the revision stored of the entry when it is written (null: none is), so that a slow writer never
   * puts something old over something newer; absent: whatever is stored.
   */
  replaces?: string | null | undefined
  /** May be none (a YAML file that is no rule file): its revision is remembered all the same. */
  documents: readonly { document: Document; passages: readonly IndexedPassage[] }[]
}

/** An entry that could not be read; it is tried again at the next sync. */
export interface EntryFailure {
  entry: string
  reason: string
  failedAt: Date
}

/** Where the last sync of a source got to. */
export interface SourceState {
  source: string
  /** Opaque to the store: a commit, a cursor, ETags. */
  cursor?: string | undefined
  startedAt?: Date | undefined
  finishedAt?: Date | undefined
  failures: readonly EntryFailure[]
}

export interface DocumentPage {
  documents: Document[]
  /** Hand it in to get the next page; absent on the last one. */
  nextCursor?: string | undefined
}

export interface DocumentFilter {
  principal: Principal
  source?: string | undefined
  owner?: string | undefined
}

export interface StoreCounts {
  documents: number
  passages: number
}

/** Documents, what is known of their sources, and who vouched for them. A write is durable when its promise resolves. */
export interface DocumentStore extends AsyncDisposable {
  /** Revision by entry of everything stored of that source. */
  revisions(source: string, signal: AbortSignal): Promise<Map<string, string>>
  /**
   * Afterwards each of these entries holds exactly these documents, and of each document exactly these passages.
   * An entry is never seen half written, also after a kill at any moment. Passages whose id and text are unchanged
   * are left as they are.
   * @returns The entries that were left alone, since what is stored of them is no longer what they replace.
   */
  replaceEntries(entries: readonly EntryContent[], signal: AbortSignal): Promise<string[]>
  /** Afterwards nothing of these entries can be found. */
  removeEntries(source: string, entries: readonly string[], signal: AbortSignal): Promise<void>
  document(id: string, principal: Principal, signal: AbortSignal): Promise<Document | undefined>
  documents(
    filter: DocumentFilter,
    cursor: string | undefined,
    limit: number,
    signal: AbortSignal,
  ): Promise<DocumentPage>
  /** In reading order. Unknown document, or not for this principal: []. */
  passagesOf(documentId: string, principal: Principal, signal: AbortSignal): Promise<Passage[]>
  counts(signal: AbortSignal): Promise<StoreCounts>
  sourceState(source: string, signal: AbortSignal): Promise<SourceState | undefined>
  saveSourceState(state: SourceState, signal: AbortSignal): Promise<void>
  /** Ids of all sources of which anything is stored. */
  sources(signal: AbortSignal): Promise<string[]>
  verify(verification: Verification, signal: AbortSignal): Promise<void>
  /** The last verification of each of these documents. */
  verifications(documentIds: readonly string[], signal: AbortSignal): Promise<Map<string, Verification>>
}
