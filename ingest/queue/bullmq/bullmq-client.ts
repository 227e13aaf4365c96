import { createHash } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import type { IRedisClient, IRedisTransaction } from 'bullmq'
import { z } from 'zod'
import type { Argument, RedisConnection } from './redis-connection.ts'
import { RedisReplyError, type Reply } from './redis-replies.ts'

interface Script {
  sha: string
  lua: string
  keys: number
}

const Text = z.string()
const MaybeText = z.string().nullable()
const Count = z.coerce.number()
const Texts = z.array(z.string())
const MaybeTexts = z.array(z.string().nullable())
const Popped = z.tuple([z.string(), z.string(), z.string()]).nullable()
const Scanned = z.tuple([z.string(), z.array(z.string())])

/**
 * BullMQ's view of our connection, through the interface that it offers for other clients than ioredis. All that are made share
 * the one connection, so none may block it; a lost connection is none of BullMQ's concern, since it is made anew by itself.
 */
export function bullmqClient(connection: RedisConnection): IRedisClient {
  const events = new EventEmitter().setMaxListeners(0)
  const scripts = new Map<string, Script>()
  const ask = (...command: readonly Argument[]) => connection.command(...command)
  const run = async ({ sha, lua, keys }: Script, args: readonly unknown[]): Promise<Reply> => {
    await connection.loadScripts([{ sha, lua }])
    try {
      return await connection.command('EVALSHA', sha, keys, ...flat(args))
    } catch (error) {
      if (!(error instanceof RedisReplyError) || !error.message.startsWith('NOSCRIPT')) throw error
      await connection.forgetScripts()
      return await connection.command('EVAL', lua, keys, ...flat(args))
    }
  }
  const scriptNamed = (name: string): Script => {
    const script = scripts.get(name)
    if (script === undefined) throw new Error(`no script is named ${name}`)
    return script
  }
  const transaction = (atomically: boolean) => bullmqTransaction(connection, { scriptNamed, atomically })
  const end = () => {
    client.status = 'end'
    setImmediate(() => {
      events.emit('end')
      events.emit('close')
    })
  }

  const client: IRedisClient = {
    // It connects when it is asked, and again when it must.
    status: 'ready',
    isCluster: false,
    options: {},
    connect: async () => {
      client.status = 'ready'
    },
    disconnect: end,
    quit: async () => {
      end()
      return 'OK'
    },
    duplicate: () => bullmqClient(connection),
    on: (event, listener) => {
      events.on(event, listener)
      return client
    },
    once: (event, listener) => {
      events.once(event, listener)
      return client
    },
    removeListener: (event, listener) => {
      events.off(event, listener)
      return client
    },
    off: (event, listener) => {
      events.off(event, listener)
      return client
    },
    emit: (event, ...args) => events.emit(event, ...args),
    setMaxListeners: () => client,
    getMaxListeners: () => 0,
    removeAllListeners: (event) => {
      events.removeAllListeners(event)
      return client
    },
    defineCommand: (name, { numberOfKeys, lua }) => {
      scripts.set(name, { sha: createHash('sha1').update(lua).digest('hex'), lua, keys: numberOfKeys })
    },
    runCommand: (name, args) => run(scriptNamed(name), args),
    multi: () => transaction(true),
    pipeline: () => transaction(false),
    hgetall: async (key) => fields(await ask('HGETALL', key)),
    hget: async (key, field) => MaybeText.parse(await ask('HGET', key, field)),
    hmget: async (key, ...names) => MaybeTexts.parse(await ask('HMGET', key, ...names)),
    hset: async (key, data) => Count.parse(await ask('HSET', key, ...Object.entries(data).flat())),
    hdel: async (key, ...names) => Count.parse(await ask('HDEL', key, ...names)),
    hexists: async (key, field) => Count.parse(await ask('HEXISTS', key, field)),
    get: async (key) => MaybeText.parse(await ask('GET', key)),
    set: async (key, value, { PX, EX } = {}) =>
      MaybeText.parse(
        await ask('SET', key, value, ...(PX === undefined ? [] : ['PX', PX]), ...(EX === undefined ? [] : ['EX', EX])),
      ),
    del: async (...keys) => (keys.length === 0 ? 0 : Count.parse(await ask('DEL', ...keys))),
    zrange: async (key, start, stop, { WITHSCORES = false } = {}) =>
      Texts.parse(await ask('ZRANGE', key, start, stop, ...(WITHSCORES ? ['WITHSCORES'] : []))),
    zrevrange: async (key, start, stop, { WITHSCORES = false } = {}) =>
      Texts.parse(await ask('ZREVRANGE', key, start, stop, ...(WITHSCORES ? ['WITHSCORES'] : []))),
    zcard: async (key) => Count.parse(await ask('ZCARD', key)),
    zscore: async (key, member) => MaybeText.parse(await ask('ZSCORE', key, member)),
    lrange: async (key, start, stop) => Texts.parse(await ask('LRANGE', key, start, stop)),
    llen: async (key) => Count.parse(await ask('LLEN', key)),
    ltrim: async (key, start, stop) => Text.parse(await ask('LTRIM', key, start, stop)),
    lpos: async (key, value) =>
      z
        .number()
        .nullable()
        .parse(await ask('LPOS', key, value)),
    smembers: async (key) => Texts.parse(await ask('SMEMBERS', key)),
    xadd: async (key, id, data, { MAXLEN, approximate = true } = {}) => {
      const most = MAXLEN === undefined ? [] : ['MAXLEN', ...(approximate ? ['~'] : []), MAXLEN]
      return Text.parse(await ask('XADD', key, ...most, id, ...Object.entries(data).flat()))
    },
    xread: async (streams, { COUNT } = {}) =>
      await ask(
        'XREAD',
        ...(COUNT === undefined ? [] : ['COUNT', COUNT]),
        'STREAMS',
        ...streams.map(({ key }) => key),
        ...streams.map(({ id }) => id),
      ),
    xtrim: async (key, strategy, threshold, { approximate = true } = {}) =>
      Count.parse(await ask('XTRIM', key, strategy, ...(approximate ? ['~'] : []), threshold)),
    bzpopmin: async (key) => Popped.parse(await ask('ZPOPMIN', key).then((popped) => poppedFrom(key, popped))),
    info: async () => Text.parse(await ask('INFO')),
    clientSetName: async (name) => await ask('CLIENT', 'SETNAME', name),
    clientList: async () => Text.parse(await ask('CLIENT', 'LIST')),
    clientInfo: async () => Text.parse(await ask('CLIENT', 'INFO')),
    scan: async (cursor, options) => await scan(connection, cursor, options),
    scanStream: ({ match, count }) =>
      Readable.from(
        scanAll((cursor) =>
          scan(connection, cursor, { MATCH: match, ...(count === undefined ? {} : { COUNT: count }) }),
        ),
      ),
  }
  return client
}

