import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { workLedgerContract } from '#knowledge/work-ledger.contract.ts'
import { SqliteLedger } from './sqlite-ledger.ts'

const file = () => join(mkdtempSync(join(tmpdir(), 'nightdesk-ledger-')), 'work.db')

describe('SqliteLedger', () => {
  workLedgerContract(async () => new SqliteLedger(file()))

  it('is one ledger for all who open the file, and still there later', async () => {
    const path = file()
    const work = { id: 'q1', note: 'asked', at: new Date(0), leaseUntil: new Date(1) }
    {
      await using one = new SqliteLedger(path)
      await using other = new SqliteLedger(path)
      expect([await one.begin(work), await other.begin(work)]).toEqual([true, false])
    }
    await using later = new SqliteLedger(path)
    expect(await later.takeOver(new Date(2), new Date(9), 5)).toHaveLength(1)
  })

  it('leaves the database of somebody else alone', () => {
    const path = file()
    const theirs = new DatabaseSync(path)
    theirs.exec('CREATE TABLE theirs (x)')
    theirs.close()
    expect(() => new SqliteLedger(path)).toThrow(/not a ledger/)
  })
})
