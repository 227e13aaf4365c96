import type { ConversationEvent } from '#conversation/events.ts'
import type { OfferedTools } from '#conversation/tools/client-tool.ts'
import type { Citation, Exchange } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import type { VoiceStagesMs } from '../figures.ts'
import type { ResponseWriter } from './response-writer.ts'

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
  /** All that was given to be said. */
  words: string
  /** Silences what the session says for itself. */
  own: AbortController | undefined
}

/** The stages of a turn up to its first sound, which add up to the total. */
export function stagesOf(marks: Marks, soundAt: number): { stagesMs: VoiceStagesMs; totalMs: number } {
  const wordsAt = marks.wordsAt ?? soundAt
  const points = [marks.saidAt, marks.endedAt, marks.heardAt, wordsAt, soundAt].map((at) => Math.round(at * 10) / 10)
  const between = (to: number): number => Math.round(((points[to] ?? 0) - (points[to - 1] ?? 0)) * 10) / 10
  const stagesMs = { end_of_turn: between(1), transcription: between(2), answer: between(3), voice: between(4) }
  const totalMs = Math.round(Object.values(stagesMs).reduce((sum, ms) => sum + ms, 0) * 10) / 10
  return { stagesMs, totalMs }
}
