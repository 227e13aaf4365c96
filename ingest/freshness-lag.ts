import type { DocumentStore, EntryContent } from '#knowledge/document-store.ts'
import type { Clock } from '#runtime/clock.ts'

/** So many of the last changes of a source are looked back on. */
const remembered = 200

/** Milliseconds from a change at a source to when answers use it, over its last changes. */
export interface Lag {
  lastMs: number
  p50Ms: number
  p95Ms: number
  changes: number
}

export interface FreshnessLagParts {
  documents: Pick<DocumentStore, 'sourceState'>
  clock: Clock
  /** Told of each change. */
  onChange?: ((source: string, lagMs: number) => void) | undefined
}

/**
 * How far answers lag behind the sources. A change counts from when it was made, or from the last complete look at the
 * source where that was later: an old commit that is pushed today could not be seen before. Notion cuts its times to
 * whole minutes, so that up to 60 s of its lag is noise.
 */
export class FreshnessLag {
  readonly #parts: FreshnessLagParts
  readonly #lags = new Map<string, number[]>()

  constructor(parts: FreshnessLagParts) {
    this.#parts = parts
  }

  /** To be told of what has just been stored. What comes with the first sync of a source is no change. */
  async stored(contents: readonly EntryContent[], signal: AbortSignal): Promise<void> {
    const now = this.#parts.clock.now().getTime()
    for (const [source, changes] of Map.groupBy(contents, (content) => content.source)) {
      const state = await this.#parts.documents.sourceState(source, signal)
      if (state?.startedAt === undefined || state.finishedAt === undefined) continue
      for (const { documents } of changes) {
        const edited = Math.max(...documents.map(({ document }) => document.editedAt.getTime()))
        if (documents.length > 0) this.#add(source, Math.max(0, now - Math.max(edited, state.startedAt.getTime())))
      }
    }
  }

  of(source: string): Lag | undefined {
    const lags = this.#lags.get(source) ?? []
    const lastMs = lags.at(-1)
    if (lastMs === undefined) return undefined
    const sorted = lags.toSorted((one, other) => one - other)
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
    return { lastMs, p50Ms: at(0.5), p95Ms: at(0.95), changes: lags.length }
  }

  #add(source: string, lagMs: number): void {
    this.#lags.set(source, [...(this.#lags.get(source) ?? []), lagMs].slice(-remembered))
    this.#parts.onChange?.(source, lagMs)
  }
}
