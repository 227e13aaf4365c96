import { cpus, loadavg, totalmem } from 'node:os'
import type { ConversationBenchRow } from './conversation/conversation.ts'
import type { LongTalkRow } from './conversation/long-talk.ts'
import { conversationNotes, conversationTables } from './conversation/report.ts'
import type { StopBenchRow } from './conversation/stops.ts'
import type { BenchGatewayRow } from './gateway.ts'
import type { BenchIngestRow } from './ingest.ts'
import { peerLimits } from './peers.ts'
import { type AtScaleReport, atScaleNotes, atScaleTable, isAtScale } from './report-at-scale.ts'
import { type BenchTable, bytes, counted, given, lasted, sized, timed } from './report-cells.ts'
import type { BenchChart } from './report-chart.ts'
import { type BenchSearchSystemRow, peerSearchSeconds } from './search-beside-peers.ts'
import { turnTakingChart, turnTakingNotes, turnTakingTables } from './turn-taking/report.ts'
import type { TurnTakingFindings } from './turn-taking/turn-taking.ts'
import { voiceNotes, voiceTables } from './voice/report.ts'
import type { VoiceFindings } from './voice/voice.ts'
import type { VoiceNetworkFindings } from './voice-network/measuring.ts'
import { voiceNetworkCharts, voiceNetworkNotes, voiceNetworkTables } from './voice-network/report.ts'

/** What a benchmark found, and on what. */
export type BenchReport = BenchConditions &
  (
    | { benchmark: 'ingest'; rows: readonly BenchIngestRow[] }
    | { benchmark: 'search'; rows: readonly BenchSearchSystemRow[] }
    | {
        benchmark: 'conversation'
        rows: readonly ConversationBenchRow[]
        stops: readonly StopBenchRow[]
        longTalk: readonly LongTalkRow[]
      }
    | { benchmark: 'gateway'; rows: readonly BenchGatewayRow[] }
    | { benchmark: 'voice'; voice: VoiceFindings }
    | { benchmark: 'voice-network'; voiceNetwork: VoiceNetworkFindings }
    | { benchmark: 'turn-taking'; turnTaking: TurnTakingFindings }
    | AtScaleReport
  )

/** Numbers from another machine, or from this one under another load, are other numbers. */
export interface BenchConditions {
  /** What it was grown from. */
  corpus: string
  startedAt: string
  seconds: number
  machine: { cpu: string; cores: number; memoryBytes: number; platform: string; node: string }
  /** Processes that wanted to run, over 1, 5 and 15 minutes; at its end the benchmark itself is among them. */
  load: { before: readonly number[]; after: readonly number[] }
  peerLimits: { heapMb: number; seconds: number; searchSeconds: number }
}

/** Runs a benchmark and notes under which conditions. */
export async function underConditions<Findings>(
  corpus: string,
  work: () => Promise<Findings>,
): Promise<BenchConditions & Findings> {
  const before = loadavg()
  const startedAt = new Date().toISOString()
  const started = performance.now()
  const findings = await work()
  return {
    ...findings,
    corpus,
    startedAt,
    seconds: Math.round((performance.now() - started) / 1000),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
      platform: `${process.platform} ${process.arch}`,
      node: process.version,
    },
    load: { before, after: loadavg() },
    peerLimits: {
      heapMb: peerLimits.maxHeapMb,
      seconds: peerLimits.timeoutMs / 1000,
      searchSeconds: peerSearchSeconds,
    },
  }
}

/** @returns One table for an ingest; for a search one of all systems and one of where Nightdesk's time goes. */
export function benchTables(report: BenchReport): BenchTable[] {
  if (report.benchmark === 'conversation') return conversationTables(report)
  if (report.benchmark === 'gateway') return [gatewayTable(report.rows)]
  if (report.benchmark === 'turn-taking') return turnTakingTables(report.turnTaking)
  if (report.benchmark === 'voice') return voiceTables(report.voice)
  if (report.benchmark === 'voice-network') return voiceNetworkTables(report.voiceNetwork)
  if (isAtScale(report)) return [atScaleTable(report)]
  return report.benchmark === 'ingest' ? [ingestTable(report.rows)] : searchTables(report.rows)
}

/** What is better drawn than told. */
export function benchCharts(report: BenchReport): BenchChart[] {
  if (report.benchmark === 'turn-taking') return [turnTakingChart(report.turnTaking)]
  return report.benchmark === 'voice-network' ? voiceNetworkCharts(report.voiceNetwork) : []
}

