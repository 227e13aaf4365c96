import { describe } from 'vitest'
import { candidateIndexContract } from '#knowledge/candidate-index.contract.ts'
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
