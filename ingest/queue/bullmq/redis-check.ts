import type { Log } from '#runtime/log.ts'
import { RedisConnection } from './redis-connection.ts'

export interface RedisState {
  /** Host and port, without any password. */
  where: string
  version: string
  /** `noeviction`, unless Redis may throw away jobs when its memory is full. */
  evictionPolicy: string
  /** Whether what it holds is still there after a restart. */
  isDurable: boolean
}

/** Waits some seconds at most. @throws {QueueUnavailableError} When it can't be reached. */
export async function redisState(url: string, log: Log): Promise<RedisState> {
  await using connection = new RedisConnection({ url, log })
  const info = await connection.ask(() => connection.client.info(), new AbortController().signal)
  const facts = new Map(
    info.split(/\r?\n/).flatMap((line) => {
      const at = line.indexOf(':')
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)]]
    }),
  )
  return {
    where: connection.where,
    version: facts.get('redis_version') ?? 'of unknown version',
    evictionPolicy: facts.get('maxmemory_policy') ?? 'unknown',
    isDurable: facts.get('aof_enabled') === '1',
  }
}
