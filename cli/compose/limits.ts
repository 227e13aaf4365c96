import type { Config } from '#runtime/config/config.ts'
import { redisLimits } from '#server/limits/redis-limits.ts'
import { memoryLimits, type RequestLimits } from '#server/limits/request-limits.ts'

/** How often each principal may ask, counted by all processes where they have a Redis; undefined: as often as they like. */
export function openLimits({ env, settings }: Config): (RequestLimits & AsyncDisposable) | undefined {
  const { questions_per_minute: questions, requests_per_minute: requests } = settings.limits
  if (questions === undefined && requests === undefined) return undefined
  const limits = { questions, requests }
  if (env.REDIS_URL !== undefined) return redisLimits(limits, env.REDIS_URL)
  return { ...memoryLimits(limits), [Symbol.asyncDispose]: async () => {} }
}
