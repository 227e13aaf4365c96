import { expect, it } from 'vitest'
import { type BenchReport, underConditions } from './report.ts'
import { benchHtml } from './report-html.ts'
import { benchText } from './report-table.ts'

const conditions: Omit<BenchReport, 'benchmark' | 'rows'> = {
  corpus: 'runbooks <of ours>',
  startedAt: '2026-03-01T10:00:00.000Z',
  seconds: 12,
  machine: { cpu: 'Some CPU', cores: 4, memoryBytes: 16e9, platform: 'linux x64', node: 'v24.0.0' },
  load: { before: [0.2, 0.1, 0.1], after: [1.5, 0.4, 0.2] },
  peerLimits: { heapMb: 8192, seconds: 1200, searchSeconds: 120 },
}
const times = { p50: 4.25, p95: 40.2, p99: 100.4 }
const search: BenchReport = {
  ...conditions,
  benchmark: 'search',
  rows: [
    {
      name: 'Nightdesk',
      passages: 10_000,
      questions: 200,
      search: times,
      bytesOnDisk: 17_200_000,
      peakBytes: 585e6,
      parts: { store: times, matching: times, nearest: times, load: times },
    },
    {
      name: 'MiniSearch',
      passages: 10_000,
      questions: 0,
      search: { p50: 0, p95: 0, p99: 0 },
      bytesOnDisk: null,
      peakBytes: 0,
      died: 'out of memory (8192 MB of heap)',
    },
  ],
}

it('shows percentiles and sizes in a line for each system', () => {
  expect(lineOf(benchText(search), 'Nightdesk ')).toBe('Nightdesk 10,000 200 4.3 ms 40 ms 100 ms 17 MB 585 MB')
})

it('says of a peer that did not get through why, and shows no figures for it', () => {
  const died = 'did not get through: out of memory (8192 MB of heap), at 10,000 passages'
  expect(lineOf(benchText(search), 'MiniSearch')).toBe(`MiniSearch ${died}`)
  expect(benchHtml(search)).toContain(died)
})

it('states the load of the machine, and warns only where it was busy', () => {
  expect(benchText(search)).toContain('before: 0.2 0.1 0.1; after: 1.5 0.4 0.2.')
  expect(benchText(search)).not.toContain('busy')
  expect(benchText({ ...search, load: { before: [3, 2, 1], after: [3, 2, 1] } })).toContain('busy with other work')
})

it('shows what a peer does not keep on the disk as nothing, not as zero', () => {
  const row = { documents: 1000, passages: 1800, documentsPerSecond: 90, firstSeconds: 0.04, secondSeconds: 11.2 }
  const ingest: BenchReport = {
    ...conditions,
    benchmark: 'ingest',
    rows: [{ ...row, name: 'LangChain', bytesOnDisk: null, peakBytes: 1.25e9 }],
  }
  expect(lineOf(benchText(ingest), 'LangChain')).toBe('LangChain 1,000 1,800 90 0.04 s 11.2 s – 1.3 GB')
})

it('draws the longest bar for the largest figure of a column, and takes names as text', () => {
  const page = benchHtml(search)
  expect(page).toContain('<td>585 MB<i style="width:100.0%"></i></td>')
  expect(page).toContain('<td>200</td>')
  expect(page).toContain('runbooks &#60;of ours&#62;')
  expect(page).not.toMatch(/<script|https?:/)
})

it('notes the machine and its load around the work', async () => {
  const report = await underConditions('here', async () => ({ found: 1 }))
  expect(report).toMatchObject({ found: 1, corpus: 'here', machine: { node: process.version } })
  expect(report.load.before).toHaveLength(3)
  expect(report.load.after).toHaveLength(3)
})

function lineOf(text: string, start: string): string | undefined {
  return text
    .split('\n')
    .find((line) => line.startsWith(start))
    ?.trim()
    .replace(/ {2,}/g, ' ')
}

it('says where a store built under kills differs first, and of the others that they differ nowhere', () => {
  const row = {
    kills: 200,
    redisEmptied: 0,
    commits: 500,
    documents: 80,
    passages: 400,
    drainSeconds: 20,
    seconds: 400,
  }
  const chaos: BenchReport = {
    ...conditions,
    benchmark: 'chaos-ingest',
    rows: [
      { ...row, name: 'embedded', killed: { worker: 200, redis: 0, postgres: 0 } },
      {
        ...row,
        name: 'scale-out',
        killed: { worker: 110, redis: 50, postgres: 40 },
        redisEmptied: 15,
        leftOver: 7,
        difference: 'redis.md is missing',
      },
    ],
  }
  const text = benchText(chaos)
  expect(lineOf(text, 'embedded')).toBe('embedded 200 200 0 0 0 500 80 400 20.0 s – nowhere')
  expect(lineOf(text, 'scale-out')).toBe('scale-out 200 110 50 15 40 500 80 400 20.0 s 7 see below')
  expect(text).toContain('scale-out: the first difference: redis.md is missing')
})

it('shows what is allowed beside the calls that Notion took', () => {
  const row = { pages: 3000, lost: 0, calls: 3166, leastCalls: 3030, mostCalls: 3636, seconds: 605.7 }
  const notion: BenchReport = { ...conditions, benchmark: 'notion', rows: [{ ...row, name: 'first sync' }] }
  expect(lineOf(benchText(notion), 'first sync')).toBe('first sync 3,000 0 3,166 3,030 3,636 605.7 s')
})
