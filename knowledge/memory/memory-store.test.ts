import { describe } from 'vitest'
import { conversationStoreContract } from '#knowledge/conversation-store.contract.ts'
import { documentStoreContract } from '#knowledge/document-store.contract.ts'
import { passageIndexContract } from '#knowledge/passage-index.contract.ts'
import { passageLoaderContract } from '#knowledge/passage-loader.contract.ts'
import { openMemoryStore } from './memory-store.ts'

describe('MemoryDocuments', () => {
  documentStoreContract(async () => openMemoryStore())
})
describe('MemoryIndex', () => {
  passageIndexContract(async () => openMemoryStore())
})
describe('MemoryIndex as a loader', () => {
  passageLoaderContract(async () => {
    const store = openMemoryStore()
    return { ...store, passages: store.index }
  })
})
describe('MemoryConversations', () => {
  conversationStoreContract(async () => openMemoryStore())
})
