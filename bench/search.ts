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
import { grow, questionsOf, type Seed } from './grow.ts'

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
  /** The most that this process ever held, writing included. */
  peakBytes: number
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
    // Linux and macOS under Node both say kilobytes.
    peakBytes: process.resourceUsage().maxRSS * 1024,
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
  const questions = questionsOf(options.seeds, options.questions)
  const whole = options.searchOver?.(store)
  // First, so that no part has looked up the same question before.
  const search = whole === undefined ? undefined : await askWhole(whole, questions, opened, signal)
  const { openMs, ...parts } = await askParts(store, questions, opened, signal)
  return { openMs: search?.openMs ?? openMs, ...parts, ...(search === undefined ? {} : { search: search.times }) }
}

async function askWhole(search: Search, questions: readonly Question[], opened: number, signal: AbortSignal) {
  const times: number[] = []
  let openMs = 0
  for (const [number, { text }] of warmedUp(questions)) {
    const { ms } = await timing(search({ text, limit: 10, principal: localPrincipal }, signal))
    if (openMs === 0) openMs = Math.round(performance.now() - opened)
    if (number >= 0) times.push(ms)
  }
  return { openMs, times: percentiles(times) }
}

async function askParts(store: KnowledgeStore, questions: readonly Question[], opened: number, signal: AbortSignal) {
  const times: Record<'store' | 'matching' | 'nearest' | 'load', number[]> = {
    store: [],
    matching: [],
    nearest: [],
    load: [],
  }
  let openMs = 0
  for (const [number, question] of warmedUp(questions)) {
    const started = performance.now()
    const [words, near] = await Promise.all([
      timing(store.index.matching(termsOf(question.text), everybody, candidatesEach, signal)),
      timing(store.index.nearest(question.embedding, everybody, candidatesEach, signal)),
      store.index.statistics(termsOf(question.text), signal),
    ])
    const loading = performance.now()
    const ids = new Set([...words.result, ...near.result].map(({ passageId }) => passageId))
    await store.index.load([...ids], everybody, signal)
    const done = performance.now()
    if (openMs === 0) openMs = Math.round(done - opened)
    if (number < 0) continue
    times.matching.push(words.ms)
    times.nearest.push(near.ms)
    times.load.push(done - loading)
    times.store.push(done - started)
  }
  return {
    openMs,
    store: percentiles(times.store),
    matching: percentiles(times.matching),
    nearest: percentiles(times.nearest),
    load: percentiles(times.load),
  }
}

type Question = ReturnType<typeof questionsOf>[number]

/** All questions by their number, after the first tenth of them under -1, which warms up; the peers do the same. */
function* warmedUp(questions: readonly Question[]): Generator<[number, Question]> {
  for (const question of questions.slice(0, Math.ceil(questions.length / 10))) yield [-1, question]
  yield* questions.entries()
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
