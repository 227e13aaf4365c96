import type { KnowledgeStore } from '#knowledge/store.ts'
import { MemoryConversations } from './memory-conversations.ts'
import { MemoryDocuments } from './memory-documents.ts'
import { MemoryIndex } from './memory-index.ts'

/** A store that lasts as long as the process and searches by reading everything: for tests and small trials. */
export function openMemoryStore(): KnowledgeStore {
  const documents = new MemoryDocuments()
  return {
    documents,
    index: new MemoryIndex(documents),
    conversations: new MemoryConversations(),
    [Symbol.asyncDispose]: async () => {},
  }
}