/** What to know before comparing. */
export function benchNotes(report: BenchReport): string[] {
  const { machine, load, corpus, seconds } = report
  const loads = (of: readonly number[]) => of.map((one) => one.toFixed(1)).join(' ')
  return [
    `${machine.cores} × ${machine.cpu}, ${bytes(machine.memoryBytes)}, ${machine.platform}, Node ${machine.node}; took ${seconds} s.`,
    `Load of the machine (1, 5, 15 minutes) before: ${loads(load.before)}; after: ${loads(load.after)}.${isBusy(report) ? ' It was busy with other work: an idle machine is faster.' : ''}`,
    ...(report.benchmark === 'conversation' ||
    report.benchmark === 'gateway' ||
    report.benchmark === 'turn-taking' ||
    report.benchmark === 'voice' ||
    report.benchmark === 'voice-network' ||
    isAtScale(report)
      ? []
      : [`Grown from ${corpus}, the same at every run.`]),
    ...notesOf(report),
  ]
}

function notesOf(report: BenchReport): string[] {
  const { peerLimits: limits } = report
  const theirs = `Peers get ${bytes(limits.heapMb * 1e6)} of heap and ${limits.seconds} s`
  if (report.benchmark === 'conversation') return conversationNotes()
  if (report.benchmark === 'gateway')
    return [
      'What the gateway to language models adds to a provider in the process: on the way to it, and from its hands to the asker.',
    ]
  if (report.benchmark === 'turn-taking') return turnTakingNotes(report.turnTaking)
  if (report.benchmark === 'voice') return voiceNotes(report.voice)
  if (report.benchmark === 'voice-network') return voiceNetworkNotes(report.voiceNetwork)
  if (isAtScale(report)) return atScaleNotes(report)
  return report.benchmark === 'ingest'
    ? [
        'Nightdesk reads the files, cuts, masks, embeds and stores them on the disk, without dating lines by git. A peer is handed the text, cuts and indexes it in memory, and starts over each time.',
        `${theirs}.`,
      ]
    : [
        'Nightdesk searches words and vectors, embeds the question, ranks and dates what it found, from the disk; a peer searches words in memory. Ten results each.',
        `${theirs}, ${limits.searchSeconds} s of it for searching: a slow one is asked fewer questions.`,
      ]
}

function isBusy({ load, machine }: BenchReport): boolean {
  return (load.before[0] ?? 0) > machine.cores / 4
}

function gatewayTable(rows: readonly BenchGatewayRow[]): BenchTable {
  return {
    title: 'Gateway',
    columns: ['replies', 'at once', 'p50', 'p95', 'p99'],
    rows: rows.map(({ name, replies, streams, adds }) => ({
      name,
      cells: [
        given(replies),
        given(streams),
        ...[adds.p50, adds.p95, adds.p99].map((ms) => ({ value: ms, text: `${ms.toFixed(2)} ms` })),
      ],
    })),
  }
}

function ingestTable(rows: readonly BenchIngestRow[]): BenchTable {
  return {
    title: 'Ingest',
    columns: ['documents', 'passages', 'documents/s', 'first sync', 'second sync', 'on disk', 'peak memory'],
    rows: rows.map((row) => ({
      name: row.name,
      died: row.died,
      cells: [
        given(row.documents),
        given(row.passages),
        counted(row.documentsPerSecond),
        lasted(row.firstSeconds),
        lasted(row.secondSeconds),
        sized(row.bytesOnDisk),
        sized(row.peakBytes),
      ],
    })),
  }
}

function searchTables(rows: readonly BenchSearchSystemRow[]): BenchTable[] {
  return [
    {
      title: 'Search',
      columns: ['passages', 'questions', 'p50', 'p95', 'p99', 'on disk', 'peak memory'],
      rows: rows.map((row) => ({
        name: row.name,
        died: row.died === undefined ? undefined : `${row.died}, at ${row.passages.toLocaleString('en')} passages`,
        cells: [
          given(row.passages),
          given(row.questions),
          ...timed(row.search),
          sized(row.bytesOnDisk),
          sized(row.peakBytes),
        ],
      })),
    },
    {
      title: "Nightdesk's store alone",
      columns: ['passages', 'p50', 'p95', 'p99'],
      rows: rows.flatMap(({ parts, passages }) =>
        parts === undefined
          ? []
          : [
              { name: 'words', cells: [given(passages), ...timed(parts.matching)] },
              { name: 'vectors', cells: [given(passages), ...timed(parts.nearest)] },
              { name: 'loading what was found', cells: [given(passages), ...timed(parts.load)] },
              { name: 'all three', cells: [given(passages), ...timed(parts.store)] },
            ],
      ),
    },
  ]
}
