import type { Answer } from '#knowledge/answer.ts'
import type { Turn } from '#knowledge/conversation-store.ts'
import { detectLang } from '#knowledge/language.ts'
import type { ToldExchange, TurnMetrics } from './events.ts'
import { guardInput } from './guardrails/input.ts'
import type { ConversationParts, Scene } from './parts.ts'
import type { Position } from './position.ts'
import type { Talk } from './talk.ts'

/** What was made of a turn, as far as it got. */
export interface TurnMade {
  scene: Scene
  /** Once it is whole. */
  answer: Answer | undefined
  position: Position
  promptTokens: TurnMetrics['promptTokens']
  /** A model writes the answer piece by piece, so that it can be said as it comes. */
  streamed: boolean
  /** Calls that were begun and have not ended. */
  openCalls: Map<string, { tool: string; atClient?: boolean | undefined }>
  /** It asks nothing of its own: what the conversation is about stays what it was. */
  aside: boolean
  /** It is stored; what was heard of it can be revised. */
  stored: boolean
}

/** So many are remembered word by word; what came before them is summed up. */
export const turnsRemembered = 8

/** The incident that the conversation belongs to; a turn is taken all the same without. */
export async function knownIncident(
  { incidents, log }: ConversationParts,
  { conversationId }: Talk,
  signal: AbortSignal,
): Promise<Scene['incident']> {
  try {
    return await incidents?.knownTo(conversationId, signal)
  } catch (err) {
    signal.throwIfAborted()
    log.warn({ err, conversationId }, 'the incident of a conversation could not be read')
    return undefined
  }
}

/** Where the conversation stands after a turn. */
export async function savePosition(
  parts: ConversationParts,
  { scene, position }: TurnMade,
  signal: AbortSignal,
): Promise<void> {
  const { conversationId, principal } = scene
  try {
    const saved = {
      conversationId,
      principal: principal.name,
      position: JSON.stringify(position),
      at: parts.clock.now(),
    }
    await parts.conversations.savePosition(saved, signal)
  } catch (err) {
    signal.throwIfAborted()
    parts.log.warn({ err, conversationId }, 'the position of a conversation was not saved')
  }
}

/** The trace that a turn is stored under. */
export function storedTraceOf({ scene, answer }: TurnMade): string {
  return answer?.traceId ?? scene.reads.turn()?.traceId ?? scene.traceId
}

/** A turn that could not be stored was taken all the same. @param heard What the asker got of the answer. */
export async function remember(made: TurnMade, heard: string, signal: AbortSignal): Promise<void> {
  const { scene, answer, aside } = made
  const { parts, reads, principal, conversationId, said, meant, lang, earlier } = scene
  const answering = reads.turn()
  const traceId = storedTraceOf(made)
  try {
    await parts.conversations.addTurn(
      {
        traceId,
        conversationId,
        principal: principal.name,
        question: said,
        standalone:
          answering?.standalone ?? reads.searchedFor() ?? (aside ? earlier.at(-1)?.standalone : undefined) ?? meant,
        lang,
        answer: heard,
        abstained: answer?.abstained ?? false,
        cited: (answer?.citations ?? []).map(({ passageId, quote }) => ({ passageId, quote })),
        at: parts.clock.now(),
      },
      signal,
    )
    made.stored = true
  } catch (err) {
    signal.throwIfAborted()
    parts.log.warn({ err, traceId }, 'turn was not stored')
  }
}

/** What was said elsewhere and belongs to this conversation: later turns are understood by it, and nothing is cited for it. */
export async function rememberExchange(
  parts: ConversationParts,
  { conversationId, principal }: Talk,
  { question, answer, traceId = parts.newId(), at = parts.clock.now() }: ToldExchange,
  signal: AbortSignal,
): Promise<void> {
  const said = guardInput(question).text
  const turn: Turn = {
    traceId,
    conversationId,
    principal: principal.name,
    question: said,
    standalone: said,
    lang: detectLang(said),
    answer: guardInput(answer).text,
    abstained: false,
    cited: [],
    at,
  }
  try {
    await parts.conversations.addTurn(turn, signal)
  } catch (err) {
    signal.throwIfAborted()
    parts.log.warn({ err, traceId }, 'turn was not stored')
  }
}

/** After a turn was stored, the asker was found to have got only so much of its answer, or more. */
export async function reviseAnswer(
  { conversations, log }: ConversationParts,
  traceId: string,
  heard: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await conversations.reviseAnswer(traceId, heard, signal)
  } catch (err) {
    signal.throwIfAborted()
    log.warn({ err, traceId }, 'what was heard of an answer was not stored')
  }
}
