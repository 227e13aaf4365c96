import type { Lang } from '#knowledge/document.ts'
import { apologyFor } from './apology.ts'
import { Interruption } from './errors.ts'
import type { ConversationEvent, TurnEvent } from './events.ts'
import type { ConversationParts } from './parts.ts'
import { SpokenLog } from './spoken-log.ts'
import { remember, reviseAnswer, type TurnMade } from './turn-memory.ts'

/** A turn, as it is taken or as it was. */
export interface TakenTurn {
  turn: number
  mode: 'text' | 'spoken'
  abort: AbortController
  made: TurnMade | undefined
  /** Its answer as far as it was handed out. */
  shown: string
  speech: SpokenLog
  /** How much of it was heard, as was said last; undefined: all that was handed out. */
  heardMs: number | undefined
}

export function newTakenTurn(turn: number, mode: TakenTurn['mode'], abort: AbortController): TakenTurn {
  return { turn, mode, abort, made: undefined, shown: '', speech: new SpokenLog(), heardMs: undefined }
}

/** Only what was pulled can have been heard. */
export function handOut(taken: TakenTurn, event: ConversationEvent): void {
  if (event.kind === 'audio') taken.speech.play(event, event.sampleRate)
  if (event.kind === 'delta') taken.shown += event.text
}

/** What is remembered of its answer is what was heard. */
export async function revise(
  parts: ConversationParts,
  { made }: TakenTurn,
  heard: string,
  signal: AbortSignal,
): Promise<void> {
  if (made !== undefined) await reviseAnswer(parts, made.answer?.traceId ?? made.scene.traceId, heard, signal)
}

/** How a turn is cut off, and who hears of it. */
export interface CuttingOff {
  /** An interruption, or whatever failed. */
  reason: unknown
  conversationId: string
  /** Of the apology, where the turn got no further. */
  lang: Lang | undefined
  send: (event: TurnEvent) => Promise<void>
}

/** A turn that doesn't end by itself ends in what was heard of it, or in an apology. */
export async function cutOff(
  parts: ConversationParts,
  { made, mode, shown, speech, heardMs }: TakenTurn,
  { reason, conversationId, lang, send }: CuttingOff,
  signal: AbortSignal,
): Promise<void> {
  const heard = speech.audioMs === 0 && mode === 'text' ? shown : speech.heard(heardMs)
  if (made?.answer !== undefined && made.stored) await reviseAnswer(parts, made.answer.traceId, heard, signal)
  else if (made !== undefined) await remember(made, heard, signal)
  for (const [callId, call] of made?.openCalls ?? [])
    await send({ kind: 'tool', callId, ...call, phase: 'cancelled', text: '' })
  if (reason instanceof Interruption) return await send({ kind: 'interrupted', heard })
  parts.log.warn({ err: reason, conversationId }, 'a turn failed')
  await send(apologyFor(reason, made?.scene.lang ?? lang ?? 'en', 'failed'))
}
