import type { ServerEventBody } from '../protocol.ts'
import type { Transport } from '../transport.ts'

/** About 40 s of speech as events; who was away longer than that has missed the rest. */
const mostKeptChars = 3_000_000

interface KeptEvent {
  at: number
  json: string
}

/**
 * What a session sends, whether or not somebody is connected: each event gets its id here, and the last ones are kept
 * so that a client that comes back gets what it has missed.
 */
export class EventLog {
  readonly #prefix: string
  #kept: KeptEvent[] = []
  #keptChars = 0
  #count = 0
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
    this.#count += 1
    const whole = `{"event_id":"${this.#prefix}${this.#count}",${json.slice(1)}`
    this.#kept.push({ at: this.#count, json: whole })
    this.#keptChars += whole.length
    this.#forget()
    this.#link?.send(whole)
  }

  /** Sends something to whoever is connected now; nobody gets it later. */
  greet(body: ServerEventBody): void {
    this.#count += 1
    this.#link?.send(`{"event_id":"${this.#prefix}${this.#count}",${JSON.stringify(body).slice(1)}`)
  }

  /**
   * Events go there from now on.
   * @returns Sends what was missed.
   * @param after The last event that the client has seen; absent: what was sent while nobody was there is missed.
   */
  attach(link: Transport, after: string | undefined): { gap: boolean; replay: () => void } {
    const seen = after === undefined ? undefined : this.#numberOf(after)
    const from = seen === undefined ? (this.#unsentFrom ?? this.#count + 1) : seen + 1
    const missed = this.#kept.filter(({ at }) => at >= from)
    const oldest = this.#kept[0]?.at ?? this.#count + 1
    this.#link = link
    this.#unsentFrom = undefined
    return {
      gap: (after !== undefined && seen === undefined) || (from < oldest && from <= this.#count),
      replay: () => {
        for (const { json } of missed) link.send(json)
      },
    }
  }

  detach(): void {
    this.#link = undefined
    this.#unsentFrom ??= this.#count + 1
  }

  get keptChars(): number {
    return this.#keptChars
  }

  #numberOf(eventId: string): number | undefined {
    if (!eventId.startsWith(this.#prefix)) return undefined
    const number = Number(eventId.slice(this.#prefix.length))
    return Number.isInteger(number) && number >= 0 && number <= this.#count ? number : undefined
  }

  #forget(): void {
    let gone = 0
    while (this.#keptChars > mostKeptChars && gone < this.#kept.length - 1) {
      this.#keptChars -= this.#kept[gone]?.json.length ?? 0
      gone += 1
    }
    if (gone > 0) this.#kept = this.#kept.slice(gone)
  }
}
