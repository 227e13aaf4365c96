import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { QueueUnavailableError } from '../errors.ts'
import { hasRedisServer, type RedisServer, redisServer } from '../redis-server.fake.ts'
import { type QueueHarness, syncQueueContract } from '../sync-queue.contract.ts'
import { BullmqQueue } from './bullmq-queue.ts'
import { RedisConnection } from './redis-connection.ts'

const ongoing = new AbortController().signal

/** Without Debian's redis-server nothing of this can be tested. */
describe.skipIf(!hasRedisServer)('BullmqQueue', () => {
  let server: RedisServer
  let places = 0

  beforeAll(async () => {
    server = await redisServer()
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
  })

  /**
   * Leases and pauses are measured by Redis, so they are short. Whatever is measured by the date stands still unless time is
   * to pass, however long a busy machine takes for what is done in between.
   */
  async function place(): Promise<QueueHarness> {
    const prefix = `test-${places++}`
    const retries = { attempts: 3, firstMs: 100, mostMs: 200 }
    const leaseMs = 900
    vi.useFakeTimers({ toFake: ['Date'] })
    const pass = async (ms: number): Promise<void> => {
      await setTimeout(ms)
      vi.setSystemTime(Date.now() + ms)
    }
    return {
      attempts: retries.attempts,
      leaseMs,
      open: async () => new BullmqQueue({ url: server.url, log: silentLog, prefix, leaseMs, retries }),
      pass,
      now: () => new Date(),
      untilTakenOver: () => pass(leaseMs * 2.2),
      untilRetried: async () => void vi.setSystemTime(Date.now() + 250),
      async [Symbol.asyncDispose]() {
        vi.useRealTimers()
      },
    }
  }

  syncQueueContract(place)

  it('shares one connection among all its sources', async () => {
    await using redis = await redisServer()
    await using queue = new BullmqQueue({ url: redis.url, log: silentLog })
    for (const source of ['wiki', 'runbooks', 'postmortems']) {
      await queue.request(source, ['a.md'], ongoing)
      expect(await queue.takeEntries(source, 8, ongoing)).toHaveLength(1)
      expect(await queue.takeSync(source, ongoing)).toBeUndefined()
    }
    await using watcher = new RedisConnection({ url: redis.url, log: silentLog })
    const clients = await watcher.ask(() => watcher.client.clientList(), ongoing)
    expect(clients.match(/ name=nightdesk /g)).toHaveLength(2)
    expect(clients.trim().split('\n')).toHaveLength(2)
  })

  it('says at once that Redis is away, and goes on with what it knew when it is back', async () => {
    await using redis = await redisServer()
    await using queue = new BullmqQueue({ url: redis.url, log: silentLog })
    await queue.request('wiki', ['a.md', 'b.md'], ongoing)
    const [first] = await queue.takeEntries('wiki', 1, ongoing)
    await redis.kill()
    await expect(queue.takeEntries('wiki', 1, ongoing)).rejects.toThrow(QueueUnavailableError)
    await expect(queue.request('wiki', ['c.md'], ongoing)).rejects.toThrow(QueueUnavailableError)
    await redis.restart()
    const isBack = () =>
      queue.takeSync('wiki', ongoing).then(
        () => true,
        () => false,
      )
    await expect.poll(isBack).toBe(true)
    const claims = [first, ...(await queue.takeEntries('wiki', 8, ongoing))].flatMap((claim) => claim ?? [])
    expect(claims.map(({ entry }) => entry)).toEqual(['a.md', 'b.md'])
    await queue.settle(
      claims.map((claim) => ({ claim, outcome: { kind: 'done' } })),
      ongoing,
    )
    expect(await queue.counts(ongoing)).toMatchObject([{ source: 'wiki', waiting: 0, running: 0 }])
  })
})
