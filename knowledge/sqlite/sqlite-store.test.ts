import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { conversationStoreContract } from '#knowledge/conversation-store.contract.ts'
import { documentStoreContract } from '#knowledge/document-store.contract.ts'
import { passageIndexContract } from '#knowledge/passage-index.contract.ts'
import type { KnowledgeStore } from '#knowledge/store.ts'
import { silentLog } from '#runtime/log.ts'
import { openSqliteStore } from './sqlite-store.ts'

describe('SqliteDocuments', () => {
  documentStoreContract(temporaryStore)
})
describe('SqliteIndex', () => {
  passageIndexContract(temporaryStore)
})
describe('SqliteConversations', () => {
  conversationStoreContract(temporaryStore)
})

async function temporaryStore(): Promise<KnowledgeStore> {
  const directory = await mkdtemp(join(tmpdir(), 'nightdesk-store-'))
  const store = openSqliteStore({ path: join(directory, 'nightdesk.db'), log: silentLog })
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await rm(directory, { recursive: true })
    },
  }
}
