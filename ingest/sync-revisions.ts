import { createHash } from 'node:crypto'
import type { SourceState } from '#knowledge/document-store.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import { pipelineVersion } from './index-entry.ts'
import type { Source, Surveyed } from './source.ts'

/**
 * What we add to a source's revision when we store it: it changes with whatever we make of an entry, so that a new
 * cutter, embedder or audience has everything indexed again.
 */
function revisionTag(madeBy: readonly string[]): string {
  return `~${createHash('sha256').update(JSON.stringify(madeBy)).digest('base64url').slice(0, 10)}`
}

/** The tag of what we make of a source's entries. */
export function tagOf(source: Pick<Source, 'audience'>, embedder: Pick<Embedder, 'id'> | undefined): string {
  return revisionTag([pipelineVersion, embedder?.id ?? 'none', ...source.audience.toSorted()])
}

/** No source gives this revision, so an entry that has it counts as changed. */
const outdated = ''

interface Before {
  stored: ReadonlyMap<string, string>
  state: SourceState | undefined
  tag: string
  full?: boolean | undefined
}

/**
 * What a source is told about before. A cursor lets it look only at what changed at its side, so it gets none when
 * there is something to do again on ours.
 */
export function knownBefore({ stored, state, tag, full = false }: Before): Surveyed {
  const revisions = new Map<string, string>()
  let allCurrent = true
  for (const [entry, revision] of stored) {
    const current = !full && revision.endsWith(tag)
    allCurrent &&= current
    revisions.set(entry, current ? revision.slice(0, -tag.length) : outdated)
  }
  return {
    revisions,
    cursor: allCurrent && !full ? state?.cursor : undefined,
    failed: new Set(state?.failures.map((failure) => failure.entry)),
  }
}
