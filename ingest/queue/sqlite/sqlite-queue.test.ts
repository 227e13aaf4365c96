import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { QueueClosedError, QueueUnavailableError } from '../errors.ts'
import { type QueueHarness, syncQueueContract } from '../sync-queue.contract.ts'
import { SqliteQueue } from './sqlite-queue.ts'

const ongoing = new AbortController().signal

interface Place extends QueueHarness {
  path: string
}

async function place(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'nightdesk-queue-'))
  const path = join(folder, 'data', 'queue.db')
  const clock = fixedClock('2026-03-01T12:00:00Z')
  const pass = async (ms: number) => clock.advance(ms)
  const retries = { attempts: 3, firstMs: 1000, mostMs: 10_000 }
  return {
    path,
    attempts: retries.attempts,
    leaseMs: 30_000,
    open: async () => new SqliteQueue({ path, clock, retries }),
    pass,
    now: () => clock.now(),
    untilTakenOver: () => pass(30_001),
    untilRetried: () => pass(10_001),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

describe('SqliteQueue', () => {
  syncQueueContract(place)

  it('says what to do about a file that is no queue', async () => {
    await using here = await place()
    await (await here.open())[Symbol.asyncDispose]()
    await writeFile(here.path, 'not a database, but long enough to be taken for a damaged one'.repeat(100))
    await expect(here.open()).rejects.toThrow(QueueUnavailableError)
  })

  it('refuses to work once it is closed', async () => {
    await using here = await place()
    const queue = await here.open()
    await queue[Symbol.asyncDispose]()
    await expect(queue.takeEntries('wiki', 1, ongoing)).rejects.toThrow(QueueClosedError)
  })
})
