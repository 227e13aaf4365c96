import type { ServerEventBody } from '../protocol.ts'
import type { Transport } from '../transport.ts'
import { KeptEvents } from './kept-events.ts'

/** About 40 s of speech as events; who was away longer than that has missed the rest. */
const mostKeptBytes = 3_000_000

/**
 * What a session sends, whether or not somebody is connected: each event gets its id here, and the last ones are kept
 * so that a client that comes back gets what it has missed.
 */
export class EventLog {
  readonly #prefix: string
  readonly #kept = new KeptEvents(mostKeptBytes)
  #link: Transport | undefined
  /** The number of the first event that no link was there for. */
  #unsentFrom: number | undefined = 1

  /** @param sessionId Parts the ids of its events from those of others. */
  constructor(sessionId: string) {
    this.#prefix = `event_${sessionId.replace(/^sess_/, '')}_`
  }

  send(body: ServerEventBody): void {
    this.sendJson(JSON.stringify(body))
  }

  /** @param json Of an event without its id, not empty: for those that are long and many. */
  sendJson(json: string): void {
    const whole = this.#withId(json)
    this.#kept.push(whole)
    this.#link?.send(whole)
  }

  /** Sends something to whoever is connected now; nobody gets it later. */
  greet(body: ServerEventBody): void {
    const whole = this.#withId(JSON.stringify(body))
    this.#kept.skip()
    this.#link?.send(whole)
  }

  /**
   * Events go there from now on.
   * @returns Sends what was missed.
   * @param after The last event that the client has seen; absent: what was sent while nobody was there is missed.
   */
  attach(link: Transport, after: string | undefined): { gap: boolean; replay: () => void } {
    const seen = after === undefined ? undefined : this.#numberOf(after)
    const { count, oldest } = this.#kept
    const from = seen === undefined ? (this.#unsentFrom ?? count + 1) : seen + 1
    const missed = this.#kept.since(from)
    this.#link = link
    this.#unsentFrom = undefined
    return {
      gap: (after !== undefined && seen === undefined) || (from < oldest && from <= count),
      replay: () => {
        for (const json of missed) link.send(json)
      },
    }
  }

  detach(): void {
    this.#link = undefined
    this.#unsentFrom ??= this.#kept.count + 1
  }

  #withId(json: string): string {
    return `{"event_id":"${this.#prefix}${this.#kept.count + 1}",${json.slice(1)}`
  }

  #numberOf(eventId: string): number | undefined {
    if (!eventId.startsWith(this.#prefix)) return undefined
    const number = Number(eventId.slice(this.#prefix.length))
    return Number.isInteger(number) && number >= 0 && number <= this.#kept.count ? number : undefined
  }
}
