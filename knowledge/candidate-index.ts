import type { DocumentStore, EntryContent } from './document-store.ts'
import type { PassageIndex } from './passage-index.ts'
import type { PassageLoader } from './passage-loader.ts'

export type { PassageLoader } from './passage-loader.ts'

/** What an index of candidates is measured against. */
export interface Truth {
  documents: DocumentStore
  passages: PassageLoader
}

/** What became of entries that were put. */
export interface WrittenEntries {
  /** Their documents are stored. */
  written: readonly EntryContent[]
  /** Somebody else stored something newer; theirs stays. */
  overtaken: readonly EntryContent[]
}

export interface RepairProgress {
  /** Documents looked at so far, of so many. */
  done: number
  total: number
}

export interface RepairReport {
  /** Passages of the truth that were looked at. */
  passages: number
  added: number
  dropped: number
}

/**
 * Finds passages that are kept elsewhere. It may for a moment know more than the documents do, or less than it will:
 * whoever loads what it found reads from the documents, so nothing that is gone or hidden is ever shown.
 */
export interface CandidateIndex
  extends Pick<PassageIndex, 'matching' | 'nearest' | 'candidates' | 'statistics'>,
    AsyncDisposable {
  /** To be called before the documents are stored. What is found of these entries already can still be found. */
  put(entries: readonly EntryContent[], signal: AbortSignal): Promise<void>
  /** To be called once they are stored. Afterwards only what the truth says can be found of these entries. */
  settle(entries: WrittenEntries, truth: Truth, signal: AbortSignal): Promise<void>
  /** To be called once their documents are removed. Afterwards nothing of these entries can be found. */
  remove(source: string, entries: readonly string[], truth: Truth, signal: AbortSignal): Promise<void>
  /** Compares everything with the truth and mends what differs; writers may go on meanwhile. */
  repair(truth: Truth, onProgress: (progress: RepairProgress) => void, signal: AbortSignal): Promise<RepairReport>
}
