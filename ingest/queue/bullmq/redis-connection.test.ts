import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigError } from '#runtime/errors.ts'
import { createLog, silentLog } from '#runtime/log.ts'
import { QueueClosedError, QueueUnavailableError } from '../errors.ts'
import { hasRedisServer, type RedisServer, redisServer } from '../redis-server.fake.ts'
import { RedisConnection } from './redis-connection.ts'

const ongoing = new AbortController().signal

function connectionTo(url: string, answerWithinMs?: number): RedisConnection {
  return new RedisConnection({ url, log: silentLog, answerWithinMs })
}

function read(connection: RedisConnection, key: string, signal = ongoing): Promise<string | null> {
  return connection.ask(() => connection.client.get(key), signal)
}

/** A command that Redis answers only when something is added, so never. */
function waitForEver(connection: RedisConnection, signal = ongoing): Promise<unknown> {
  return connection.ask(() => connection.client.bzpopmin('nothing', 0), signal).catch((error: unknown) => error)
}

function caught(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

async function untilAnswered<T>(question: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await question()
    } catch (error) {
      if (!(error instanceof QueueUnavailableError)) throw error
      await setTimeout(10)
    }
  }
}

/** Something that listens, but is no Redis. */
async function impostor(greet: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
    greet(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `redis://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

describe('a connection to Redis', () => {
  it('says where nobody answers, and what to do, without the password', async () => {
    await using connection = connectionTo('redis://:hunter2@127.0.0.1:9')
    const failure = await read(connection, 'key').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(QueueUnavailableError)
    expect(failure).toMatchObject({ userMessage: expect.stringMatching(/redis:\/\/127\.0\.0\.1:9 .*REDIS_URL/) })
    expect(inspect(failure, { depth: null, showHidden: true })).toContain('ECONNREFUSED')
    expect(inspect(failure, { depth: null, showHidden: true })).not.toContain('hunter2')
  })

  it.each(['redis://:hunter2%@127.0.0.1:9', 'redis://:hunter2#@127.0.0.1:9'])(
    'refuses an address that cannot be read, and does not repeat it: %s',
    (url) => {
      const failure = caught(() => connectionTo(url))
      expect(failure).toBeInstanceOf(ConfigError)
      expect(failure).toMatchObject({ userMessage: expect.stringContaining('REDIS_URL') })
      expect(inspect(failure, { depth: null, showHidden: true })).not.toContain('hunter2')
    },
  )

  it.each([
    ['is no Redis', (socket: Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['hangs up', (socket: Socket) => void socket.destroy()],
    ['says nothing', () => undefined],
  ])('says so when what answers %s', async (_, greet) => {
    await using somebody = await impostor(greet)
    await using connection = connectionTo(somebody.url, 100)
    await expect(read(connection, 'key')).rejects.toThrow(QueueUnavailableError)
    await expect(read(connection, 'key')).rejects.toThrow(QueueUnavailableError)
  })

  it('is not waited for when it is closed', async () => {
    await using somebody = await impostor(() => undefined)
    const connection = connectionTo(somebody.url)
    const asked = read(connection, 'key').catch((error: unknown) => error)
    await connection[Symbol.asyncDispose]()
    expect(await asked).toBeInstanceOf(QueueClosedError)
  }, 4000) // Less than it would be waited for.

  it('is not waited for any longer than its signal says', async () => {
    await using somebody = await impostor(() => undefined)
    await using connection = connectionTo(somebody.url)
    const stop = new AbortController()
    const asked = read(connection, 'key', stop.signal)
    stop.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
  })
})

describe.skipIf(!hasRedisServer)('a connection to a real Redis', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await redisServer(['--requirepass', 'hunter2', '--user', 'worker', 'on', '>hunter3', '~*', '+@all'])
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
  })
  const withPassword = (password: string, rest = '') => server.url.replace('//', `//${password}@`) + rest

  it('gives the user, the password and the database of its address', async () => {
    await using first = connectionTo(withPassword(':hunter2', '/1'))
    await using second = connectionTo(withPassword('worker:hunter3', '/1'))
    await using third = connectionTo(withPassword('worker:hunter3', '/2'))
    await first.ask(() => first.client.set('key', '値'), ongoing)
    expect(await read(second, 'key')).toBe('値')
    expect(await read(third, 'key')).toBeNull()
    expect(await second.ask(() => second.client.clientInfo(), ongoing)).toMatch(/user=worker/)
  })

  it('says so when the password is wrong, and keeps it to itself', async () => {
    const lines: string[] = []
    const log = createLog({ level: 'trace', content: true, destination: { write: (line) => void lines.push(line) } })
    await using connection = new RedisConnection({ url: withPassword(':hunter9'), log })
    const failure = await read(connection, 'key').catch((error: unknown) => error)
    log.error({ err: failure }, 'failed')
    expect(failure).toBeInstanceOf(QueueUnavailableError)
    expect(failure).toMatchObject({ userMessage: expect.stringContaining('Redis said WRONGPASS.') })
    expect(lines.join()).toContain('WRONGPASS')
    expect(inspect(failure, { depth: null, showHidden: true }) + lines.join()).not.toContain('hunter9')
  })

  it('says so when the database does not exist, and uses no other', async () => {
    await using connection = connectionTo(withPassword(':hunter2', '/99'))
    for (let n = 0; n < 3; n++) await expect(read(connection, 'key')).rejects.toThrow(QueueUnavailableError)
  })

  it('tells what Redis refuses, and goes on', async () => {
    await using connection = connectionTo(withPassword(':hunter2'))
    const { client } = connection
    await connection.ask(() => client.hset('hash', { field: 'value' }), ongoing)
    await expect(read(connection, 'hash')).rejects.toThrow(QueueUnavailableError)
    expect(await connection.ask(() => client.hget('hash', 'field'), ongoing)).toBe('value')
  })

  it('tells what others do wrong as it is', async () => {
    await using connection = connectionTo(withPassword(':hunter2'))
    const wrong = () => Promise.reject(new TypeError('no function'))
    await expect(connection.ask(wrong, ongoing)).rejects.toThrow(TypeError)
  })

  it('leaves what is under way to itself when its signal aborts', async () => {
    await using connection = connectionTo(withPassword(':hunter2'))
    await read(connection, 'key')
    const stop = new AbortController()
    const waiting = waitForEver(connection, stop.signal)
    stop.abort(new Error('enough'))
    expect(await waiting).toMatchObject({ message: 'enough' })
    await expect(read(connection, 'key', stop.signal)).rejects.toThrow('enough')
  })

  it('fails what is under way when it is closed, and whatever comes later', async () => {
    const connection = connectionTo(withPassword(':hunter2'))
    await connection.ask(() => connection.client.info(), ongoing)
    const waiting = waitForEver(connection)
    await Promise.resolve()
    await connection[Symbol.asyncDispose]()
    await connection[Symbol.asyncDispose]()
    expect(await waiting).toBeInstanceOf(QueueClosedError)
    await expect(read(connection, 'key')).rejects.toThrow(QueueClosedError)
  })

  it('fails what is under way when Redis is killed, and connects anew when it is back', async () => {
    await using redis = await redisServer()
    await using connection = connectionTo(redis.url)
    await connection.ask(() => connection.client.set('key', 'kept'), ongoing)
    const waiting = waitForEver(connection)
    await redis.kill()
    expect(await waiting).toBeInstanceOf(QueueUnavailableError)
    await expect(read(connection, 'key')).rejects.toThrow(QueueUnavailableError)
    await redis.restart()
    expect(await untilAnswered(() => read(connection, 'key'))).toBe('kept')
  })

  it('sends nothing twice that was under way when Redis was killed', async () => {
    await using redis = await redisServer()
    await using connection = connectionTo(redis.url)
    const { client } = connection
    client.defineCommand('count', { numberOfKeys: 1, lua: 'return redis.call("INCR", KEYS[1])' })
    await connection.ask(() => client.runCommand('count', ['n']), ongoing)
    // Behind a command that is never answered, so it is under way, and only that.
    const waiting = waitForEver(connection)
    const counting = connection.ask(() => client.runCommand('count', ['n']), ongoing).catch((error: unknown) => error)
    await redis.kill()
    expect([await waiting, await counting]).toEqual([expect.any(Error), expect.any(QueueUnavailableError)])
    await redis.restart()
    expect(await untilAnswered(() => read(connection, 'n'))).toBe('1')
  })

  it('connects anew when Redis says nothing any more', async () => {
    await using redis = await redisServer()
    await using connection = connectionTo(redis.url, 200)
    expect(await waitForEver(connection)).toBeInstanceOf(QueueUnavailableError)
    expect(await untilAnswered(() => connection.ask(() => connection.client.set('key', 'value'), ongoing))).toBe('OK')
  })

  it('runs scripts also after the server has forgotten them', async () => {
    await using redis = await redisServer()
    await using connection = connectionTo(redis.url)
    const { client } = connection
    client.defineCommand('answer', { numberOfKeys: 0, lua: 'return 42' })
    const ask = () => connection.ask(() => client.runCommand('answer', []), ongoing)
    expect([await ask(), await ask()]).toEqual([42, 42])
    await redis.kill()
    await redis.restart()
    expect(await untilAnswered(ask)).toBe(42)
    expect(await ask()).toBe(42)
  })
})
