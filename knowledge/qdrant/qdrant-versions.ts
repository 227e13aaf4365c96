import { z } from 'zod'
import type { StoredPassage } from '#knowledge/passage.ts'
import type { HeldVersion, VersionedPassages } from '#knowledge/versioned-candidates.ts'
import type { PlacedCollection, QdrantCollections } from './collections.ts'
import type { Patience, QdrantApi, QdrantConnection } from './connection.ts'
import { entriesFilter } from './filters.ts'
import { type Point, payloadFields, pointOf, type VectorSpace } from './points.ts'

/** A request carries points up to so many, or so much: Qdrant refuses more than 32 MB. */
const pointsAtOnce = 256
const bytesAtOnce = 4_000_000
/** So many requests of points are under way; the next waits for one to be done, over there too. */
const putsAtOnce = 4
const idsAtOnce = 1000

/** `wait_timeout`: it is done, but later than the server likes to wait. */
const Updated = z.object({ status: z.enum(['acknowledged', 'completed', 'wait_timeout']) })
const Payload = z.object({ [payloadFields.passage]: z.string() })
const Scrolled = z.object({
  points: z.array(z.object({ id: z.string(), payload: Payload })),
  next_page_offset: z.union([z.string(), z.number()]).nullish(),
})
const Found = z.array(z.object({ id: z.string() }))

export interface QdrantVersionsParts {
  connection: QdrantConnection
  collections: QdrantCollections
  /** To be told of every write. */
  onWrite: () => void
}

/** A point a version, in the collection of our own layout and models. */
export class QdrantVersions implements VersionedPassages {
  readonly #parts: QdrantVersionsParts

  constructor(parts: QdrantVersionsParts) {
    this.#parts = parts
  }

  async put(passages: ReadonlyMap<string, StoredPassage>, signal: AbortSignal): Promise<void> {
    try {
      await this.#parts.collections.at(({ write }) => this.#putInto(write, passages, signal), signal)
    } finally {
      this.#parts.onWrite()
    }
  }

  async heldOf(source: string, entries: readonly string[], signal: AbortSignal): Promise<HeldVersion[]> {
    const held: HeldVersion[] = []
    for (const some of parts(entries, idsAtOnce)) {
      for await (const page of this.#scroll(entriesFilter(source, some), signal)) held.push(...page)
    }
    return held
  }

  async missing(versions: readonly string[], signal: AbortSignal): Promise<string[]> {
    if (versions.length === 0) return []
    const there = new Set<string>()
    for (const ids of parts(versions, idsAtOnce)) {
      const asked = { ids: [...ids], with_payload: false, with_vector: false }
      const found = await this.#ask('read', (api, at, init) => api.getPoints({ ...at, ...asked }, init), Found, signal)
      for (const { id } of found) there.add(id)
    }
    return versions.filter((version) => !there.has(version))
  }

  async drop(versions: readonly string[], signal: AbortSignal): Promise<void> {
    if (versions.length === 0) return
    for (const points of parts(versions, idsAtOnce)) {
      const asked = { wait: true, points: [...points] }
      await this.#ask('write', (api, at, init) => api.deletePoints({ ...at, ...asked }, init), Updated, signal)
    }
    this.#parts.onWrite()
  }

  async *all(signal: AbortSignal): AsyncGenerator<HeldVersion[]> {
    yield* this.#scroll({}, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #putInto(
    { name: collection_name, spaces }: PlacedCollection,
    passages: ReadonlyMap<string, StoredPassage>,
    signal: AbortSignal,
  ): Promise<void> {
    const { connection } = this.#parts
    const under = new Set<Promise<unknown>>()
    try {
      for (const points of batches(passages, spaces)) {
        if (under.size >= putsAtOnce) await Promise.race(under)
        const asked = { collection_name, wait: true, points }
        const putting: Promise<unknown> = connection
          .ask('write', (api, init) => api.upsertPoints(asked, init), Updated, signal)
          .finally(() => under.delete(putting))
        under.add(putting)
      }
      await Promise.all(under)
    } finally {
      await Promise.allSettled(under)
    }
  }

  async *#scroll(filter: ReturnType<typeof entriesFilter>, signal: AbortSignal): AsyncGenerator<HeldVersion[]> {
    let offset: string | number | undefined
    do {
      const asked = {
        filter,
        limit: idsAtOnce,
        with_payload: [payloadFields.passage],
        with_vector: false,
        ...(offset === undefined ? {} : { offset }),
      }
      const page = await this.#ask(
        'read',
        (api, at, init) => api.scrollPoints({ ...at, ...asked }, init),
        Scrolled,
        signal,
      )
      yield page.points.map(({ id, payload }) => ({ version: id, passageId: payload[payloadFields.passage] }))
      offset = page.next_page_offset ?? undefined
    } while (offset !== undefined)
  }

  async #ask<Result>(
    kind: Patience,
    call: (api: QdrantApi, at: { collection_name: string }, init: RequestInit) => Promise<{ data: unknown }>,
    result: z.ZodType<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const { collections, connection } = this.#parts
    return await collections.at(
      ({ write }) =>
        connection.ask(kind, (api, init) => call(api, { collection_name: write.name }, init), result, signal),
      signal,
    )
  }
}

function* batches(passages: ReadonlyMap<string, StoredPassage>, spaces: readonly VectorSpace[]): Generator<Point[]> {
  let batch: Point[] = []
  let bytes = 0
  for (const [version, passage] of passages) {
    const point = pointOf(version, passage, spaces)
    batch.push(point)
    bytes += sizeOf(point)
    if (batch.length < pointsAtOnce && bytes < bytesAtOnce) continue
    yield batch
    batch = []
    bytes = 0
  }
  if (batch.length > 0) yield batch
}

/** About what a point takes as JSON: 11 characters a number, and what is said of it. */
function sizeOf({ vector }: Point): number {
  const numbers = Object.values(vector).map((each) => (Array.isArray(each) ? each.length : 3 * each.indices.length))
  return 1000 + 11 * numbers.reduce((sum, count) => sum + count, 0)
}

function* parts<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}
