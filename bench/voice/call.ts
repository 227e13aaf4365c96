import { steadyMs } from '../conversation/port-marks.ts'
import type { CallerLink } from '../voice-network/caller-link.ts'
import { rtcLinks } from '../voice-network/rtc-link.ts'
import type { OnEvent } from './caller.ts'
import { Microphone } from './microphone.ts'

/** A client of a call over WebRTC, with a microphone that is always on, that hears what comes out of its track. */
export class CallingCaller implements AsyncDisposable {
  readonly microphone: Microphone
  #link: CallerLink | undefined
  #soundedAt = 0
  #onEvent: OnEvent = () => undefined
  #onSound: ((at: number) => void) | undefined

  private constructor() {
    this.microphone = new Microphone((frame) => this.#link?.speak(frame))
  }

  /** @param address Host and port. @param session As `session.update` takes it. */
  static async connect(address: string, session: object): Promise<CallingCaller> {
    const caller = new CallingCaller()
    const { promise: begun, resolve, reject } = Promise.withResolvers<void>()
    caller.#link = rtcLinks(address)('', {
      event: (type, event) => {
        if (type === 'session.created') resolve()
        caller.#onEvent(type, steadyMs(), event)
      },
      heard: (isSilent) => {
        if (!isSilent) caller.#sounded(steadyMs())
      },
      gone: () => reject(new Error('the call was cut off')),
    })
    await begun
    caller.#link.send({ type: 'session.update', session: { type: 'realtime', ...session } })
    return caller
  }

  listen(onEvent: OnEvent): void {
    this.#onEvent = onEvent
  }

  nextSound(): Promise<number> {
    return new Promise((resolve) => {
      this.#onSound = resolve
    })
  }

  /** When the last 10 ms that were no silence came out of the track. */
  get soundedAt(): number {
    return this.#soundedAt
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#link?.close()
  }

  #sounded(at: number): void {
    this.#soundedAt = at
    this.#onSound?.(at)
    this.#onSound = undefined
  }
}
