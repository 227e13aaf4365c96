import type { CandidateIndex } from '#knowledge/candidate-index.ts'
import { weighTerms } from '#knowledge/field-weights.ts'
import type { StoredPassage } from '#knowledge/passage.ts'
import { type HeldVersion, type VersionedPassages, writingVersions } from '#knowledge/versioned-candidates.ts'
import type { MemoryPassage } from './memory-documents.ts'
import { MemoryIndex } from './memory-index.ts'

/** Versions of passages in a map. */
export class MemoryVersions implements VersionedPassages {
  readonly passages = new Map<string, MemoryPassage>()

  async put(passages: ReadonlyMap<string, StoredPassage>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    for (const [version, stored] of passages) this.passages.set(version, { stored, ...weighTerms(stored.terms) })
  }

  async heldOf(source: string, entries: readonly string[], signal: AbortSignal): Promise<HeldVersion[]> {
    signal.throwIfAborted()
    return [...this.passages].flatMap(([version, { stored }]) =>
      stored.document.source === source && entries.includes(stored.document.entry)
        ? [{ version, passageId: stored.id }]
        : [],
    )
  }

  async missing(versions: readonly string[], signal: AbortSignal): Promise<string[]> {
    signal.throwIfAborted()
    return versions.filter((version) => !this.passages.has(version))
  }

  async drop(versions: readonly string[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    for (const version of versions) this.passages.delete(version)
  }

  async *all(signal: AbortSignal): AsyncGenerator<HeldVersion[]> {
    signal.throwIfAborted()
    yield [...this.passages].map(([version, { stored }]) => ({ version, passageId: stored.id }))
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Candidates that last as long as the process, for tests and small trials. */
export function openMemoryCandidates(versions = new MemoryVersions()): CandidateIndex {
  const index = new MemoryIndex(versions)
  return {
    ...writingVersions(versions),
    matching: (...asked) => index.matching(...asked),
    nearest: (...asked) => index.nearest(...asked),
    candidates: (...asked) => index.candidates(...asked),
    statistics: (...asked) => index.statistics(...asked),
    [Symbol.asyncDispose]: async () => {},
  }
}
