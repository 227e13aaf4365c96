import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { hasRedisServer, type RedisServer, redisServer } from '../redis-server.fake.ts'
import { type QueueHarness, syncQueueContract } from '../sync-queue.contract.ts'
import { BullmqQueue } from './bullmq-queue.ts'

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

  /** Time is Redis's own here, so leases and pauses are short. */
  async function place(): Promise<QueueHarness> {
    const prefix = `test-${places++}`
    const retries = { attempts: 3, firstMs: 100, mostMs: 200 }
    const leaseMs = 600
    return {
      attempts: retries.attempts,
      leaseMs,
      open: async () => new BullmqQueue({ url: server.url, log: silentLog, prefix, leaseMs, retries }),
      pass: (ms) => setTimeout(ms),
      now: () => new Date(),
      untilTakenOver: () => setTimeout(leaseMs * 2.2),
      untilRetried: () => setTimeout(250),
      async [Symbol.asyncDispose]() {},
    }
  }

  syncQueueContract(place)
})
