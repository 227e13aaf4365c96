import type { Schemas } from '@qdrant/js-client-rest'
import { z } from 'zod'
import type { CandidateIndex } from '#knowledge/candidate-index.ts'
import {
  type Candidate,
  type CandidateAsk,
  fused,
  type PassageFilter,
  type TermStatistics,
} from '#knowledge/passage-index.ts'
import { type VersionedPassages, writingVersions } from '#knowledge/versioned-candidates.ts'
import { type Clock, systemClock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { type CollectionSettings, type PlacedCollection, QdrantCollections, type Quantization } from './collections.ts'
import { QdrantConnection } from './connection.ts'
import { filterOf } from './filters.ts'
import { payloadFields, sentVector, spaceOf, termId, wordsVector } from './points.ts'
import { QdrantVersions } from './qdrant-versions.ts'
import { TermCounts } from './term-counts.ts'

/** Qdrant counts ranks from 0 where our own fusion counts from 1, so this is our 60. */
const rankOffset = 61

const Ranked = z.object({
  points: z.array(z.object({ score: z.number(), payload: z.object({ [payloadFields.passage]: z.string() }) })),
})

/** Quantized vectors choose these times as many, of which the true vectors keep the best. */
const searchParams: Record<Quantization, Schemas['SearchParams'] | undefined> = {
  none: undefined,
  scalar: { quantization: { rescore: true, oversampling: 1.5 } },
  binary: { quantization: { rescore: true, oversampling: 3 } },
}

export interface QdrantIndexOptions extends CollectionSettings {
  url: string
  apiKey?: string | undefined
  log: Log
  clock?: Clock | undefined
  /** @see QdrantConnectionOptions */
  retryDelayMs?: number | undefined
  timeoutMs?: number | undefined
}

export interface QdrantIndex extends CandidateIndex {
  host: string
  /** What it is made of, by version. */
  versions: VersionedPassages
  status(signal: AbortSignal): Promise<QdrantStatus>
}

export interface QdrantStatus {
  host: string
  /** Of the server. */
  version: string
  collection: string
  /** Versions of passages in it; the same as there are passages when all is in order. */
  passages: number
  /** Otherwise an earlier one serves until a repair has filled this one. */
  isServing: boolean
}

/** Candidates in Qdrant. Nothing is asked of it before the first search or write. */
export function openQdrantIndex(options: QdrantIndexOptions): QdrantIndex {
  const { log, quantization } = options
  const connection = new QdrantConnection(options)
  const collections = new QdrantCollections(connection, options, log)
  const counts = new TermCounts(connection, options.clock ?? systemClock)
  const versions = new QdrantVersions({ connection, collections, onWrite: () => counts.forget() })
  const search = new QdrantSearch({ connection, collections, counts, quantization })
  const writing = writingVersions(versions)
  return {
    ...writing,
    async repair(truth, onProgress, signal) {
      const report = await writing.repair(truth, onProgress, signal)
      await collections.switchOver(signal)
      counts.forget()
      return report
    },
    host: connection.host,
    versions,
    matching: (...asked) => search.matching(...asked),
    nearest: (...asked) => search.nearest(...asked),
    candidates: (...asked) => search.candidates(...asked),
    statistics: (...asked) => search.statistics(...asked),
    async status(signal) {
      const version = await connection.version(signal)
      const isServing = await collections.isServing(signal)
      counts.forget()
      const { passages } = await counts.statistics([], [{ name: collections.wanted, spaces: [] }], signal)
      return { host: connection.host, version, collection: collections.wanted, passages, isServing }
    },
    [Symbol.asyncDispose]: async () => collections[Symbol.dispose](),
  }
}

interface QdrantSearchParts {
  connection: QdrantConnection
  collections: QdrantCollections
  counts: TermCounts
  quantization: Quantization
}

type Query = Schemas['QueryRequest'] & { limit: number }
type Prefetch = Schemas['Prefetch']

class QdrantSearch {
  readonly #parts: QdrantSearchParts

  constructor(parts: QdrantSearchParts) {
    this.#parts = parts
  }

  async matching(terms: readonly string[], filter: PassageFilter, limit: number, signal: AbortSignal) {
    return await this.#oneWay(() => wordsWay(terms, filter, limit), limit, signal)
  }

  async nearest(embedding: Float32Array, filter: PassageFilter, limit: number, signal: AbortSignal) {
    return await this.#oneWay((into) => this.#meaningWay(embedding, filter, limit, into), limit, signal)
  }

  async candidates(ask: CandidateAsk, filter: PassageFilter, signal: AbortSignal): Promise<string[]> {
    const lists = await this.#everywhere(async (into) => {
      const prefetch = [
        ...ask.terms.map((terms) => wordsWay(terms, filter, ask.limitEach)),
        ...ask.embeddings.map((embedding) => this.#meaningWay(embedding, filter, ask.limitEach, into)),
      ].filter((way) => way !== undefined)
      if (prefetch.length === 0 || ask.limit === 0) return []
      return await this.#query(into, { prefetch, query: { rrf: { k: rankOffset } }, limit: ask.limit }, signal)
    }, signal)
    return fused(lists, ask.limit)
  }

  async statistics(terms: readonly string[], signal: AbortSignal): Promise<TermStatistics> {
    const { collections, counts } = this.#parts
    return await collections.at(({ read }) => counts.statistics(terms, read, signal), signal)
  }

  async #oneWay(
    wayInto: (into: PlacedCollection) => Prefetch | undefined,
    limit: number,
    signal: AbortSignal,
  ): Promise<Candidate[]> {
    const lists = await this.#everywhere(async (into) => {
      const way = wayInto(into)
      return way === undefined ? [] : await this.#query(into, { ...way, limit }, signal)
    }, signal)
    const best = new Map<string, Candidate>()
    for (const candidate of lists.flat().toSorted((one, other) => other.score - one.score)) {
      if (!best.has(candidate.passageId)) best.set(candidate.passageId, candidate)
    }
    return [...best.values()].slice(0, limit)
  }

  #meaningWay(
    embedding: Float32Array,
    filter: PassageFilter,
    limit: number,
    into: PlacedCollection,
  ): Prefetch | undefined {
    const visible = filterOf(filter)
    const space = spaceOf(embedding, into.spaces)
    if (visible === 'nothing' || space === undefined || limit === 0) return undefined
    const params = searchParams[this.#parts.quantization]
    return {
      query: sentVector(embedding),
      using: space.name,
      filter: visible,
      limit,
      ...(params === undefined ? {} : { params }),
    }
  }

  async #query(into: PlacedCollection, query: Query, signal: AbortSignal): Promise<Candidate[]> {
    const asked = { collection_name: into.name, ...query, with_payload: [payloadFields.passage], with_vector: false }
    const { points } = await this.#parts.connection.ask(
      'read',
      (api, init) => api.queryPoints(asked, init),
      Ranked,
      signal,
    )
    return points.map(({ score, payload }) => ({ passageId: payload[payloadFields.passage], score }))
  }

  async #everywhere<Found>(find: (into: PlacedCollection) => Promise<Found>, signal: AbortSignal): Promise<Found[]> {
    return await this.#parts.collections.at(({ read }) => Promise.all(read.map(find)), signal)
  }
}

function wordsWay(terms: readonly string[], filter: PassageFilter, limit: number): Prefetch | undefined {
  const visible = filterOf(filter)
  const indices = [...new Set(terms.map(termId))]
  if (visible === 'nothing' || indices.length === 0 || limit === 0) return undefined
  return { query: { indices, values: indices.map(() => 1) }, using: wordsVector, filter: visible, limit }
}
