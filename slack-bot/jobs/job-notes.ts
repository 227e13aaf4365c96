import { z } from 'zod'
import { AlertAsked } from '../alerts/alert.ts'
import { Clip } from '../clips/clip.ts'
import type { AskedInSlack } from '../incoming.ts'
import { jsonOf } from '../threads.ts'

const Note = z.object({
  asked: z.object({
    kind: z.literal('asked'),
    id: z.string(),
    via: z.enum(['mention', 'direct', 'thread', 'command', 'shortcut', 'alert', 'unasked']),
    team: z.string(),
    channel: z.string(),
    isDirect: z.boolean(),
    user: z.string(),
    text: z.string(),
    ts: z.string().optional(),
    thread: z.string().optional(),
    responseUrl: z.string().optional(),
    alert: AlertAsked.optional(),
    clip: Clip.optional(),
  }),
  posted: z.array(z.string()),
  /** How often it was begun; absent in what was written down before this was. */
  tries: z.number().int().default(1),
  /** It was answered, so that nobody is at it. */
  isDone: z.boolean().default(false),
})

/** What the ledger holds of a question. */
export type JobNote = z.infer<typeof Note>

const Since = z.union([
  z.object({ gone: z.literal(true) }),
  z.object({ text: z.string(), edited: z.string(), gone: z.undefined().optional() }),
])

/** What became of a question after it was asked, which may be heard of first, or by another process. */
export type Since = z.infer<typeof Since>

/** Questions and calls alike name their workspace. */
const OfTeam = z.union([
  z.object({ asked: z.object({ team: z.string() }) }).transform(({ asked }) => asked.team),
  z.object({ team: z.string() }).transform(({ team }) => team),
])

/** Of a question, in the ledger. */
export function keyOf(id: string): string {
  return `slack/${id}`
}

/** Of what became of a question. */
export function sinceKeyOf(id: string): string {
  return `slack/since/${id}`
}

export function noteOf(asked: AskedInSlack, posted: readonly string[], tries = 1, isDone = false): string {
  return JSON.stringify({ asked, posted, tries, isDone })
}

/** @returns undefined: it is of no question. */
export function jobIn(note: string): JobNote | undefined {
  return Note.safeParse(jsonOf(note)).data
}

export function sinceIn(note: string): Since | undefined {
  return Since.safeParse(jsonOf(note)).data
}

/** The workspace that something is of. */
export function teamIn(note: string): string | undefined {
  return OfTeam.safeParse(jsonOf(note)).data
}
