import type { DocumentStore } from '#knowledge/document-store.ts'

export interface Removal {
  source: string
  entries: readonly string[]
  /** Revision by entry, as it was when they were found to be gone. */
  stored: ReadonlyMap<string, string>
}

/** Removes entries that are gone, but for those that somebody has stored anew meanwhile. @returns Those removed. */
export async function removeEntries(
  documents: DocumentStore,
  { source, entries, stored }: Removal,
  signal: AbortSignal,
): Promise<string[]> {
  if (entries.length === 0) return []
  const now = await documents.revisions(source, signal)
  const gone = entries.filter((entry) => now.has(entry) && now.get(entry) === stored.get(entry))
  if (gone.length > 0) await documents.removeEntries(source, gone, signal)
  return gone
}
