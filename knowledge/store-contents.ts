import type { ConversationPosition, Feedback, Turn } from './conversation-store.ts'
import type { Verification } from './document.ts'
import type { EntryContent } from './document-store.ts'

/** Everything that a store keeps, to be carried elsewhere. The port of documents says what sources and entries there are. */
export interface StoreContents {
  /** What these entries of a source hold, in this order, with all that is needed to store them again; unknown ones are left out. */
  entries(source: string, entries: readonly string[], signal: AbortSignal): Promise<EntryContent[]>
  verifications(signal: AbortSignal): AsyncIterable<Verification>
  /** By time, and of one moment in the order in which they were added. */
  turns(signal: AbortSignal): AsyncIterable<Turn>
  /** Of each trace in the order in which they were added. */
  feedback(signal: AbortSignal): AsyncIterable<Feedback>
  positions(signal: AbortSignal): AsyncIterable<ConversationPosition>
}
