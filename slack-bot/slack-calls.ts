import { webApi } from '@slack/bolt'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { SlackRefusedError, SlackUnreachableError } from './errors.ts'

export interface SlackCallsParts {
  token: string
  /** Absent: Slack's own. */
  apiUrl?: string | undefined
  /** How requests are made; absent: over the network. */
  fetch?: typeof fetch | undefined
  clock: Clock
  wait: (ms: number, signal: AbortSignal) => Promise<void>
  log: Log
}

/** Slack lets an app go on a little above these (docs.slack.dev/apis/web-api/rate-limits); the rest is for what must be. */
const sparingly: Readonly<Record<string, number>> = {
  'chat.startStream': 15,
  'chat.update': 25,
  'chat.appendStream': 80,
  'assistant.threads.setStatus': 60,
  'users.info': 60,
}
const minuteMs = 60_000
const burst = 8
/** "About one message a second a channel", short bursts allowed. */
const postEveryMs = 1100
const patienceMs = 120_000
const callDeadlineMs = 20_000
/** What had to wait comes spread over this. */
const spreadMs = 2000

/** Slack's Web API at the pace that Slack allows: what has to wait waits, and is tried again. */
export class SlackCalls {
  readonly #client: webApi.WebClient
  readonly #parts: SlackCallsParts
  readonly #spent = new Map<string, number[]>()
  readonly #posts = new Map<string, { free: number; at: number }>()
  readonly #blockedUntil = new Map<string, number>()

  constructor(parts: SlackCallsParts) {
    this.#parts = parts
    this.#client = new webApi.WebClient(parts.token, {
      ...(parts.apiUrl !== undefined && { slackApiUrl: parts.apiUrl }),
      ...(parts.fetch !== undefined && { fetch: parts.fetch }),
      rejectRateLimitedCalls: true,
      retryConfig: { retries: 0 },
      timeout: callDeadlineMs,
      logger: quietLogger(parts.log),
    })
  }

  /** Whether one more call of a method that we could do without is fitting now; it counts as made. */
  maySpend(method: string): boolean {
    const now = this.#now()
    if ((this.#blockedUntil.get(method) ?? 0) > now) return false
    const recent = (this.#spent.get(method) ?? []).filter((at) => now - at < minuteMs)
    const fits = recent.length < (sparingly[method] ?? Number.POSITIVE_INFINITY)
    if (fits) recent.push(now)
    this.#spent.set(method, recent)
    return fits
  }

  /** Waits until one more message may be posted in this channel. */
  async turnIn(channel: string, signal: AbortSignal): Promise<void> {
    const now = this.#now()
    const held = this.#posts.get(channel) ?? { free: burst, at: now }
    const free = Math.min(burst, held.free + Math.max(0, now - held.at) / postEveryMs) - 1
    this.#posts.set(channel, { free, at: Math.max(now, held.at) })
    if (this.#posts.size > 10_000) this.#posts.clear()
    if (free < 0) await this.#parts.wait(-free * postEveryMs, signal)
  }

  /**
   * One call. Where Slack says to wait, or can't be reached, it is made again.
   * @param how `once`: not again where it may have been done already. `if-possible`: never again.
   * @throws {SlackRefusedError} When Slack says no.
   * @throws {SlackUnreachableError} When two minutes were not enough.
   */
  async call<Result>(
    method: string,
    run: (client: webApi.WebClient) => Promise<Result>,
    signal: AbortSignal,
    how: 'until-done' | 'once' | 'if-possible' = 'until-done',
  ): Promise<Result> {
    const endsAt = this.#now() + patienceMs
    for (let failed = 1; ; failed++) {
      signal.throwIfAborted()
      const blockedMs = (this.#blockedUntil.get(method) ?? 0) - this.#now()
      if (blockedMs > 0 && how === 'if-possible') throw new SlackUnreachableError(`${method} has to wait`)
      // Whoever asks meanwhile would be refused too; they come one after the other afterwards.
      if (blockedMs > 0) await this.#parts.wait(blockedMs + Math.random() * spreadMs, signal)
      try {
        return await run(this.#client)
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof webApi.WebAPIPlatformError) {
          const refusal = error.data.error
          if (!passing.has(refusal)) throw new SlackRefusedError(method, refusal, error)
        }
        const retryAfterMs = error instanceof webApi.WebAPIRateLimitedError ? error.retryAfter * 1000 : undefined
        if (retryAfterMs !== undefined) this.#blockedUntil.set(method, this.#now() + retryAfterMs)
        const mayBeDone = retryAfterMs === undefined && !(error instanceof webApi.WebAPIPlatformError)
        const waitMs = retryAfterMs ?? Math.min(10_000, 300 * 2 ** failed)
        const isEnough = how === 'if-possible' || (mayBeDone && (how === 'once' || failed > 4))
        if (isEnough || this.#now() + waitMs > endsAt)
          throw new SlackUnreachableError(`${method} failed ${failed} times`, { cause: error })
        this.#parts.log.debug({ method, waitMs, failed }, 'Slack is asked again later')
        await this.#parts.wait(waitMs, signal)
      }
    }
  }

  #now(): number {
    return this.#parts.clock.now().getTime()
  }
}

/** Refusals that pass by themselves. */
const passing = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
])

/** What Slack's library has to say, without people's words, which stand in its debugging lines. */
export function quietLogger(log: Log) {
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (...said: unknown[]) => log.debug({ content: said.map(String).join(' ') }, "Slack's library warns"),
    error: (...said: unknown[]) =>
      log.debug({ content: said.map(String).join(' ') }, "Slack's library reports an error"),
    setLevel: () => undefined,
    getLevel: () => webApiLevel,
    setName: () => undefined,
  }
}

const webApiLevel = webApi.LogLevel.WARN
