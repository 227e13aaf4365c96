import { readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type ChaosEngines, type ChaosRow, chaosEngines, chaosIngest } from '#bench/chaos/chaos-ingest.ts'
import { benchConversation } from '#bench/conversation/conversation.ts'
import { benchLongTalk } from '#bench/conversation/long-talk.ts'
import { benchStops } from '#bench/conversation/stops.ts'
import { benchGateway } from '#bench/gateway.ts'
import { benchIngest } from '#bench/ingest.ts'
import { benchNotion } from '#bench/notion.ts'
import { type BenchReport, underConditions } from '#bench/report.ts'
import type { AtScaleReport } from '#bench/report-at-scale.ts'
import { benchHtml } from '#bench/report-html.ts'
import { benchText } from '#bench/report-table.ts'
import { benchSearchBesidePeers } from '#bench/search-beside-peers.ts'
import { startStandIns } from '#bench/stand-ins/stand-ins.ts'
import { benchTurnTaking } from '#bench/turn-taking/turn-taking.ts'
import { benchVoice } from '#bench/voice/voice.ts'
import { benchVoiceNetwork } from '#bench/voice-network/voice-network.ts'
import { benchWebhook } from '#bench/webhook.ts'
import { benchWorkerMemory } from '#bench/worker-memory/worker-memory.ts'
import { benchWorkers } from '#bench/workers.ts'
import { ConfigError, OpsError } from '#runtime/errors.ts'
import type { Invocation } from '../invocation.ts'
import { writeJson, writeLine } from '../output.ts'

export interface BenchOptions {
  corpus?: string
  sizes: number[]
  /** Absent: as many as the benchmark usually has. */
  documents?: number
  peers: boolean
  kills: number
  seed: number
  engines?: ChaosEngines
  html?: string
  turns: number
  sessions: number[]
  minutes: number
}

/** What was built under kills is not what it should be. */
class ChaosDifferenceError extends OpsError {
  override readonly name = 'ChaosDifferenceError'
  readonly code = 'bench_chaos_difference'
  readonly retryable = false
  readonly userMessage: string
  constructor({ name, difference }: ChaosRow) {
    super('A store built under kills differs from one built from scratch')
    this.userMessage = `${name}: ${difference}`
  }
}

const benchmarks = [
  { name: 'ingest', measures: 'first and second sync of --documents documents: speed, disk, memory' },
  {
    name: 'workers',
    measures: '--documents documents of a source whose answers take 100 ms, by one and by two workers',
  },
  {
    name: 'chaos-ingest',
    measures:
      'kill -9 of workers, Redis and PostgreSQL, --kills times, while pages are edited: what is stored afterwards',
  },
  {
    name: 'notion',
    measures:
      'calls and losses on a Notion of --documents pages (3,000) that fails 5 % of the calls, and of the next sync',
  },
  { name: 'worker-memory', measures: 'memory of a worker that syncs --documents documents (100,000) of ten passages' },
  { name: 'webhook', measures: 'time from a push, told by webhook, to an answer that uses it' },
  {
    name: 'conversation',
    measures: 'what the loop adds to a spoken turn, how fast it stops, and its memory over 400 turns',
  },
  { name: 'gateway', measures: 'time that the gateway to language models adds to a piece, 50 replies at once' },
  {
    name: 'turn-taking',
    measures: 'when turns end and what interrupts, on made-up speech and noises, beside silence alone; needs espeak-ng',
  },
  {
    name: 'voice',
    measures:
      'voice in real time: time that the agent adds to a turn, time until silence, --sessions at once, beside LiveKit Agents',
  },
  {
    name: 'voice-network',
    measures: 'conversations of --turns turns over WebRTC and over a WebSocket, on lines that lose packets or are cut',
  },
  { name: 'search', measures: 'time of a search among --sizes passages, vectors included: p50, p95, p99' },
] as const

const conversationLoads = [
  { conversations: 1, turnsEach: 20 },
  { conversations: 50, turnsEach: 8 },
]
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
  const wrong = report.benchmark === 'chaos-ingest' && report.rows.find(({ difference }) => difference !== undefined)
  if (wrong) throw new ChaosDifferenceError(wrong)
}

