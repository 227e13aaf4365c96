import { describe } from 'vitest'
import { workLedgerContract } from '#knowledge/work-ledger.contract.ts'
import { MemoryLedger } from './memory-ledger.ts'

describe('MemoryLedger', () => {
  workLedgerContract(async () => new MemoryLedger())
})
