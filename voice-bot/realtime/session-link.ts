import type { AudioTrack, LinkListener, Transport } from '../transport.ts'
import type { EventLog } from './event-log.ts'
import { clientPlayback, Playback, type Timing } from './playback.ts'

export interface SessionLinkParts {
  log: EventLog
  timing: Timing
  /** Told by the link that is there now alone. */
  listener: LinkListener
}

/** The connection that a session has just now, if it has one; who comes back hears on it what they have missed. */
export class SessionLink {
  readonly playback: Playback
  readonly #parts: SessionLinkParts
  readonly #clientTrack: AudioTrack & { dispose(): void }
  #link: Transport | undefined
  #isClosed = false

  constructor(parts: SessionLinkParts) {
    this.#parts = parts
    this.#clientTrack = clientPlayback(parts.timing, () => parts.listener.played())
    this.playback = new Playback(this.#clientTrack)
  }

  get isConnected(): boolean {
    return this.#link !== undefined
  }

  /** Whether sound goes by a track of its own. */
  get hasTrack(): boolean {
    return this.#link?.track !== undefined
  }

  /** Whoever was connected before is hung up on. @param after The last event that the client has seen. */
  attach(link: Transport, after: string | undefined): { gap: boolean; replay: () => void } {
    const before = this.#link
    this.#link = link
    before?.close(4001, 'the session goes on on another connection')
    this.playback.moveTo(link.track ?? this.#clientTrack, { keeps: link.track !== undefined })
    return this.#parts.log.attach(link, after)
  }

  /** What was attached last tells what it hears from now on. */
  listen(): void {
    const link = this.#link
    link?.listen(this.#listenerOf(link))
  }

  close(code: number, reason: string): void {
    const link = this.#link
    this.#isClosed = true
    this.#link = undefined
    this.#clientTrack.dispose()
    link?.close(code, reason)
  }

  #listenerOf(link: Transport): LinkListener {
    const { listener } = this.#parts
    return {
      message: (json) => {
        if (this.#isCurrent(link)) listener.message(json)
      },
      audio: (samples, sampleRate) => {
        if (this.#isCurrent(link)) listener.audio(samples, sampleRate)
      },
      played: () => {
        if (this.#isCurrent(link)) listener.played()
      },
      closed: (reason) => {
        if (!this.#isCurrent(link)) return
        this.#link = undefined
        this.playback.hold()
        this.#parts.log.detach()
        listener.closed(reason)
      },
    }
  }

  #isCurrent(link: Transport): boolean {
    return this.#link === link && !this.#isClosed
  }
}
