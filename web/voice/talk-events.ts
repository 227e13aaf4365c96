import type { ServerEvent } from '#voice-bot/protocol.ts'
import type { Captions } from './captions.ts'
import type { Ears } from './ears.ts'
import type { Line } from './line.ts'
import type { Mouth } from './mouth.ts'
import type { ServerSide } from './server-side.ts'
import type { Trouble } from './trouble.ts'
import type { VoiceTurns } from './voice-turns.ts'

/** Before a server ends we are elsewhere. */
const beforeDeadlineMs = 500

export interface TalkEventsParts {
  turns: VoiceTurns
  captions: Captions
  server: ServerSide
  mouth: Mouth
  ears: Ears
  line: Line
  /** Answers are to be heard. */
  isAloud: () => boolean
  /** The talk goes on under that name. */
  continueAs: (conversationId: string) => void
  trouble: (trouble: Trouble | undefined) => void
  changed: () => void
}

/** What the server tells in a talk, taken to whoever it is for; and which of its answers is the latest. */
export class TalkEvents {
  readonly #parts: TalkEventsParts
  #responseId: string | undefined
  #isAnswering = false
  #isDraining = false

  constructor(parts: TalkEventsParts) {
    this.#parts = parts
  }

  /** Of the latest answer. */
  get responseId(): string | undefined {
    return this.#responseId
  }

  /** It is still being made. */
  get isAnswering(): boolean {
    return this.#isAnswering
  }

  take(event: ServerEvent): void {
    const { turns, captions, server, mouth, continueAs, trouble, changed } = this.#parts
    // Sound that was on its way when it was stopped doesn't begin it again.
    const isLate = event.type === 'response.output_audio.delta' && mouth.isStopped(event.response_id)
    if (!isLate) server.take(event)
    captions.take(event)
    turns.take(event)
    mouth.take(event)
    switch (event.type) {
      case 'response.output_audio.delta':
        return
      case 'session.created':
        if (event.nightdesk !== undefined) continueAs(event.nightdesk.conversation_id)
        if (event.nightdesk?.resumed !== true) this.#begun()
        break
      case 'input_audio_buffer.speech_started':
        if (mouth.isSounding) mouth.clear(this.#responseId)
        trouble(undefined)
        break
      case 'response.created':
        this.#responseId = event.response.id
        this.#isAnswering = true
        break
      case 'response.done':
        this.#isAnswering = false
        this.leaveIfDrained()
        break
      case 'nightdesk.status':
        if (event.code !== undefined) this.#told(event.code, event.text)
        break
      case 'nightdesk.notice':
        if (event.response_id === null) this.#told(event.code, event.text)
        break
      case 'error':
        if (event.error.code === 'input_audio_buffer_commit_empty') trouble({ kind: 'too-short' })
        // What we asked too late (to cancel what is over) is no trouble of the listener's.
        else if (event.error.type === 'server_error') this.#told(event.error.code, event.error.message)
        break
      case 'nightdesk.draining':
        this.#isDraining = true
        this.leaveIfDrained()
        setTimeout(() => this.#leave(), Math.max(0, event.deadline_ms - beforeDeadlineMs))
        break
    }
    changed()
  }

  /** What is being said is heard to its end first. */
  leaveIfDrained(): void {
    const { mouth, server } = this.#parts
    if (!mouth.isSounding && server.turn === 'listening') this.#leave()
  }

  /** The line is lost, and will be another one. */
  lost(): void {
    this.#isDraining = false
  }

  #leave(): void {
    if (!this.#isDraining) return
    this.#isDraining = false
    this.#parts.line.renew()
  }

  /** A new session knows nothing of what the one before was doing. */
  #begun(): void {
    this.#isAnswering = false
    this.#parts.turns.brokeOff()
  }

  /** What the server lacks is made up for where it can be; anything else is for the listener to know. */
  #told(code: string, text = ''): void {
    const { ears, mouth, isAloud, trouble } = this.#parts
    if (code === 'no_speech_recognition') ears.serverIsDeaf()
    else if (code === 'no_voice') {
      if (text === '') mouth.useOwnVoice(isAloud())
      else if (isAloud()) mouth.standIn(text)
    } else if (text !== '') trouble({ kind: 'said', text })
  }
}
