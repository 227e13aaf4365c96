import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLog, silentLog } from '#runtime/log.ts'
import { Connection } from './connection.ts'
import {
  DatabaseBusyError,
  DatabaseClosedError,
  DatabaseRefusedError,
  DatabaseTooNewError,
  DatabaseTooSlowError,
  DatabaseUnreachableError,
} from './errors.ts'
import { spokenTo } from './migrations.ts'
import { type PostgresServer, postgresPrograms, startPostgres } from './postgres-server.fake.ts'
import { openPostgresStore } from './postgres-store.ts'

const ongoing = new AbortController().signal

describe.skipIf(postgresPrograms === undefined)('a connection to PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const connected = (options: Partial<ConstructorParameters<typeof Connection>[0]> = {}) =>
    new Connection({ url: server.url, log: silentLog, ...options })

  it('does all statements of a write or none', async () => {
    await using connection = connected()
    await connection.write((query) => query('CREATE TABLE whole (n INTEGER)'), ongoing)
    const failing = connection.write(async (query) => {
      await query('INSERT INTO whole VALUES (1)')
      await query('INSERT INTO nowhere VALUES (1)')
    }, ongoing)
    await expect(failing).rejects.toThrow('nowhere')
    expect(await connection.read('SELECT * FROM whole', [], ongoing)).toEqual([])
  })

  it('runs a write again when others were in its way', async () => {
    await using connection = connected()
    const attempts: boolean[] = []
    const done = await connection.write(async (query, mayBeDone) => {
      attempts.push(mayBeDone)
      if (attempts.length < 3) await query("DO $$ BEGIN RAISE EXCEPTION 'retry' USING ERRCODE = '40001'; END $$")
      return 'done'
    }, ongoing)
    expect({ done, attempts }).toEqual({ done: 'done', attempts: [false, false, false] })
  })

  it('tells a write that is run again when it may have been done before, its answer being lost', async () => {
    await using connection = connected({ connections: 1 })
    const attempts: boolean[] = []
    await connection.write(async (query, mayBeDone) => {
      attempts.push(mayBeDone)
      if (attempts.length > 1) return
      const [[pid] = []] = await query('SELECT pg_backend_pid()')
      await server.run(`SELECT pg_terminate_backend(${Number(pid)})`)
    }, ongoing)
    expect(attempts).toEqual([false, true])
  })

  it('gives up in the end when others are always in its way', async () => {
    await using connection = connected({ writePatienceMs: 1 })
    let attempts = 0
    const writing = connection.write(async () => {
      attempts += 1
      if (attempts < 100) throw Object.assign(new Error('deadlock detected'), { code: '40P01' })
    }, ongoing)
    await expect(writing).rejects.toThrow(DatabaseBusyError)
  })

  it('stops the server, too, when the caller gives up, and serves the next one', async () => {
    await using connection = connected({ connections: 1 })
    const giveUp = new AbortController()
    const sleeping = connection.read("SELECT pg_sleep(60), 'asleep'", [], giveUp.signal)
    const sleepers = () =>
      server.run("SELECT pid FROM pg_stat_activity WHERE query LIKE '%asleep%' AND pid <> pg_backend_pid()")
    while ((await sleepers()).length === 0) await pause(10)
    giveUp.abort(new Error('barge-in'))
    await expect(sleeping).rejects.toThrow('barge-in')
    while ((await sleepers()).length > 0) await pause(10)
    expect(await connection.read('SELECT 1', [], ongoing)).toEqual([[1]])
  })

  it('leaves nothing of a write that was given up', async () => {
    await using connection = connected()
    await connection.write((query) => query('CREATE TABLE given_up (n INTEGER)'), ongoing)
    const giveUp = new AbortController()
    const writing = connection.write(async (query) => {
      await query('INSERT INTO given_up VALUES (1)')
      giveUp.abort(new Error('hung up'))
      await query('INSERT INTO given_up VALUES (2)')
    }, giveUp.signal)
    await expect(writing).rejects.toThrow('hung up')
    expect(await connection.read('SELECT * FROM given_up', [], ongoing)).toEqual([])
  })

  it('ends a statement that takes too long', async () => {
    await using connection = connected({ statementTimeoutMs: 50 })
    await expect(connection.read('SELECT pg_sleep(60)', [], ongoing)).rejects.toThrow(DatabaseTooSlowError)
    expect(await connection.read('SELECT 1', [], ongoing)).toEqual([[1]])
  })

  it('says whose fault it is when the server refuses, and never the password', async () => {
    const unknown = server.url.replace('/postgres?', '/').replace(/postgres$/, 'no_such_database')
    const opening = openPostgresStore(
      { url: unknown.replace('nightdesk@', 'nightdesk:hunter2@'), log: silentLog },
      ongoing,
    )
    const error = await opening.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DatabaseRefusedError)
    expect(error).toHaveProperty('userMessage', expect.stringContaining('"no_such_database" does not exist'))
    expect(JSON.stringify([error, String(error)])).not.toContain('hunter2')
  })

  it('refuses tables of a later version', async () => {
    const url = await server.empty()
    await (await openPostgresStore({ url, log: silentLog }, ongoing))[Symbol.asyncDispose]()
    await server.run('INSERT INTO nightdesk_migrations (version, applied_at) VALUES (99, 0)', url)
    await expect(openPostgresStore({ url, log: silentLog }, ongoing)).rejects.toThrow(DatabaseTooNewError)
  })

  it('makes the tables once, however many processes start at once', async () => {
    const url = await server.empty()
    const stores = await Promise.all(
      Array.from({ length: 6 }, () => openPostgresStore({ url, log: silentLog }, ongoing)),
    )
    for (const store of stores) await store[Symbol.asyncDispose]()
    const rows = await server.run('SELECT version FROM nightdesk_migrations ORDER BY version', url)
    expect(rows).toEqual(rows.map((_, index) => ({ version: index + 1 })))
    expect(rows).not.toEqual([])
  })

  it('says that it is closed once it is', async () => {
    const connection = connected()
    await connection.read('SELECT 1', [], ongoing)
    await connection[Symbol.asyncDispose]()
    await connection[Symbol.asyncDispose]()
    await expect(connection.read('SELECT 1', [], ongoing)).rejects.toThrow(DatabaseClosedError)
  })

  it('keeps only the first question waiting for a server that is away, and is back with it', async () => {
    const triedAgain: unknown[] = []
    const destination = { write: (line: string) => void triedAgain.push(line) }
    const log = createLog({ level: 'debug', content: false, destination })
    await using connection = connected({ readPatienceMs: 200, log })
    await server.kill()
    await expect(connection.read('SELECT 1', [], ongoing)).rejects.toThrow(DatabaseUnreachableError)
    expect(triedAgain).not.toEqual([])
    triedAgain.length = 0
    await expect(connection.read('SELECT 1', [], ongoing)).rejects.toThrow(DatabaseUnreachableError)
    expect(triedAgain).toEqual([])
    await server.start()
    expect(await connection.read('SELECT 1', [], ongoing)).toEqual([[1]])
  })

  it('goes on by itself after the server was killed and came back', async () => {
    await using connection = connected({ readPatienceMs: 30_000, writePatienceMs: 30_000 })
    await connection.write((query) => query('CREATE TABLE kept (n INTEGER)'), ongoing)
    await server.kill()
    const reading = connection.read('SELECT count(*)::integer FROM kept', [], ongoing)
    const writing = connection.write((query) => query('INSERT INTO kept VALUES (1)'), ongoing)
    await server.start()
    await writing
    expect(await reading).toEqual([[expect.any(Number)]])
    expect(await connection.read('SELECT n FROM kept', [], ongoing)).toEqual([[1]])
  })
})

