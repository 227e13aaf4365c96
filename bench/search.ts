import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Search } from '#knowledge/answer.ts'
import type { EntryContent } from '#knowledge/document-store.ts'
import type { PassageFilter } from '#knowledge/passage-index.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import type { KnowledgeStore } from '#knowledge/store.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import { silentLog } from '#runtime/log.ts'
import { chance } from './chance.ts'
import { grow, questionOf, type Seed } from './grow.ts'

/** As retrieval asks for them. */
const candidatesEach = 150

/** Handed over at once, as a sync does. */
const entriesAtOnce = 200

const everybody: PassageFilter = { principal: localPrincipal }

export interface BenchSearchOptions {
  seeds: readonly Seed[]
  /** Numbers of passages, one store each. */
  sizes: readonly number[]
  questions: number
  /** Where the stores are made and removed again; absent: the system's temporary directory. */
  directory?: string | undefined
  /** The whole of search over that store, ranking included; absent: the store's part alone. */
  searchOver?: ((store: KnowledgeStore) => Search) | undefined
  /** Told what is being done. */
  progress?: ((what: string) => void) | undefined
}

/** In milliseconds. */
export interface Percentiles {
  p50: number
  p95: number
  p99: number
}

export interface BenchSearchRow {
  passages: number
  /** Writing, the time that the made-up text takes left out. */
  documentsPerSecond: number
  bytesOnDisk: number
  /** From opening the file to the first answer. */
  openMs: number
  /** Of this process, its threads included, after the searches. */
  memoryBytes: number
  /** Words, vectors and the passages found, as one. */
  store: Percentiles
  matching: Percentiles
  nearest: Percentiles
  load: Percentiles
  /** Present when `searchOver` was given. */
  search?: Percentiles | undefined
}

/** Search at each size, in a store of its own on the disk. */
export async function benchSearch(options: BenchSearchOptions, signal: AbortSignal): Promise<BenchSearchRow[]> {
  const rows: BenchSearchRow[] = []
  for (const passages of options.sizes) {
    const directory = await mkdtemp(join(options.directory ?? tmpdir(), 'nightdesk-bench-'))
    try {
      rows.push(await benchSize(passages, join(directory, 'nightdesk.db'), options, signal))
    } finally {
      await rm(directory, { recursive: true })
    }
  }
  return rows
}

async function benchSize(
  passages: number,
  path: string,
  options: BenchSearchOptions,
  signal: AbortSignal,
): Promise<BenchSearchRow> {
  options.progress?.(`writing ${passages} passages`)
  const documentsPerSecond = await write(path, passages, options.seeds, signal)
  options.progress?.(`searching ${passages} passages`)
  const opened = performance.now()
  await using store = openSqliteStore({ path, log: silentLog })
  const times = await ask(store, options, opened, signal)
  return {
    passages,
    documentsPerSecond,
    bytesOnDisk: (await stat(path)).size,
    memoryBytes: process.memoryUsage.rss(),
    ...times,
  }
}

async function write(path: string, passages: number, seeds: readonly Seed[], signal: AbortSignal): Promise<number> {
  await using store = openSqliteStore({ path, log: silentLog })
  let ms = 0
  let documents = 0
  let batch: EntryContent[] = []
  const flush = async () => {
    const started = performance.now()
    await store.documents.replaceEntries(batch, signal)
    ms += performance.now() - started
    documents += batch.length
    batch = []
  }
  for (const entry of grow(seeds, passages)) {
    if (batch.push(entry) >= entriesAtOnce) await flush()
  }
  await flush()
  return Math.round((1000 * documents) / ms)
}

async function ask(store: KnowledgeStore, options: BenchSearchOptions, opened: number, signal: AbortSignal) {
  const random = chance(2)
  const whole = options.searchOver?.(store)
  const times = { store: [], matching: [], nearest: [], load: [], search: [] } satisfies Record<string, number[]>
  const timed: Record<keyof typeof times, number[]> = times
  let openMs = 0
  // The first tenth warms up.
  const warmUp = Math.ceil(options.questions / 10)
  for (let number = 0; number < options.questions + warmUp; number++) {
    const question = questionOf(options.seeds, random)
    const started = performance.now()
    const since = (from: number) => performance.now() - from
    const [words, near] = await Promise.all([
      timing(store.index.matching(termsOf(question.text), everybody, candidatesEach, signal)),
      timing(store.index.nearest(question.embedding, everybody, candidatesEach, signal)),
      store.index.statistics(termsOf(question.text), signal),
    ])
    const loading = performance.now()
    const ids = new Set([...words.result, ...near.result].map(({ passageId }) => passageId))
    await store.index.load([...ids], everybody, signal)
    if (number === 0) openMs = since(opened)
    if (number >= warmUp) {
      timed.matching.push(words.ms)
      timed.nearest.push(near.ms)
      timed.load.push(since(loading))
      timed.store.push(since(started))
    }
    if (whole === undefined) continue
    const { ms } = await timing(whole({ text: question.text, limit: 10, principal: localPrincipal }, signal))
    if (number >= warmUp) timed.search.push(ms)
  }
  return {
    openMs: Math.round(openMs),
    store: percentiles(timed.store),
    matching: percentiles(timed.matching),
    nearest: percentiles(timed.nearest),
    load: percentiles(timed.load),
    ...(whole === undefined ? {} : { search: percentiles(timed.search) }),
  }
}

async function timing<Result>(work: Promise<Result>): Promise<{ result: Result; ms: number }> {
  const started = performance.now()
  const result = await work
  return { result, ms: performance.now() - started }
}

/** @param times In any order. */
export function percentiles(times: readonly number[]): Percentiles {
  const sorted = times.toSorted((one, other) => one - other)
  const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 100) / 100
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}
