import { afterAll, beforeAll, describe } from 'vitest'
import { conversationStoreContract } from '#knowledge/conversation-store.contract.ts'
import { documentStoreContract } from '#knowledge/document-store.contract.ts'
import { openMemoryCandidates } from '#knowledge/memory/memory-candidates.ts'
import { passageIndexContract } from '#knowledge/passage-index.contract.ts'
import { passageLoaderContract } from '#knowledge/passage-loader.contract.ts'
import { openScaleOutStore } from '#knowledge/scale-out-store.ts'
import { storeContentsContract } from '#knowledge/store-contents.contract.ts'
import { silentLog } from '#runtime/log.ts'
import { type PostgresServer, postgresPrograms, startPostgres } from './postgres-server.fake.ts'
import { openPostgresStore } from './postgres-store.ts'

const ongoing = new AbortController().signal

describe.skipIf(postgresPrograms === undefined)('with PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const open = async () => openPostgresStore({ url: await server.empty(), log: silentLog }, ongoing)

  /** What finds the passages stands in memory here; what they say comes from PostgreSQL. */
  const openSearched = async () => {
    const { documents, conversations } = await open()
    const candidates = openMemoryCandidates()
    return openScaleOutStore({ documents, passages: documents, conversations, candidates, log: silentLog })
  }

  describe('PostgresDocuments', () => {
    documentStoreContract(openSearched)
  })
  describe('PostgresDocuments as a loader', () => {
    passageLoaderContract(async () => {
      const store = await open()
      return { ...store, passages: store.documents }
    })
    passageIndexContract(openSearched)
  })
  describe('PostgresConversations', () => {
    conversationStoreContract(open)
  })
  describe('PostgresContents', () => {
    storeContentsContract(open)
  })
})
