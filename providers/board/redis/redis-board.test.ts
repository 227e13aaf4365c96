import { describe, expect, it } from 'vitest'
import { boardContract } from '../board.contract.ts'
import { RedisBoard } from './redis-board.ts'
import { hasRedisServer, redisOnSocket } from './redis-server.fake.ts'

const ongoing = new AbortController().signal

describe.skipIf(!hasRedisServer)('RedisBoard', () => {
  boardContract(async () => {
    const server = await redisOnSocket()
    return {
      open: async () => new RedisBoard({ url: server.url }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  })

  it('says that Redis is away, without its address', async () => {
    await using board = new RedisBoard({ url: 'redis://:hunter2@127.0.0.1:1' })
    const failing = board.read('orders', ongoing)
    await expect(failing).rejects.toMatchObject({ code: 'board_unavailable' })
    await expect(failing).rejects.not.toThrow(/hunter2/)
  })
})
