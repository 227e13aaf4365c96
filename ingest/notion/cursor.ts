import { createHash } from 'node:crypto'
import { z } from 'zod'

/** Something that pages hang on and that isn't listed with them. */
export const StoredPlace = z.object({
  kind: z.enum(['page', 'data_source', 'database', 'block', 'hidden']),
  title: z.string().optional(),
  /** Id of what it hangs on; absent: it stands at the top. */
  above: z.tuple([z.enum(['page', 'data_source', 'database', 'block']), z.string()]).optional(),
})
export type StoredPlace = z.infer<typeof StoredPlace>

const Cursor = z.object({
  version: z.literal(1),
  scope: z.string(),
  /** When all data sources were walked through last. */
  walkedAt: z.coerce.date(),
  places: z.record(z.string(), StoredPlace),
})
export type Cursor = z.infer<typeof Cursor>

/** Undefined for one that another version or another configuration wrote: then everything is looked at. */
export function readCursor(text: string | undefined, scope: string): Cursor | undefined {
  if (text === undefined) return undefined
  try {
    const read = Cursor.safeParse(JSON.parse(text))
    return read.success && read.data.scope === scope ? read.data : undefined
  } catch {
    return undefined
  }
}

/** The same text for the same cursor, so that a survey that found nothing leaves nothing to be saved. */
export function writeCursor(cursor: Cursor): string {
  const places = Object.fromEntries(Object.entries(cursor.places).toSorted(([one], [other]) => (one < other ? -1 : 1)))
  return JSON.stringify({ ...cursor, places })
}

/** 96 bits: no two things of one source will ever share it. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}
