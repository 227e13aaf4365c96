import type { ConversationPosition, Feedback, Turn } from '#knowledge/conversation-store.ts'
import type { Document, Verification } from '#knowledge/document.ts'
import type { EntryContent, SourceState } from '#knowledge/document-store.ts'
import { type PassageColumns, passageColumns } from './columns.ts'

/** An entry as it crosses to the writing thread. */
export interface EntryColumns {
  source: string
  entry: string
  revision: string
  replaces: string | null | undefined
  documents: { document: Document; passages: PassageColumns[] }[]
}

/** Everything that the writing thread can be asked to do; each is one transaction. */
export type WriterAsk =
  | { kind: 'replaceEntries'; entries: EntryColumns[] }
  | { kind: 'removeEntries'; source: string; entries: readonly string[] }
  | { kind: 'saveSourceState'; state: SourceState }
  | { kind: 'verify'; verification: Verification }
  | { kind: 'addTurn'; turn: Turn }
  | { kind: 'addFeedback'; feedback: Feedback }
  | { kind: 'reviseAnswer'; traceId: string; answer: string }
  | { kind: 'savePosition'; position: ConversationPosition }
  | { kind: 'forgetTurn'; traceId: string }
  | { kind: 'forget'; conversationId: string; principal: string }
  | { kind: 'forgetBefore'; time: Date }

/** Entries that were left alone, since they no longer hold what was to be replaced. */
export type WriterAnswer = string[]

/** What the writing thread is started with. */
export interface WriterStart {
  path: string
  embeddingModel: string | undefined
  maxBytes: number | undefined
}

export function entryColumns({ source, entry, revision, replaces, documents }: EntryContent): EntryColumns {
  return {
    source,
    entry,
    revision,
    replaces,
    documents: documents.map(({ document, passages }) => ({ document, passages: passages.map(passageColumns) })),
  }
}
