import type { ServerEventBody, VoiceState, WaitingFor } from '../protocol.ts'

/** What the session is doing, told to its client whenever it changes. */
export class Mood {
  readonly #send: (body: ServerEventBody) => void
  #told = ''
  state: VoiceState = 'listening'

  constructor(send: (body: ServerEventBody) => void) {
    this.#send = send
  }

  is(state: VoiceState, waitingFor?: WaitingFor): void {
    this.state = state
    const told = `${state} ${waitingFor ?? ''}`
    if (told === this.#told) return
    this.#told = told
    this.#send({ type: 'nightdesk.status', state, ...(waitingFor === undefined ? {} : { waiting_for: waitingFor }) })
  }

  /** What the client was told of is over. */
  saysNothing(): void {
    this.#send({ type: 'nightdesk.status', state: this.state })
  }

  /** Something that the client should know of, once. */
  says(code: string, text: string, waitingFor?: WaitingFor): void {
    const waiting = waitingFor === undefined ? {} : { waiting_for: waitingFor }
    this.#send({ type: 'nightdesk.status', state: this.state, ...waiting, code, text })
  }
}
