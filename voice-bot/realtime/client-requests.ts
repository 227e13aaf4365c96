import { userMessageOf } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import type { ServerEventBody } from '../protocol.ts'
import { type ClientEvent, readClientEvent } from './client-events.ts'
import { ClientFault, type Fault } from './faults.ts'

export interface ClientRequestsParts {
  sessionId: string
  log: Log
  send: (body: ServerEventBody) => void
  /** Does what it asks. @throws {ClientFault} Where that can't be. */
  obey: (event: ClientEvent) => void
}

/** Events as they come from a client: each is obeyed, or the client is told by the event's id why not; nothing throws. */
export class ClientRequests {
  readonly #parts: ClientRequestsParts

  constructor(parts: ClientRequestsParts) {
    this.#parts = parts
  }

  message(json: string): void {
    const read = readClientEvent(json)
    if (read.kind === 'fault') {
      this.#refuse(read.fault, read.eventId)
      return
    }
    const { event } = read
    try {
      this.#parts.obey(event)
    } catch (error) {
      if (error instanceof ClientFault) this.#refuse(error.fault, event.event_id)
      else this.failed(error, 'an event of a client failed', event.event_id)
    }
  }

  /** Something of ours went wrong. @param what For the log. */
  failed(error: unknown, what: string, eventId?: string): void {
    const { log, sessionId, send } = this.#parts
    log.error({ err: error, sessionId }, what)
    const message = userMessageOf(error)
    const event_id = eventId ?? null
    send({ type: 'error', error: { type: 'server_error', code: 'internal_error', message, param: null, event_id } })
  }

  #refuse({ code, message, param }: Fault, eventId: string | undefined): void {
    const event_id = eventId ?? null
    this.#parts.send({ type: 'error', error: { type: 'invalid_request_error', code, message, param, event_id } })
  }
}
