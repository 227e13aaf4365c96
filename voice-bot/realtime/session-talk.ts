import { Channel } from '#conversation/channel.ts'
import { Conversation } from '#conversation/conversation.ts'
import type { ConversationEvent, ConversationInput } from '#conversation/events.ts'
import type { Session } from '../protocol.ts'
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
  #running: Promise<void> | undefined

  constructor(parts: SessionTalkParts) {
    this.#parts = parts
  }

  get hasBegun(): boolean {
    return this.#running !== undefined
  }

  send(input: ConversationInput): void {
    this.#running ??= this.#run()
    void this.#inputs.send(input)
  }

  /** Ends all that is under way. */
  async stop(reason: string): Promise<void> {
    this.#stopping.abort(new Error(reason))
    await this.#running
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
