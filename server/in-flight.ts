import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { Metrics } from './metrics.ts'
import { RequestProblem } from './problems.ts'
import type { RouteEnv } from './route-frame.ts'

/** The requests under way: each is measured, hears when its client has gone, and is waited for at the end. */
export class InFlight {
  draining = false
  readonly #metrics: Metrics
  readonly #cut = new AbortController()
  readonly #idle = new Set<() => void>()
  #count = 0

  constructor(metrics: Metrics) {
    this.#metrics = metrics
  }

  readonly middleware: MiddlewareHandler<RouteEnv> = async (c, next) => {
    const { incoming, outgoing } = c.env
    const hungUp = new AbortController()
    const startedAt = performance.now()
    let route = 'unmatched'
    this.#count += 1
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) hungUp.abort(new DOMException('The client hung up', 'AbortError'))
      this.#ended()
      const method = incoming.method ?? 'GET'
      this.#metrics.requests.inc({ method, route, status: outgoing.statusCode })
      this.#metrics.requestSeconds.observe({ method, route }, (performance.now() - startedAt) / 1000)
    })
    c.set('signal', AbortSignal.any([hungUp.signal, this.#cut.signal]))
    await next()
    const path = routePath(c, -1)
    if (!path.endsWith('*')) route = path
  }

  readonly refuseWhenDraining: MiddlewareHandler<RouteEnv> = async (_c, next) => {
    if (this.draining) throw shuttingDown({ connection: 'close' })
    await next()
  }

  /** Resolves when nothing is under way any more; what still is when `signal` aborts is cut off and told so. */
  async drain(signal: AbortSignal, farewellMs: number): Promise<void> {
    this.draining = true
    await this.#nothingLeft(signal)
    if (this.#count === 0) return
    this.#cut.abort(shuttingDown({}))
    await this.#nothingLeft(AbortSignal.timeout(farewellMs))
  }

  async #nothingLeft(signal: AbortSignal): Promise<void> {
    if (this.#count === 0 || signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const done = () => resolve()
    this.#idle.add(done)
    signal.addEventListener('abort', done, { once: true })
    await promise
    this.#idle.delete(done)
    signal.removeEventListener('abort', done)
  }

  #ended(): void {
    this.#count -= 1
    if (this.#count === 0) for (const done of this.#idle) done()
  }
}

function shuttingDown(headers: Record<string, string>): RequestProblem {
  return new RequestProblem('draining', 'Nightdesk is shutting down. Ask again in a few seconds.', { headers })
}