async function run(
  invocation: Invocation,
  name: (typeof benchmarks)[number]['name'],
  options: BenchOptions,
): Promise<BenchReport> {
  const { output, signal } = invocation
  const { corpus, sizes, documents = 10_000, peers } = options
  if (name === 'conversation') {
    return await underConditions('nothing', async () => ({
      benchmark: name,
      rows: await benchConversation({ loads: conversationLoads, warmUp: { conversations: 4, turnsEach: 2 } }, signal),
      stops: await benchStops(40, signal),
      longTalk: await benchLongTalk(400, signal),
    }))
  }
  if (name === 'voice-network') {
    const { turns, seed } = options
    const made = { turns, seed, progress: (what: string) => output.err.write(`${what}\n`) }
    return await underConditions('nothing', async () => ({
      benchmark: name,
      voiceNetwork: await benchVoiceNetwork(made, signal),
    }))
  }
  if (name === 'gateway') {
    const load = { streams: 50, replies: 1000 }
    return await underConditions('nothing', async () => ({ benchmark: name, rows: await benchGateway(load, signal) }))
  }
  if (name === 'turn-taking') {
    const made = { split: 'test', progress: (what: string) => output.err.write(`${what}\n`) } as const
    return await underConditions('nothing', async () => ({
      benchmark: name,
      turnTaking: await benchTurnTaking(made, signal),
    }))
  }
  if (name === 'voice') {
    const { turns, sessions, minutes } = options
    const made = { turns, sessions, minutes, peers, progress: (what: string) => output.err.write(`${what}\n`) }
    return await underConditions('nothing', async () => ({ benchmark: name, voice: await benchVoice(made, signal) }))
  }
  if (name !== 'ingest' && name !== 'search')
    return await underConditions('nothing', () => atScale(invocation, name, options))
  const folder = corpus === undefined ? join(import.meta.dirname, '../../samples/docs') : resolve(corpus)
  await checkFolder(folder)
  const common = { corpus: folder, peers, progress: (what: string) => output.err.write(`${what}\n`) }
  return await underConditions(corpus ?? 'the shipped samples', async () =>
    name === 'ingest'
      ? { benchmark: name, rows: await benchIngest({ ...common, documents }, signal) }
      : { benchmark: name, rows: await benchSearchBesidePeers({ ...common, sizes, questions }, signal) },
  )
}

async function atScale(
  { config, output, signal }: Invocation,
  name: AtScaleReport['benchmark'],
  { documents, kills, seed, engines }: BenchOptions,
): Promise<AtScaleReport> {
  const progress = (what: string) => output.err.write(`${what}\n`)
  switch (name) {
    case 'workers': {
      const slow = { documents: documents ?? 10_000, answerMs: 100, workers: [1, 2], redisUrl: config.env.REDIS_URL }
      return { benchmark: name, rows: await benchWorkers({ ...slow, progress }, signal) }
    }
    case 'chaos-ingest': {
      const rows: ChaosRow[] = []
      for (const each of engines === undefined ? chaosEngines : [engines])
        rows.push(await chaosIngest({ engines: each, kills, seed, workers: 2, progress }, signal))
      return { benchmark: name, rows }
    }
    case 'notion': {
      const pages = documents ?? 3000
      return { benchmark: name, rows: await benchNotion({ pages, share: 0.05, slowMs: 2000, progress }, signal) }
    }
    case 'worker-memory': {
      const made = { documents: documents ?? 100_000, passagesPerDocument: 10, progress }
      if (engines !== 'scale-out') return { benchmark: name, rows: await benchWorkerMemory(made, signal) }
      await using standIns = await startStandIns(['postgres', 'qdrant-names'])
      const [postgres, qdrant] = [
        await standIns.askText('postgres', 'url'),
        await standIns.askText('qdrant-names', 'url'),
      ]
      return { benchmark: name, rows: await benchWorkerMemory({ ...made, scaleOut: { postgres, qdrant } }, signal) }
    }
    case 'webhook': {
      const pushes = { pushes: 20, documents: documents ?? 200, progress }
      return { benchmark: name, rows: await benchWebhook(pushes, signal) }
    }
  }
}

/** @throws {ConfigError} When there is nothing to grow from. */
async function checkFolder(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new ConfigError(`  --corpus: ${folder} cannot be read as a folder`, { cause })
  })
  if (names.some((name) => /\.(?:md|mdx|rst|adoc|txt)$/.test(name))) return
  throw new ConfigError(`  --corpus: ${folder} holds no .md, .mdx, .rst, .adoc or .txt file to grow from`)
}
