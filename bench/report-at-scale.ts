import type { ChaosRow } from './chaos/chaos-ingest.ts'
import type { BenchNotionRow } from './notion.ts'
import { type BenchCell, type BenchTable, counted, given, lasted, sized } from './report-cells.ts'
import type { BenchWebhookRow } from './webhook.ts'
import type { WorkerMemoryRow } from './worker-memory/worker-memory.ts'
import type { BenchWorkersRow } from './workers.ts'

/** What ingest does at its limits; peers have nothing to compare with it. */
export type AtScaleReport =
  | { benchmark: 'workers'; rows: readonly BenchWorkersRow[] }
  | { benchmark: 'chaos-ingest'; rows: readonly ChaosRow[] }
  | { benchmark: 'notion'; rows: readonly BenchNotionRow[] }
  | { benchmark: 'worker-memory'; rows: readonly WorkerMemoryRow[] }
  | { benchmark: 'webhook'; rows: readonly BenchWebhookRow[] }

export function isAtScale<Other extends { benchmark: 'ingest' | 'search' }>(
  report: AtScaleReport | Other,
): report is AtScaleReport {
  return report.benchmark !== 'ingest' && report.benchmark !== 'search'
}

export function atScaleTable(report: AtScaleReport): BenchTable {
  switch (report.benchmark) {
    case 'workers':
      return workersTable(report.rows)
    case 'chaos-ingest':
      return chaosTable(report.rows)
    case 'notion':
      return notionTable(report.rows)
    case 'worker-memory':
      return memoryTable(report.rows)
    case 'webhook':
      return webhookTable(report.rows)
  }
}

/** What to know before comparing. */
export function atScaleNotes(report: AtScaleReport): string[] {
  switch (report.benchmark) {
    case 'workers':
      return [
        'Each worker is a process that reads 8 documents side by side, cuts, masks, embeds and stores them in one SQLite store. Time runs from the request of a sync until it has ended.',
        ...(report.rows.some(({ name }) => name.includes('Redis'))
          ? []
          : ['Set REDIS_URL to measure with a queue on Redis as well.']),
      ]
    case 'chaos-ingest':
      return [
        'Two workers sync a git work tree while its pages are edited, and one of them, Redis or PostgreSQL is ended by kill -9 and started again. Then everything that is stored is compared with a store built from scratch, and every passage searched for by its words and by its vector in both.',
        ...report.rows.flatMap(({ name, difference }) =>
          difference === undefined ? [] : [`${name}: the first difference: ${difference}`],
        ),
      ]
    case 'notion':
      return [
        "Calls are counted at the other end, those that go wrong included. The least that is possible: a page of search for every hundred pages, and one call for each page's content; of the second sync: one call. Pauses that Notion asks for are counted in the time and not waited out.",
      ]
    case 'worker-memory':
      return [
        'What a worker holds in memory, threads included, while it syncs made-up pages; files: what the operating system lets it see of files without reading them, and can take back at any time.',
      ]
    case 'webhook':
      return [
        '`nightdesk start` on a stand-in for GitHub. Time runs from the webhook that tells of a push until an answer of /v1/ask, asked for again and again, says what was pushed.',
      ]
  }
}

function workersTable(rows: readonly BenchWorkersRow[]): BenchTable {
  return {
    title: 'Workers',
    columns: ['documents', 'an answer', 'documents/s', 'sync', 'against one'],
    rows: rows.map((row) => ({
      name: row.name,
      cells: [
        given(row.documents),
        { text: `${row.answerMs} ms` },
        counted(row.documentsPerSecond),
        lasted(row.seconds),
        { value: row.speedup, text: `${row.speedup.toFixed(2)} ×` },
      ],
    })),
  }
}

function chaosTable(rows: readonly ChaosRow[]): BenchTable {
  return {
    title: 'Chaos',
    columns: [
      'kills',
      'of workers',
      'of Redis',
      'with its data',
      'of PostgreSQL',
      'commits',
      'documents',
      'passages',
      'until through',
      'left over',
      'differs',
    ],
    rows: rows.map((row) => ({
      name: row.name,
      cells: [
        given(row.kills),
        given(row.killed.worker),
        given(row.killed.redis),
        given(row.redisEmptied),
        given(row.killed.postgres),
        given(row.commits),
        given(row.documents),
        given(row.passages),
        lasted(row.drainSeconds),
        row.leftOver === undefined ? undefined : counted(row.leftOver),
        { text: row.difference === undefined ? 'nowhere' : 'see below' },
      ],
    })),
  }
}

function notionTable(rows: readonly BenchNotionRow[]): BenchTable {
  return {
    title: 'Notion',
    columns: ['pages', 'lost', 'calls', 'least possible', 'allowed', 'time'],
    rows: rows.map((row) => ({
      name: row.name,
      cells: [
        given(row.pages),
        counted(row.lost),
        counted(row.calls),
        given(row.leastCalls),
        given(row.mostCalls),
        lasted(row.seconds),
      ],
    })),
  }
}

function memoryTable(rows: readonly WorkerMemoryRow[]): BenchTable {
  return {
    title: "A worker's memory",
    columns: ['passages', 'in memory', 'without files', 'after'],
    rows: rows.map((row) => ({
      name: row.name,
      cells: [given(row.passages), sized(row.bytes), sized(row.ownBytes), lasted(row.seconds)],
    })),
  }
}

function webhookTable(rows: readonly BenchWebhookRow[]): BenchTable {
  return {
    title: 'From a push to an answer',
    columns: ['pushes', 'p50', 'at most'],
    rows: rows.map((row) => ({ name: row.name, cells: [given(row.pushes), inMs(row.p50Ms), inMs(row.mostMs)] })),
  }
}

function inMs(value: number): BenchCell {
  return { value, text: `${Math.round(value)} ms` }
}
