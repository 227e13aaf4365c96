import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import { WebSocket, WebSocketServer } from 'ws'
import { textOf } from './block-kit.fake.ts'
import { type Args, appId } from './slack-workspace.fake.ts'

/** How long an envelope waits to be acknowledged, and how often it is sent again. */
export interface FakeDelivery {
  ackWithinMs: number
  redeliveries: number
}

/** What became of an envelope: how long each delivery took to be acknowledged; undefined: it never was. */
export interface Delivered {
  ackMs: number | undefined
  tries: number
  payload: unknown
}

/** Socket Mode: connections of apps, over which envelopes come and are acknowledged. */
export class FakeSockets {
  readonly #sockets: WebSocketServer
  readonly #delivery: FakeDelivery
  readonly #waiting = new Map<string, (payload: unknown) => void>()
  #turn = 0

  /** @param delivery May be changed later. */
  constructor(server: Server, delivery: FakeDelivery) {
    this.#delivery = delivery
    this.#sockets = new WebSocketServer({ server, path: '/link' })
    this.#sockets.on('connection', (socket) => {
      socket.send(
        JSON.stringify({
          type: 'hello',
          num_connections: this.#sockets.clients.size,
          connection_info: { app_id: appId },
        }),
      )
      socket.on('message', (data) => this.#acknowledged(Buffer.isBuffer(data) ? data.toString() : ''))
    })
  }

  get connections(): number {
    return [...this.#sockets.clients].filter(({ readyState }) => readyState === WebSocket.OPEN).length
  }

  /** Recycles every connection, as Slack does every few hours. */
  refresh(): void {
    for (const client of this.#sockets.clients)
      client.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }))
  }

  /** Cuts every connection, as a network does. */
  cut(): void {
    for (const client of this.#sockets.clients) client.terminate()
  }

  /** Sends this as it stands, whatever it is. */
  raw(data: string | Buffer): void {
    for (const client of this.#sockets.clients) client.send(data)
  }

  /** Over one of the connections, and again over another while nobody acknowledges it. */
  async deliver(type: string, payload: unknown): Promise<Delivered> {
    for (let tries = 1; ; tries++) {
      const again = tries === 1 ? {} : { retry_attempt: tries - 1, retry_reason: 'timeout' }
      const sentAt = performance.now()
      const answer = await this.#once({ type, payload, accepts_response_payload: type !== 'events_api', ...again })
      if (answer !== undefined) return { ackMs: performance.now() - sentAt, tries, payload: answer.payload }
      if (tries > this.#delivery.redeliveries) return { ackMs: undefined, tries, payload: undefined }
    }
  }

  close(): void {
    for (const client of this.#sockets.clients) client.terminate()
    this.#sockets.close()
  }

  async #once(envelope: Args): Promise<{ payload: unknown } | undefined> {
    const id = randomUUID()
    const open = [...this.#sockets.clients].filter(({ readyState }) => readyState === WebSocket.OPEN)
    this.#turn += 1
    const { promise, resolve } = Promise.withResolvers<{ payload: unknown } | undefined>()
    this.#waiting.set(id, (payload) => resolve({ payload }))
    const stop = afterRunningFor(this.#delivery.ackWithinMs, () => resolve(undefined))
    open[this.#turn % Math.max(1, open.length)]?.send(JSON.stringify({ envelope_id: id, ...envelope }))
    const answer = await promise
    stop()
    this.#waiting.delete(id)
    return answer
  }

  #acknowledged(data: string): void {
    const parsed: unknown = JSON.parse(data)
    if (typeof parsed !== 'object' || parsed === null || !('envelope_id' in parsed)) return
    this.#waiting.get(textOf(parsed.envelope_id))?.('payload' in parsed ? parsed.payload : undefined)
  }
}

/** Of the time in which this process gets to run: on a machine that stands still, nobody could acknowledge anything. */
function afterRunningFor(ms: number, call: () => void): () => void {
  const sliceMs = Math.min(10, ms)
  let leftMs = ms
  const timer = setInterval(() => {
    leftMs -= sliceMs
    if (leftMs > 0) return
    clearInterval(timer)
    call()
  }, sliceMs)
  return () => clearInterval(timer)
}
