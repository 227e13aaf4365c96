import { expect, it } from 'vitest'
import { prepareEntry } from './index-entry.ts'
import { EntryNotPreparedError, preparing } from './preparing.ts'
import type { RawEntry } from './source.ts'

const ongoing = new AbortController().signal
const source = { id: 'wiki', audience: ['sre'] }
const editedAt = new Date('2025-01-01T00:00:00Z')
const goingWrong = new URL('./preparing-thread.fake.ts', import.meta.url)
const many = 1000

function raw(entry: string, content: string | Uint8Array, given: Partial<RawEntry> = {}): RawEntry {
  return {
    entry,
    path: entry,
    url: `https://wiki.example/${entry}`,
    content,
    owners: ['@acme/sre'],
    editedAt,
    ...given,
  }
}

const page =
  '---\nreviewed: 2025-02-01\n---\n# Redis 障害\n\nRun `redis-cli failover`.\n\n## 手順\n\n1. 確認する\n2. 切り替える\n'

it('makes of an entry the same in a thread as beside the caller', async () => {
  await using threads = preparing({ source, entries: many })
  await using beside = preparing({ source, entries: 1 })
  const lineDates = { at: (line: number) => new Date(Date.UTC(2024, 0, line)) }
  for (const entry of [
    raw('a.md', page),
    raw('b.md', Buffer.from(page), { lineDates }),
    raw('c.md', Uint8Array.of(0, 1, 2)),
  ]) {
    const expected = prepareEntry(entry, source)
    expect(await threads.prepare(entry, ongoing)).toEqual(expected)
    expect(await beside.prepare(entry, ongoing)).toEqual(expected)
  }
})

it('keeps the caller free while a large entry is worked on', async () => {
  await using aside = preparing({ source, entries: 1 })
  const large = raw('large.md', `# Large\n\n${'A sentence of a very long page. '.repeat(40_000)}\n`)
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  const { documents } = await aside.prepare(large, ongoing)
  clearInterval(timer)
  expect(documents[0]?.passages.length).toBeGreaterThan(100)
  expect(turns).toBeGreaterThan(10)
})

it.each([
  ['hang', 'it took longer than 1 s'],
  ['end', 'its thread ended'],
  ['throw', 'boom'],
])('gives up an entry over which a thread would %s, and does the others', async (content, reason) => {
  await using threads = preparing({ source, entries: many, timeoutMs: 1000, thread: goingWrong })
  const outcomes = await Promise.allSettled(
    ['# One\n', content, '# Two\n', '# Three\n'].map((text, n) => threads.prepare(raw(`${n}.md`, text), ongoing)),
  )
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  const [, failed] = outcomes
  expect(failed).toMatchObject({ reason: expect.any(EntryNotPreparedError) })
  expect(failed).toMatchObject({ reason: { message: expect.stringContaining(reason) } })
})

it('loses an entry that fills the memory, not the process', async () => {
  await using threads = preparing({ source, entries: many, thread: goingWrong, threadHeapMb: 64 })
  await expect(threads.prepare(raw('a.md', 'fill the memory'), ongoing)).rejects.toThrow('memory')
  expect((await threads.prepare(raw('b.md', '# Fine\n'), ongoing)).documents).toHaveLength(1)
})

it('stops at once when it is told to, whatever a thread is at', async () => {
  await using threads = preparing({ source, entries: many, thread: goingWrong })
  const stop = new AbortController()
  const working = threads.prepare(raw('a.md', 'hang'), stop.signal)
  stop.abort(new Error('shutting down'))
  await expect(working).rejects.toThrow('shutting down')
})
