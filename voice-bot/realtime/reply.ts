import type { ConversationEvent } from '#conversation/events.ts'
import type { OfferedTools } from '#conversation/tools/client-tool.ts'
import type { Citation, Exchange } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import type { VoiceStagesMs } from '../figures.ts'
import type { ResponseWriter } from './response-writer.ts'

/** Of what a conversation gives out, that of one kind. */
export type TurnEventOf<Kind extends ConversationEvent['kind']> = Extract<
  ConversationEvent,
  { kind: Kind; turn: number }
>

/** When the stages of a turn were reached, by a clock that only grows. */
export interface Marks {
  /** The speaker fell silent, or asked. */
  saidAt: number
  /** It was decided that they had finished. */
  endedAt: number
  /** All their words were there. */
  heardAt: number
  /** The first words of the answer were. */
  wordsAt?: number | undefined
}

/** A response that is under way, or was the last one. */
export interface Reply {
  readonly writer: ResponseWriter
  readonly mode: 'text' | 'spoken'
  /** The user's items that it answers. */
  readonly itemIds: readonly string[]
  readonly marks: Marks
  /** What is asked, where the client said so instead of by items. */
  given: string | undefined
  /** What was said before, where the client said that, too; undefined: what the conversation remembers. */
  history: readonly Exchange[] | undefined
  /** Of this response alone; undefined: the session's. */
  clientTools: OfferedTools | undefined
  /** Of this response alone; absent: the session's. */
  instructions: string | undefined
  /** Of the conversation; undefined until the conversation has taken it up, and where the session speaks for itself. */
  turn: number | undefined
  lang: Lang
  /** It is heard, or read. */
  hasBegun: boolean
  /** Once it was heard: what it took until then, and when that was. */
  sounded: { stagesMs: VoiceStagesMs; at: number } | undefined
  isCancelled: boolean
  /** It answers half of what the speaker wanted to say, and is asked again with the rest. */
  isHalf: boolean
  /** What it answers was asked, or needs no asking. */
  isAsked: boolean
  /** What happens waits here until it is known whether it may be heard. */
  held: ConversationEvent[] | undefined
  citations: Citation[]
  /** How much sound of the session's own its last item has before that of the conversation. */
  bridgedMs: number
  /** All that was given to be said. */
  words: string
  /** Silences what the session says for itself. */
  own: AbortController | undefined
}

/** One that nothing of was written yet. */
export function newReply({
  writer,
  itemIds,
  marks,
  lang,
}: Pick<Reply, 'writer' | 'itemIds' | 'marks' | 'lang'>): Reply {
  return {
    writer,
    mode: writer.options.modality === 'audio' ? 'spoken' : 'text',
    itemIds,
    marks,
    given: undefined,
    history: undefined,
    clientTools: undefined,
    instructions: undefined,
    turn: undefined,
    lang,
    hasBegun: false,
    sounded: undefined,
    isCancelled: false,
    isHalf: false,
    isAsked: false,
    held: undefined,
    citations: [],
    bridgedMs: 0,
    words: '',
    own: undefined,
  }
}

/** How much was heard of what the conversation says, where so much of the item was. */
export function ownHeardMs({ bridgedMs }: Reply, heardMs: number): number {
  return Math.max(0, heardMs - bridgedMs)
}
