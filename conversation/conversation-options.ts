import type { ShownOn } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { ClientTool } from './tools/client-tool.ts'

export interface ConversationOptions {
  principal: Principal
  /** Goes on with this conversation of the principal; absent, unknown or somebody else's: a new one. */
  conversationId?: string | undefined
  /** Of a new one, where it has to be known beforehand; absent: `newId` makes it. */
  newConversationId?: string | undefined
  /** `spoken`: said aloud too, where there is a voice. */
  mode: 'text' | 'spoken'
  /** Of all answers; absent: each in the language of its question. */
  lang?: Lang | undefined
  /** How fast it speaks, until a `pace` says otherwise; 1 where absent. */
  speed?: number | undefined
  /** A turn that takes longer ends in an apology. Default one minute. */
  turnDeadlineMs?: number | undefined
  /** What the client can do for us, until a `client-tools` says otherwise. Only a model calls them. */
  clientTools?: readonly ClientTool[] | undefined
  /** One of those has to be called in each turn. */
  mustCall?: boolean | undefined
  /** A call that the client has not answered after so long has failed. Default 30 seconds. */
  clientToolMs?: number | undefined
  /**
   * Who says that a turn of talk is over. `recogniser`, the default: it does, by silence, and the turn is answered.
   * `caller`: a `speech-end` does; what was heard is told as `heard`, and answered once it comes back as a `text`.
   */
  turnEnds?: 'recogniser' | 'caller' | undefined
  /** Words that may be said besides the names that are documented; the recogniser expects them first. */
  keyterms?: (() => readonly string[]) | undefined
  /** Where the listener finds what is too long to say; absent: on the page. */
  shownOn?: (() => ShownOn) | undefined
  /** What the trace of each turn is marked with. */
  marks?: (() => Readonly<Record<string, string | number | boolean>>) | undefined
  /** A listener who has heard nothing for so long is told that it is being worked on. Default 2 seconds. */
  fillerAfterMs?: number | undefined
}
