import { describe } from 'vitest'
import { candidateIndexContract } from '#knowledge/candidate-index.contract.ts'
import { versionedPassagesContract } from '#knowledge/versioned-candidates.contract.ts'
import { MemoryVersions, openMemoryCandidates } from './memory-candidates.ts'

describe('MemoryVersions', () => {
  versionedPassagesContract(async () => new MemoryVersions())
})
describe('candidates in memory', () => {
  candidateIndexContract(async () => openMemoryCandidates())
})
