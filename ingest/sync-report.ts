import type { EntryFailure } from '#knowledge/document-store.ts'

/** What one sync of a source did, or with `dryRun` would do. Entries are files, pages, issues. */
export interface SyncReport {
  source: string
  dryRun: boolean
  /** Entries by what became of them. */
  added: number
  changed: number
  unchanged: number
  deleted: number
  failed: number
  /** Left out on purpose, each with a reason that a person understands. */
  skipped: readonly { entry: string; reason: string }[]
  failures: readonly EntryFailure[]
  /** Written by this sync. One entry can hold several documents, or none. */
  documents: number
  passages: number
  maskedSecrets: number
  /** Sentences for people; each names the entry or the folder. */
  warnings: readonly string[]
  apiCalls: number
  seconds: number
}

/** How far a sync is; `total` is 0 while it isn't known. */
export interface SyncProgress {
  phase: 'surveying' | 'indexing' | 'removing' | 'done'
  done: number
  total: number
  /** Entries a second since the phase began. */
  rate: number
}
