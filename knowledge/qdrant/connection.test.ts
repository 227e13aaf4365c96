import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { silentLog } from '#runtime/log.ts'
import { QdrantConnection } from './connection.ts'
import {
  QdrantAnswerError,
  QdrantBusyError,
  QdrantFullError,
  QdrantKeyError,
  QdrantRefusedError,
  QdrantUnreachableError,
} from './errors.ts'
import { type FakeQdrant, type Fault, fakeQdrant } from './qdrant.fake.ts'

const ongoing = new AbortController().signal
const Aliases = z.object({ aliases: z.array(z.unknown()) })

function connectionTo(url: string, more: { apiKey?: string; timeoutMs?: number } = {}): QdrantConnection {
  return new QdrantConnection({ url, log: silentLog, retryDelayMs: 1, ...more })
}

function ask(connection: QdrantConnection, kind: 'read' | 'write' = 'read', signal = ongoing) {
  return connection.ask(kind, (api, init) => api.getCollectionsAliases({}, init), Aliases, signal)
}

/** Fails in these ways, one after the other, then works. */
function failing(fake: FakeQdrant, ...faults: Fault[]): void {
  fake.fault = () => faults.shift()
}

describe('a connection to Qdrant', () => {
  it.each<[string, Fault]>([
    ['is overloaded', { status: 503 }],
    ['asks for patience', { status: 429, retryAfter: 0 }],
    ['asks for patience without saying how much', { status: 429 }],
    ['fails', { status: 500 }],
    ['hangs up', 'reset'],
  ])('asks again when the server %s', async (_, fault) => {
    await using fake = await fakeQdrant()
    failing(fake, fault, fault)
    expect(await ask(connectionTo(fake.url))).toEqual({ aliases: [] })
    expect(fake.requests).toHaveLength(3)
  })

  it('gives up a read sooner than a write', async () => {
    await using fake = await fakeQdrant()
    fake.fault = () => ({ status: 503 })
    const connection = connectionTo(fake.url)
    await expect(ask(connection, 'read')).rejects.toThrow(QdrantBusyError)
    const reads = fake.requests.length
    await expect(ask(connection, 'write')).rejects.toThrow(QdrantBusyError)
    expect(fake.requests.length - reads).toBeGreaterThan(reads)
  })

  it('says where it asked when nothing answers there', async () => {
    const fake = await fakeQdrant()
    await fake[Symbol.asyncDispose]()
    const error = await ask(connectionTo(fake.url)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(QdrantUnreachableError)
    expect(error).toMatchObject({ retryable: true, userMessage: expect.stringContaining(`127.0.0.1:${fake.port}`) })
    expect(error).toMatchObject({ userMessage: expect.stringContaining('ECONNREFUSED') })
  })

  it('waits for an answer to a read once, and no longer than it may', async () => {
    await using fake = await fakeQdrant()
    fake.fault = () => 'silence'
    const asking = ask(connectionTo(fake.url, { timeoutMs: 1000 }))
    await expect(asking).rejects.toThrow("can't be reached: no answer in 1000 ms")
    expect(fake.requests).toHaveLength(1)
  })

  it('stops at once when the caller gives up, also between two tries', async () => {
    await using fake = await fakeQdrant()
    const giveUp = new AbortController()
    fake.fault = () => {
      giveUp.abort(new Error('barge-in'))
      return { status: 429, retryAfter: 9 }
    }
    await expect(ask(connectionTo(fake.url), 'write', giveUp.signal)).rejects.toThrow('barge-in')
    const silent = new AbortController()
    fake.fault = () => {
      queueMicrotask(() => silent.abort(new Error('hung up')))
      return 'silence'
    }
    await expect(ask(connectionTo(fake.url), 'read', silent.signal)).rejects.toThrow('hung up')
  })

  it.each([
    [400, QdrantRefusedError, 'as the test wants it'],
    [403, QdrantKeyError, 'QDRANT_API_KEY'],
    [507, QdrantFullError, 'no room left'],
  ])('does not ask again what was answered with %i, and says what to do', async (status, Meaning, said) => {
    await using fake = await fakeQdrant()
    fake.fault = () => ({ status })
    const error = await ask(connectionTo(fake.url), 'write').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Meaning)
    expect(error).toMatchObject({ retryable: false, userMessage: expect.stringContaining(said) })
    expect(fake.requests).toHaveLength(1)
  })

  it('brings its key, and never tells it', async () => {
    await using fake = await fakeQdrant({ apiKey: 'hunter2' })
    expect(await ask(connectionTo(fake.url, { apiKey: 'hunter2' }))).toEqual({ aliases: [] })
    const error = await ask(connectionTo(fake.url, { apiKey: 'letmein' })).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(QdrantKeyError)
    expect(String(error)).not.toContain('letmein')
  })

  it('takes no answer that it does not understand', async () => {
    await using fake = await fakeQdrant()
    const asking = connectionTo(fake.url).ask(
      'read',
      (api, init) => api.getCollectionsAliases({}, init),
      z.object({ pods: z.number() }),
      ongoing,
    )
    await expect(asking).rejects.toThrow(QdrantAnswerError)
  })

  it('keeps the port and the path of its address', async () => {
    await using fake = await fakeQdrant()
    await ask(connectionTo(`${fake.url}/behind/a/proxy/`)).catch(() => undefined)
    expect(fake.requests[0]?.path).toBe('/behind/a/proxy/aliases')
    expect(connectionTo('https://qdrant.example').host).toBe('qdrant.example:6333')
    expect(connectionTo('https://qdrant.example:443').host).toBe('qdrant.example:443')
    expect(connectionTo('http://[::1]:7000').host).toBe('[::1]:7000')
  })
})
