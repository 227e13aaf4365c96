import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, vi } from 'vitest'
import { candidateIndexContract } from '#knowledge/candidate-index.contract.ts'
import { documentStoreContract } from '#knowledge/document-store.contract.ts'
import { passageIndexContract } from '#knowledge/passage-index.contract.ts'
import { openScaleOutStore } from '#knowledge/scale-out-store.ts'
import { temporaryFile } from '#knowledge/sqlite/temporary-file.fake.ts'
import { versionedPassagesContract } from '#knowledge/versioned-candidates.contract.ts'
import { silentLog } from '#runtime/log.ts'
import { openQdrantIndex } from './qdrant-index.ts'
import { testQdrant } from './qdrant-server.fake.ts'

/** The contracts write vectors of two lengths; each is a model's own. */
const models = [2, 3].map((dimensions) => ({ id: `of ${dimensions}`, dimensions: async () => dimensions }))

async function openIndex() {
  const server = await testQdrant()
  const { url, apiKey, name } = server
  const index = openQdrantIndex({ url, apiKey, name, models, quantization: 'none', log: silentLog })
  return {
    ...index,
    async [Symbol.asyncDispose]() {
      await index[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

describe('QdrantVersions', () => {
  versionedPassagesContract(async () => {
    const { versions, ...index } = await openIndex()
    return {
      put: (...asked) => versions.put(...asked),
      heldOf: (...asked) => versions.heldOf(...asked),
      missing: (...asked) => versions.missing(...asked),
      drop: (...asked) => versions.drop(...asked),
      all: (...asked) => versions.all(...asked),
      [Symbol.asyncDispose]: () => index[Symbol.asyncDispose](),
    }
  })
})
describe('candidates in Qdrant', () => {
  candidateIndexContract(openIndex)
})

describe('documents in SQLite and candidates in Qdrant', () => {
  // Threads load their modules some ten times as fast from Node's cache as from TypeScript.
  beforeAll(() => {
    vi.stubEnv('NODE_COMPILE_CACHE', join(tmpdir(), 'nightdesk-test-compile-cache'))
  })
  const open = async () => {
    const file = await temporaryFile()
    const index = await openIndex()
    const { documents, index: passages, conversations } = file.open()
    const store = openScaleOutStore({ documents, passages, conversations, candidates: index, log: silentLog })
    return {
      ...store,
      async [Symbol.asyncDispose]() {
        await store[Symbol.asyncDispose]()
        await file[Symbol.asyncDispose]()
      },
    }
  }
  documentStoreContract(open)
  passageIndexContract(open)
})
