import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Board } from '#providers/board/board.ts'
import { MemoryBoard } from '#providers/board/memory-board.ts'
import { SqliteBoard } from '#providers/board/sqlite/sqlite-board.ts'
import { systemClock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config/config.ts'
import { failureFields } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'

/** How soon what one process was told reaches the others. */
const shareEveryMs = 2_000
/** Nobody is kept waiting for what the others have spent. */
const shareWithinMs = 1_500

/** Where processes share what they spent and were told: in Redis if there is one, else in a file of this machine. */
export async function openBoard({ env, dataDir }: Config, log: Log): Promise<Board> {
  if (env.REDIS_URL !== undefined) {
    const { RedisBoard } = await import('#providers/board/redis/redis-board.ts')
    return new RedisBoard({ url: env.REDIS_URL })
  }
  try {
    return new SqliteBoard({ path: join(dataDir, 'board.db'), clock: systemClock })
  } catch (err) {
    log.warn({ err }, 'what is spent and ordered is not shared: its file could not be opened')
    return new MemoryBoard()
  }
}

/** Shares now and from time to time, until it is disposed of; then once more, so that nothing is forgotten. */
export async function sharing(share: (signal: AbortSignal) => Promise<void>, log: Log): Promise<AsyncDisposable> {
  const stop = new AbortController()
  let isAway = false
  const once = async (): Promise<void> => {
    try {
      await share(AbortSignal.timeout(shareWithinMs))
      if (isAway) log.info({}, 'what is spent and ordered is shared again')
      isAway = false
    } catch (error) {
      // Told once: it is tried again all the time.
      if (!isAway) log.warn(failureFields(error), 'what is spent and ordered is not shared at the moment')
      isAway = true
    }
  }
  const again = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await pause(shareEveryMs, undefined, { signal: stop.signal, ref: false }).catch(() => undefined)
      await once()
    }
  }
  await once()
  const running = again()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
    },
  }
}
