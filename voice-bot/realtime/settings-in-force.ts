import type { Session } from '../protocol-session.ts'
import { AudioReader } from './audio-codec.ts'
import { checkTools } from './client-tools.ts'
import { updated } from './session-settings.ts'
import type { SessionUpdate } from './session-update.ts'

/** How a session is to be just now, as its client has said so far. */
export class SettingsInForce {
  #now: Session
  #reader: AudioReader
  #areOurs = false

  constructor(settings: Session) {
    this.#now = settings
    this.#reader = new AudioReader(settings.audio.input.format)
  }

  get now(): Session {
    return this.#now
  }

  /** Reads the client's audio. */
  get reader(): AudioReader {
    return this.#reader
  }

  /** The client knows our own events: it has sent settings of ours. */
  get areOurs(): boolean {
    return this.#areOurs
  }

  /**
   * @returns The settings before.
   * @throws {ClientFault} Where that can't be; they stay as they are.
   */
  update(update: SessionUpdate, { hasSpoken, hasModel }: { hasSpoken: boolean; hasModel: boolean }): Session {
    this.#areOurs ||= update.nightdesk !== undefined
    const before = this.#now
    const settings = updated(before, update, hasSpoken)
    if (settings.tools !== before.tools || settings.tool_choice !== before.tool_choice)
      checkTools(settings.tools, settings.tool_choice, { hasModel, at: 'session' })
    this.#now = settings
    const { format } = settings.audio.input
    if (format.type !== this.#reader.format.type) this.#reader = new AudioReader(format)
    return before
  }
}
