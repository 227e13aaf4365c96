import { z } from 'zod'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import type { Log } from '#runtime/log.ts'
import { AskedBack } from './asked-back.ts'
import { onCallMachine } from './states/on-call-machine.ts'

const StepOutcome = z.enum(['done', 'skipped', 'problem'])

const Walk = z.object({
  documentId: z.string(),
  /** Which steps of the document, by their place in it; the last ones are those that a branch led away from. */
  trail: z.array(z.object({ from: z.number().int(), to: z.number().int(), at: z.number().int() })).min(1),
  /** By step: what became of it. */
  outcomes: z.record(z.string(), StepOutcome),
  /** The words of the step where we are, to find it again when the runbook is edited. */
  quote: z.string().optional(),
  /** The step whose irreversible command was agreed to. */
  agreed: z.number().int().optional(),
  /** The section that a yes leads to. */
  branch: z.string().optional(),
})

/** What became of a step, and who said so: stays when the walk is over, so that others can tell what was done. */
const Walked = z.object({
  documentId: z.string(),
  section: z.string(),
  /** Counted within its stretch, as it was announced. */
  step: z.number().int(),
  of: z.number().int(),
  outcome: StepOutcome,
  by: z.string(),
  at: z.coerce.date(),
})

/** A call that waits for a yes. */
const PendingCall = z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) })

const Position = z.object({
  state: z.string(),
  previous: z.array(z.string()),
  walk: Walk.optional(),
  /** The last steps that something became of, oldest first. */
  walked: z.array(Walked).optional(),
  pending: PendingCall.optional(),
  /** A name that we asked about. */
  askedBack: AskedBack.optional(),
  /** 1: as fast as the voice speaks by itself. */
  pace: z.number().min(0.5).max(2),
  /** What older turns were about, for a model. */
  summary: z.string(),
  /** How many turns the summary takes in. */
  summarised: z.number().int(),
  notes: z.array(z.string()),
})

/** Where a conversation stands, whatever channel it goes on by. */
export type Position = z.infer<typeof Position>
export type WalkPosition = z.infer<typeof Walk>
export type Walked = z.infer<typeof Walked>
export type PendingCall = z.infer<typeof PendingCall>

const startPosition: Position = {
  state: onCallMachine.initial,
  previous: [],
  pace: 1,
  summary: '',
  summarised: 0,
  notes: [],
}

interface Whose {
  conversationId: string
  principal: string
}

/** The saved position, or the first one where none can be read. */
export async function loadPosition(
  { conversations, log }: { conversations: ConversationStore; log: Log },
  { conversationId, principal }: Whose,
  signal: AbortSignal,
): Promise<Position> {
  try {
    const saved = await conversations.position(conversationId, principal, signal)
    return saved === undefined ? startPosition : Position.parse(JSON.parse(saved))
  } catch (err) {
    signal.throwIfAborted()
    log.warn({ err, conversationId }, 'the position of a conversation could not be read')
    return startPosition
  }
}
