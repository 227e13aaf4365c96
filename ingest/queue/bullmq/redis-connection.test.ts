import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { QueueUnavailableError } from '../errors.ts'
import { hasRedisServer, type RedisServer, redisServer } from '../redis-server.fake.ts'
import { RedisConnection } from './redis-connection.ts'
import { RedisReplyError, ReplyReader } from './redis-replies.ts'

describe('replies of Redis', () => {
  const wire = Buffer.from(
    '+OK\r\n:42\r\n$-1\r\n$8\r\n手\r\n順\r\n*2\r\n$1\r\na\r\n*1\r\n:-1\r\n-ERR no\r\n*-1\r\n$0\r\n\r\n',
  )
  const expected = ['OK', 42, null, '手\r\n順', ['a', [-1]], new RedisReplyError('ERR no'), null, '']

  it('are read however they are cut into pieces', () => {
    for (let size = 1; size <= wire.length; size++) {
      const reader = new ReplyReader()
      const replies: unknown[] = []
      for (let at = 0; at < wire.length; at += size) replies.push(...reader.push(wire.subarray(at, at + size)))
      expect(replies).toEqual(expected)
    }
  })

  it('are refused where they are none', () => {
    expect(() => new ReplyReader().push(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))).toThrow('no Redis')
  })
})

describe('a connection to Redis', () => {
  it('says where nobody answers, and what to do, without the password', async () => {
    await using connection = new RedisConnection({ url: 'redis://:hunter2@127.0.0.1:9', log: silentLog })
    const failure: unknown = await connection.command('PING').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(QueueUnavailableError)
    expect(failure).toMatchObject({ userMessage: expect.stringMatching(/redis:\/\/127\.0\.0\.1:9 .*REDIS_URL/) })
    expect(JSON.stringify(failure)).not.toContain('hunter2')
  })

  it('says so when what answers is no Redis', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    await using connection = new RedisConnection({ url: `redis://127.0.0.1:${port}`, log: silentLog })
    await expect(connection.command('PING')).rejects.toThrow(QueueUnavailableError)
    server.close()
  })
})

describe.skipIf(!hasRedisServer)('a connection to a real Redis', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await redisServer(['--requirepass', 'hunter2'])
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
  })
  const withPassword = (password: string, database = '') => server.url.replace('//', `//:${password}@`) + database

  it('gives the password and the database of its address', async () => {
    await using first = new RedisConnection({ url: withPassword('hunter2', '/1'), log: silentLog })
    await using second = new RedisConnection({ url: withPassword('hunter2', '/2'), log: silentLog })
    await first.command('SET', 'key', '値')
    expect(await first.command('GET', 'key')).toBe('値')
    expect(await second.command('GET', 'key')).toBeNull()
  })

  it('says so when the password is wrong', async () => {
    await using connection = new RedisConnection({ url: withPassword('wrong'), log: silentLog })
    await expect(connection.command('PING')).rejects.toThrow(QueueUnavailableError)
  })

  it('tells what Redis refuses, and goes on', async () => {
    await using connection = new RedisConnection({ url: withPassword('hunter2'), log: silentLog })
    await expect(connection.command('INCR')).rejects.toThrow(RedisReplyError)
    expect(await connection.command('PING')).toBe('PONG')
  })

  it('keeps replies to their commands when many are under way', async () => {
    await using connection = new RedisConnection({ url: withPassword('hunter2'), log: silentLog })
    const words = Array.from({ length: 500 }, (_, n) => 'x'.repeat(n * 37) + String(n))
    expect(await Promise.all(words.map((word) => connection.command('ECHO', word)))).toEqual(words)
  })

  it('fails what is under way when Redis is killed, and connects anew when it is back', async () => {
    await using redis = await redisServer()
    await using connection = new RedisConnection({ url: redis.url, log: silentLog })
    await connection.command('SET', 'key', 'kept')
    const waiting = connection.command('BLPOP', 'nothing', 0).catch((error: unknown) => error)
    await redis.kill()
    expect(await waiting).toBeInstanceOf(QueueUnavailableError)
    await expect(connection.command('GET', 'key')).rejects.toThrow(QueueUnavailableError)
    await redis.restart()
    let reply: unknown
    while (reply === undefined) reply = await connection.command('GET', 'key').catch(() => undefined)
    expect(reply).toBe('kept')
  })

  it('runs scripts also after the server has forgotten them', async () => {
    await using redis = await redisServer()
    await using connection = new RedisConnection({ url: redis.url, log: silentLog })
    const script = { sha: 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db', lua: 'return 1' }
    await connection.loadScripts([script])
    await redis.kill()
    await redis.restart()
    let loaded = false
    while (!loaded)
      loaded = await connection.loadScripts([script]).then(
        () => true,
        () => false,
      )
    expect(await connection.command('EVALSHA', script.sha, 0)).toBe(1)
  })
})