async function scan(
  connection: RedisConnection,
  cursor: string | number,
  { MATCH, COUNT }: { MATCH?: string; COUNT?: number },
): Promise<[string, string[]]> {
  const match = MATCH === undefined ? [] : ['MATCH', MATCH]
  const count = COUNT === undefined ? [] : ['COUNT', COUNT]
  return Scanned.parse(await connection.command('SCAN', cursor, ...match, ...count))
}

async function* scanAll(page: (cursor: string) => Promise<[string, string[]]>): AsyncGenerator<string[]> {
  let cursor = '0'
  do {
    const [next, keys] = await page(cursor)
    yield keys
    cursor = next
  } while (cursor !== '0')
}

/** BullMQ's blocking wait; nobody here waits that way, and the shared connection must not. */
function poppedFrom(key: string, popped: Reply): Reply {
  return Array.isArray(popped) && popped.length === 2 ? [key, ...popped] : null
}

interface TransactionParts {
  scriptNamed: (name: string) => Script
  atomically: boolean
}

function bullmqTransaction(
  connection: RedisConnection,
  { scriptNamed, atomically }: TransactionParts,
): IRedisTransaction {
  const commands: (readonly Argument[])[] = []
  const readings: ((reply: Reply) => unknown)[] = []
  const scripts = new Map<string, Script>()
  const add = (command: readonly Argument[], read: (reply: Reply) => unknown = (reply) => reply) => {
    commands.push(command)
    readings.push(read)
    return transaction
  }
  const transaction: IRedisTransaction = {
    hgetall: (key) => add(['HGETALL', key], fields),
    hset: (key, data) => add(['HSET', key, ...Object.entries(data).flat()]),
    hscan: (key, cursor, { COUNT } = {}) =>
      add(['HSCAN', key, cursor, ...(COUNT === undefined ? [] : ['COUNT', COUNT])]),
    smembers: (key) => add(['SMEMBERS', key]),
    sscan: (key, cursor, { COUNT } = {}) =>
      add(['SSCAN', key, cursor, ...(COUNT === undefined ? [] : ['COUNT', COUNT])]),
    zrange: (key, start, stop) => add(['ZRANGE', key, start, stop]),
    lrange: (key, start, stop) => add(['LRANGE', key, start, stop]),
    llen: (key) => add(['LLEN', key]),
    del: (...keys) => add(['DEL', ...keys]),
    runCommand: (name, args) => {
      const script = scriptNamed(name)
      scripts.set(script.sha, script)
      return add(['EVALSHA', script.sha, script.keys, ...flat(args)])
    },
    exec: async () => {
      if (commands.length === 0) return []
      await connection.loadScripts([...scripts.values()])
      const replies = await connection.send(commands, atomically)
      return replies.map((reply, at) =>
        reply instanceof RedisReplyError ? [reply, undefined] : [null, readings[at]?.(reply)],
      )
    },
  }
  return transaction
}

/** A reply of names and values in turn. */
function fields(reply: Reply): Record<string, string> {
  const texts = Texts.parse(reply)
  const pairs = Array.from({ length: texts.length / 2 }, (_, n) => [texts[2 * n] ?? '', texts[2 * n + 1] ?? ''])
  return Object.fromEntries(pairs)
}

/** BullMQ hands in lists of lists; what it leaves out is an empty word. */
function flat(args: readonly unknown[]): Argument[] {
  return args.flat(5).map((arg) => {
    if (arg === undefined || arg === null) return ''
    if (typeof arg === 'string' || typeof arg === 'number' || arg instanceof Uint8Array) return arg
    return JSON.stringify(arg) ?? ''
  })
}
