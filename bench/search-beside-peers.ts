import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import { loadOpsEmbed } from '#providers/embedder/ops-embed/ops-embed.ts'
import { growPieces, questionsOf, readSeeds, type Seed } from './grow.ts'
import { type PeerName, peerLimits, peerNames, peersMissing, peerTitles, runPeer } from './peers.ts'
import { type Percentiles, percentiles } from './search.ts'

const execute = promisify(execFile)

/** A peer that needs seconds for one question is not waited for longer than that. */
export const peerSearchSeconds = 120

export interface BenchSearchBesidePeersOptions {
  /** A folder of real text, from which the passages are grown. */
  corpus: string
  /** Numbers of passages. */
  sizes: readonly number[]
  questions: number
  /** Run the peers on the same passages and questions. */
  peers: boolean
  /** Where everything is made and removed again; absent: the system's temporary directory. */
  directory?: string | undefined
  /** Told what is being done. */
  progress?: ((what: string) => void) | undefined
}

export interface BenchSearchSystemRow {
  name: string
  passages: number
  /** How many were timed: a slow peer doesn't get through all. */
  questions: number
  /** From the question to the ten best passages. */
  search: Percentiles
  /** Null: it keeps nothing on the disk. */
  bytesOnDisk: number | null
  /** The most that its process ever held, indexing included. */
  peakBytes: number
  /** Where Nightdesk's time goes, measured apart, with questions whose vectors are at hand. */
  parts?: Readonly<Record<'store' | 'matching' | 'nearest' | 'load', Percentiles>> | undefined
  /** From opening the store's file to the first answer. */
  openMs?: number | undefined
  /** It didn't get through; the figures are 0 then. */
  died?: string | undefined
}

const Measured = z.object({ p50: z.number(), p95: z.number(), p99: z.number() })
const OurMeasures = z.object({
  bytesOnDisk: z.number(),
  openMs: z.number(),
  peakBytes: z.number(),
  store: Measured,
  matching: Measured,
  nearest: Measured,
  load: Measured,
  search: Measured,
})

/** Search at each size: the whole of ours, vectors and ranking included, and the peers' on the same passages and questions. */
export async function benchSearchBesidePeers(
  options: BenchSearchBesidePeersOptions,
  signal: AbortSignal,
): Promise<BenchSearchSystemRow[]> {
  const missing = options.peers ? await peersMissing(signal) : undefined
  const rows: BenchSearchSystemRow[] = []
  for (const passages of options.sizes) {
    const directory = await mkdtemp(join(options.directory ?? tmpdir(), 'nightdesk-bench-'))
    try {
      options.progress?.(`Nightdesk: storing and searching ${passages} passages`)
      rows.push(await ourRow(options, passages, directory, signal))
      if (!options.peers) continue
      if (missing === undefined) rows.push(...(await peerRows(options, passages, directory, signal)))
      else rows.push(...peerNames.map((name) => deadRow(name, passages, missing)))
    } finally {
      await rm(directory, { recursive: true })
    }
  }
  return rows
}

async function ourRow(
  { corpus, questions }: BenchSearchBesidePeersOptions,
  passages: number,
  directory: string,
  signal: AbortSignal,
): Promise<BenchSearchSystemRow> {
  const script = join(import.meta.dirname, 'search-process.ts')
  const args = [script, corpus, String(passages), String(questions), directory]
  const { stdout } = await execute(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { signal })
  const { store, matching, nearest, load, ...row } = OurMeasures.parse(JSON.parse(stdout))
  return { name: 'Nightdesk', passages, questions, ...row, parts: { store, matching, nearest, load } }
}

async function peerRows(
  options: BenchSearchBesidePeersOptions,
  passages: number,
  directory: string,
  signal: AbortSignal,
): Promise<BenchSearchSystemRow[]> {
  const chunks = join(directory, 'chunks.jsonl')
  const queries = join(directory, 'queries.jsonl')
  await using embedder = await loadOpsEmbed()
  const seeds = await readSeeds(options.corpus, (texts, stop) => embedder.embed(texts, stop), signal)
  await pipeline(chunkLines(seeds, passages), createWriteStream(chunks), { signal })
  const asked = questionsOf(seeds, options.questions)
  await writeFile(queries, asked.map(({ text }) => `${JSON.stringify({ text })}\n`).join(''))
  const rows: BenchSearchSystemRow[] = []
  for (const name of peerNames) {
    options.progress?.(`${peerTitles[name]}: indexing and searching ${passages} passages`)
    const save = join(directory, `${name}.json`)
    const task = { input: { chunks }, queries, save, searchSeconds: peerSearchSeconds, ...peerLimits }
    const outcome = await runPeer(name, task, signal)
    if (outcome.kind === 'died') rows.push(deadRow(name, passages, outcome.reason))
    else {
      const { searchMs, diskBytes, peakBytes } = outcome.measures
      const figures = { questions: searchMs.length, search: percentiles(searchMs), bytesOnDisk: diskBytes, peakBytes }
      rows.push({ name: peerTitles[name], passages, ...figures })
    }
  }
  return rows
}

function* chunkLines(seeds: readonly Seed[], passages: number): Generator<string> {
  for (const { path, heading, text } of growPieces(seeds, passages)) {
    yield `${JSON.stringify({ path, text: `${heading}\n${text}` })}\n`
  }
}

function deadRow(name: PeerName, passages: number, died: string): BenchSearchSystemRow {
  const nothing = { questions: 0, search: { p50: 0, p95: 0, p99: 0 }, bytesOnDisk: null, peakBytes: 0 }
  return { name: peerTitles[name], passages, ...nothing, died }
}
