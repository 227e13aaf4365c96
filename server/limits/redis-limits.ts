import { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible'
import { limitsOver, type MinuteLimits, type RequestLimits, windowSeconds } from './request-limits.ts'

const answerWithinMs = 500

/** Counted by all processes together; while Redis is away, by each alone. */
export function redisLimits(limits: MinuteLimits, url: string): RequestLimits & AsyncDisposable {
  const redis = new Redis(url, {
    connectionName: 'nightdesk-limits',
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: answerWithinMs,
  })
  // Each request goes on without it.
  redis.on('error', () => undefined)
  redis.connect().catch(() => undefined)
  return {
    ...limitsOver(
      limits,
      (what, points) =>
        new RateLimiterRedis({
          storeClient: redis,
          keyPrefix: `nightdesk:limits:${what}`,
          points,
          duration: windowSeconds,
          rejectIfRedisNotReady: true,
          insuranceLimiter: new RateLimiterMemory({ keyPrefix: what, points, duration: windowSeconds }),
        }),
    ),
    async [Symbol.asyncDispose]() {
      redis.disconnect()
    },
  }
}
