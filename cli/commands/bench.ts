import { readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { benchIngest } from '#bench/ingest.ts'
import { type BenchReport, underConditions } from '#bench/report.ts'
import { benchHtml } from '#bench/report-html.ts'
import { benchText } from '#bench/report-table.ts'
import { benchSearchBesidePeers } from '#bench/search-beside-peers.ts'
import { benchWorkers } from '#bench/workers.ts'
import { ConfigError } from '#runtime/errors.ts'
import type { Invocation } from '../invocation.ts'
import { writeJson, writeLine } from '../output.ts'

export interface BenchOptions {
  corpus?: string
  sizes: number[]
  documents: number
  peers: boolean
  html?: string
}

const benchmarks = [
  { name: 'ingest', measures: 'first and second sync of --documents documents: speed, disk, memory' },
  {
    name: 'workers',
    measures: '--documents documents of a source whose answers take 100 ms, by one and by two workers',
  },
  { name: 'search', measures: 'time of a search among --sizes passages, vectors included: p50, p95, p99' },
] as const

/** Enough for a p99 that is more than the slowest. */
const questions = 200

export async function benchCommand(
  invocation: Invocation,
  name: (typeof benchmarks)[number]['name'] | undefined,
  options: BenchOptions,
): Promise<void> {
  const { output } = invocation
  if (name === undefined) {
    if (output.json) writeJson(output, { benchmarks })
    else for (const benchmark of benchmarks) writeLine(output, `${benchmark.name}  ${benchmark.measures}`)
    return
  }
  const report = await run(invocation, name, options)
  if (options.html !== undefined) await writeFile(options.html, benchHtml(report))
  if (output.json) writeJson(output, report)
  else writeLine(output, benchText(report))
}

async function run(
  { config, output, signal }: Invocation,
  name: (typeof benchmarks)[number]['name'],
  { corpus, sizes, documents, peers }: BenchOptions,
): Promise<BenchReport> {
  const folder = corpus === undefined ? join(import.meta.dirname, '../../samples/docs') : resolve(corpus)
  const progress = (what: string) => output.err.write(`${what}\n`)
  if (name === 'workers') {
    const slow = { documents, answerMs: 100, workers: [1, 2], redisUrl: config.env.REDIS_URL, progress }
    return await underConditions('nothing', async () => ({ benchmark: name, rows: await benchWorkers(slow, signal) }))
  }
  await checkFolder(folder)
  const common = { corpus: folder, peers, progress }
  return await underConditions(corpus ?? 'the shipped samples', async () =>
    name === 'ingest'
      ? { benchmark: name, rows: await benchIngest({ ...common, documents }, signal) }
      : { benchmark: name, rows: await benchSearchBesidePeers({ ...common, sizes, questions }, signal) },
  )
}

/** @throws {ConfigError} When there is nothing to grow from. */
async function checkFolder(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new ConfigError(`  --corpus: ${folder} cannot be read as a folder`, { cause })
  })
  if (names.some((name) => /\.(?:md|mdx|rst|adoc|txt)$/.test(name))) return
  throw new ConfigError(`  --corpus: ${folder} holds no .md, .mdx, .rst, .adoc or .txt file to grow from`)
}
