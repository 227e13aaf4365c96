import { FakeCollection, type FakePoint } from '#knowledge/qdrant/qdrant-collection.fake.ts'
import type { Filter, UpsertPoints } from '#knowledge/qdrant/qdrant-requests.fake.ts'

/** Nothing is searched for in it, so that a million points fit into the memory of a stand-in. */
class NamesCollection extends FakeCollection {
  readonly #byEntry = new Map<unknown, Set<FakePoint>>()

  override upsert({ points }: UpsertPoints): void {
    for (const { id, payload = {} } of points) {
      const { passage, source, entry } = payload
      this.#forget(id)
      const point: FakePoint = { id, dense: new Map(), sparse: new Map(), payload: { passage, source, entry } }
      this.points.set(id, point)
      const ofEntry = this.#byEntry.get(entry) ?? new Set()
      this.#byEntry.set(entry, ofEntry.add(point))
    }
  }

  /** Points that were deleted stay listed under their entry until it is asked for. */
  override matchingFilter(filter: Filter | undefined): FakePoint[] {
    const entries = entriesIn(filter)
    if (entries === undefined) return super.matchingFilter(filter)
    return entries.flatMap((entry) => [...(this.#byEntry.get(entry) ?? [])].filter(({ id }) => this.points.has(id)))
  }

  #forget(id: FakePoint['id']): void {
    const before = this.points.get(id)
    if (before !== undefined) this.#byEntry.get(before.payload.entry)?.delete(before)
  }
}

function entriesIn(filter: Filter | undefined) {
  for (const condition of filter?.must ?? [])
    if ('key' in condition && condition.key === 'entry' && 'any' in condition.match) return condition.match.any
  return undefined
}

/** Collections of a stand-in for Qdrant that keep names alone. */
export class NamesCollections extends Map<string, FakeCollection> {
  override set(name: string, { config }: FakeCollection): this {
    return super.set(name, new NamesCollection(config))
  }
}
