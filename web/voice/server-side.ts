import type { ServerEvent, VoiceState, WaitingFor } from '#voice-bot/protocol.ts'
import { turnAfter } from './talk-state.ts'

/** A wait that is longer is shown from afar, with what it's for. */
const longWaitMs = 2000

/** What the server is doing for the talk, as far as it has told. */
export class ServerSide {
  readonly #changed: () => void
  #now: { turn: VoiceState; waitingFor: WaitingFor | undefined } = { turn: 'listening', waitingFor: undefined }
  #waitsLong = false
  #wait: ReturnType<typeof setTimeout> | undefined

  constructor(changed: () => void) {
    this.#changed = changed
  }

  get turn(): VoiceState {
    return this.#waitsLong ? 'waiting' : this.#now.turn
  }

  get waitingFor(): WaitingFor | undefined {
    return this.#now.waitingFor
  }

  /** An answer is being made. */
  get isBusy(): boolean {
    return this.turn === 'thinking' || this.turn === 'waiting'
  }

  take(event: ServerEvent): void {
    this.#become(turnAfter(event, this.#now))
  }

  /** What it's going to say of itself, shown before it has come. */
  expect(turn: VoiceState): void {
    this.#become({ turn, waitingFor: undefined })
  }

  #become(now: { turn: VoiceState; waitingFor: WaitingFor | undefined }): void {
    this.#now = now
    if (now.turn === 'thinking' && now.waitingFor !== undefined) {
      this.#wait ??= setTimeout(() => {
        this.#waitsLong = true
        this.#changed()
      }, longWaitMs)
      return
    }
    clearTimeout(this.#wait)
    this.#wait = undefined
    this.#waitsLong = false
  }
}
