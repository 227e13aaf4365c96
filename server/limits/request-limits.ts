import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** Of each principal, in any 60 seconds; what isn't given isn't limited. */
export interface MinuteLimits {
  /** Questions, each of which may cost a model's answer. */
  questions?: number | undefined
  /** Requests of any kind. */
  requests?: number | undefined
}

export type Limited = 'questions' | 'requests'

/** What became of a request: let through, or to be tried again later. */
export type Admission =
  | { kind: 'free' }
  | { kind: 'counted'; limit: number; left: number; resetMs: number }
  | { kind: 'refused'; limit: number; retryAfterMs: number }

/** How often each principal may ask. */
export interface RequestLimits {
  /** Counts a request. */
  take(principal: string, what: Limited): Promise<Admission>
}

export const windowSeconds = 60

/** Counted by this process alone. */
export function memoryLimits(limits: MinuteLimits): RequestLimits {
  return limitsOver(
    limits,
    (what, points) => new RateLimiterMemory({ keyPrefix: what, points, duration: windowSeconds }),
  )
}

/** @param limiterFor Counts one kind of request. */
export function limitsOver(
  limits: MinuteLimits,
  limiterFor: (what: Limited, points: number) => RateLimiterAbstract,
): RequestLimits {
  const limiters = new Map<Limited, { limiter: RateLimiterAbstract; points: number }>()
  for (const what of ['questions', 'requests'] as const) {
    const points = limits[what]
    if (points !== undefined) limiters.set(what, { limiter: limiterFor(what, points), points })
  }
  return {
    async take(principal, what) {
      const found = limiters.get(what)
      if (found === undefined) return { kind: 'free' }
      const { limiter, points: limit } = found
      try {
        const { remainingPoints: left, msBeforeNext: resetMs } = await limiter.consume(principal)
        return { kind: 'counted', limit, left, resetMs }
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        return { kind: 'refused', limit, retryAfterMs: refusal.msBeforeNext }
      }
    },
  }
}
