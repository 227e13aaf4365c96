import type { ConversationStore } from './conversation-store.ts'
import type { DocumentStore } from './document-store.ts'
import type { PassageIndex } from './passage-index.ts'

/**
 * Everything that one engine keeps. Its parts share one life: disposing of any of them, or of the whole,
 * closes all; doing so twice is fine.
 */
export interface KnowledgeStore extends AsyncDisposable {
  documents: DocumentStore
  index: PassageIndex
  conversations: ConversationStore
}
