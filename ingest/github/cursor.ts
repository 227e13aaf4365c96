import { createHash } from 'node:crypto'
import { z } from 'zod'

const Skipped = z.object({
  entry: z.string(),
  reason: z.string(),
  /** Blob that had to be read to find the reason. */
  sha: z.string().optional(),
})
export type SkippedEntry = z.infer<typeof Skipped>

const FilesState = z.object({
  head: z.string(),
  etag: z.string().optional(),
  /** The repository's full name, which may have changed. */
  home: z.string(),
  /** What the documents' addresses begin with. */
  base: z.string(),
  /** Of what should be stored by the time this cursor is saved. */
  digest: z.string(),
  truncated: z.boolean(),
  skipped: z.array(Skipped),
})
export type FilesState = z.infer<typeof FilesState>

const DiscussionsState = z.object({
  digest: z.string(),
  /** How many there are, by label and kind. */
  totals: z.record(z.string(), z.int()),
  /** Tags of the pages of the list, by label; where GraphQL isn't to be had. */
  etags: z.record(z.string(), z.array(z.string())),
})
export type DiscussionsState = z.infer<typeof DiscussionsState>

const Cursor = z.object({
  version: z.literal(1),
  scope: z.string(),
  files: FilesState,
  discussions: DiscussionsState.optional(),
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

/** The same for the same entries at the same revisions, in whatever order. */
export function digestOf(revisions: Iterable<readonly [string, string]>): string {
  const lines = [...revisions].map(([entry, revision]) => `${entry}\0${revision}`)
  return shortHash(lines.sort().join('\n'))
}

/** 96 bits: no two things of one source will ever share it. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}