describe('the statements that make the tables', () => {
  it.each([
    ['PostgreSQL 15.18 on x86_64-pc-linux-gnu', 'id TEXT COLLATE "C" NOT NULL'],
    ['CockroachDB CCL v24.3.1 (x86_64-pc-linux-gnu)', 'id TEXT NOT NULL'],
  ])('are spoken as %s understands them', (version, column) => {
    expect(spokenTo(version, 'CREATE TABLE t (id TEXT COLLATE "C" NOT NULL)')).toBe(`CREATE TABLE t (${column})`)
  })
})

describe('an address where no PostgreSQL answers', () => {
  it('is named in the sentence for people, without the password', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const address = closed.address()
    const port = typeof address === 'object' ? address?.port : undefined
    closed.close()
    const url = `postgres://ann:hunter2@127.0.0.1:${port}/wiki`
    await using connection = new Connection({ url, log: silentLog, readPatienceMs: 1 })
    const error = await connection.read('SELECT 1', [], ongoing).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DatabaseUnreachableError)
    expect(error).toHaveProperty(
      'userMessage',
      `PostgreSQL at 127.0.0.1:${port} can't be reached: connect ECONNREFUSED 127.0.0.1:${port}; check DATABASE_URL and that the server is running.`,
    )
  })

  it('is given up when the caller gives up, though it took the connection', async () => {
    const sockets: Socket[] = []
    const mute = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const address = mute.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const connection = new Connection({ url: `postgres://ann@127.0.0.1:${port}/wiki`, log: silentLog })
    const giveUp = new AbortController()
    const reading = connection.read('SELECT 1', [], giveUp.signal)
    await once(mute, 'connection')
    giveUp.abort(new Error('barge-in'))
    await expect(reading).rejects.toThrow('barge-in')
    for (const socket of sockets) socket.destroy()
    mute.close()
    await connection[Symbol.asyncDispose]()
  })
})
