import type { DocumentStore, SourceState } from '#knowledge/document-store.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import type { FoundEntry } from './queue/sync-queue.ts'
import type { Source, Survey, Surveyed } from './source.ts'
import { knownBefore, tagOf } from './sync-revisions.ts'

/** What is stored of a source, as it is before anybody looks at the source. */
export interface Before {
  /** Revision by entry, tag and all. */
  stored: ReadonlyMap<string, string>
  state: SourceState | undefined
  known: Surveyed
  tag: string
}

export async function whatIsStored(
  { documents, embedder }: { documents: DocumentStore; embedder?: Embedder | undefined },
  source: Source,
  signal: AbortSignal,
): Promise<Before> {
  const [stored, state] = [await documents.revisions(source.id, signal), await documents.sourceState(source.id, signal)]
  const tag = tagOf(source, embedder)
  return { stored, state, tag, known: knownBefore({ stored, state, tag }) }
}

/** What a source holds compared with what is stored of it. */
export interface Look {
  /** To be read: it is not stored as it is now. */
  found: FoundEntry[]
  /** Not named, but found all the same: a database that was named has these rows. */
  others: FoundEntry[]
  gone: readonly string[]
  survey: Survey
}

/**
 * Compares the whole source with what is stored, or the named entries alone.
 * @throws {OpsError} When the source can't be read.
 */
export async function look(
  source: Source,
  { before, entries }: { before: Before; entries?: readonly string[] | undefined },
  signal: AbortSignal,
): Promise<Look> {
  const { known, stored, tag } = before
  const isNamed = entries !== undefined && source.surveyEntries !== undefined
  const wanted = entries === undefined ? undefined : new Set(entries)
  const survey =
    entries !== undefined && source.surveyEntries !== undefined
      ? await source.surveyEntries(entries, known, signal)
      : await source.survey({ ...known, failed: new Set([...known.failed, ...(wanted ?? [])]) }, signal)
  const isWanted = (entry: string) => wanted === undefined || wanted.has(entry)
  // Asked for what is named alone, a source says itself what has to be read: a comment doesn't change a page's revision.
  const toRead = survey.changed
    .map(({ entry, revision }) => ({ entry, revision, replaces: stored.get(entry) ?? null }))
    .filter(({ revision, replaces }) => isNamed || `${revision}${tag}` !== replaces)
  const found = toRead.filter(({ entry }) => isWanted(entry))
  // A look at everything finds the rest again the next time.
  const others = isNamed ? toRead.filter(({ entry }) => !isWanted(entry)) : []
  return { found, others, gone: survey.gone.filter(isWanted), survey }
}
