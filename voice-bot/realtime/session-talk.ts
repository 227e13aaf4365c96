import { Channel } from '#conversation/channel.ts'
import { Conversation } from '#conversation/conversation.ts'
import type { ConversationEvent, ConversationInput } from '#conversation/events.ts'
import type { Session } from '../protocol-session.ts'
import { HeardPieces } from './heard-pieces.ts'
import type { Caller, VoiceParts } from './session-parts.ts'
import { keytermsOf, langOf, marksOf, speedOf } from './session-settings.ts'

export interface SessionTalkParts {
  parts: VoiceParts
  caller: Caller
  /** Its name, whether it is there already or not. */
  conversationId: string
  /** Goes on with one of the caller's. */
  goesOn: boolean
  settings: () => Session
  /** Somebody may be speaking: the recogniser is to hear it soon. */
  maySpeak: () => boolean
  onEvent: (event: ConversationEvent) => void
  onFailure: (error: unknown) => void
}

/** Said aloud, while the next thing the speaker says may still be far away. */
const fillerAfterMs = 1500

/** The conversation inside a session: begun with its first input, so that the client can say before how it is to be. */
export class SessionTalk {
  readonly #parts: SessionTalkParts
  readonly #inputs = new Channel<ConversationInput>(Number.POSITIVE_INFINITY)
  readonly #stopping = new AbortController()
  /** On their way into it. */
  readonly #pieces: HeardPieces
  #running: Promise<void> | undefined

  constructor(parts: SessionTalkParts) {
    this.#parts = parts
    this.#pieces = new HeardPieces({
      send: (samples, sampleRate) => this.#give({ kind: 'audio', samples, sampleRate }),
      maySpeak: parts.maySpeak,
    })
  }

  get hasBegun(): boolean {
    return this.#running !== undefined
  }

  /** What a microphone gives; nobody hears it where there is no recogniser. */
  audio(samples: Int16Array, sampleRate: number): void {
    if (this.#parts.parts.conversation.speech?.toText !== undefined) this.#pieces.push(samples, sampleRate)
  }

  /** Audio that waits to be longer goes in now. */
  flushAudio(): void {
    this.#pieces.flush()
  }

  /** After all audio that came before it. */
  send(input: ConversationInput): void {
    this.#pieces.flush()
    this.#give(input)
  }

  /** Ends all that is under way. */
  async stop(reason: string): Promise<void> {
    this.#stopping.abort(new Error(reason))
    await this.#running
  }

  #give(input: ConversationInput): void {
    this.#running ??= this.#run()
    void this.#inputs.send(input)
  }

  async #run(): Promise<void> {
    const { parts, caller, conversationId, goesOn, settings, onEvent, onFailure } = this.#parts
    const lang = langOf(settings())
    const conversation = new Conversation(parts.conversation, {
      principal: caller.principal,
      conversationId: goesOn ? conversationId : undefined,
      newConversationId: conversationId,
      mode: 'spoken',
      turnEnds: 'caller',
      fillerAfterMs,
      keyterms: () => keytermsOf(settings()),
      marks: () => marksOf(settings()),
      shownOn: () => settings().nightdesk.shown_on,
      speed: speedOf(settings()),
      ...(lang === 'auto' ? {} : { lang }),
    })
    try {
      for await (const event of conversation.turns(this.#inputs, this.#stopping.signal)) onEvent(event)
    } catch (error) {
      if (!this.#stopping.signal.aborted) onFailure(error)
    }
  }
}
