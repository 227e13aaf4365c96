import { describe } from 'vitest'
import { boardContract } from './board.contract.ts'
import { MemoryBoard } from './memory-board.ts'

describe('MemoryBoard', () => {
  boardContract(async () => {
    const topics = new Map<string, Map<string, string>>()
    return { open: async () => new MemoryBoard(topics), [Symbol.asyncDispose]: async () => {} }
  })
})
