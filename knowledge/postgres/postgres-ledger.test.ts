import { afterAll, beforeAll, describe } from 'vitest'
import { workLedgerContract } from '#knowledge/work-ledger.contract.ts'
import { silentLog } from '#runtime/log.ts'
import { openPostgresLedger } from './postgres-ledger.ts'
import { type PostgresServer, postgresPrograms, startPostgres } from './postgres-server.fake.ts'

const ongoing = new AbortController().signal

describe.skipIf(postgresPrograms === undefined)('PostgresLedger', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  workLedgerContract(async () => openPostgresLedger({ url: await server.empty(), log: silentLog }, ongoing))
})
