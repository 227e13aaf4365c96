import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresPrograms, startPostgres } from '#knowledge/postgres/postgres-server.fake.ts'
import { type FakeQdrant, fakeQdrant } from '#knowledge/qdrant/qdrant.fake.ts'
import { nightdesk } from './nightdesk-process.fake.ts'

const question = 'what if the disk is full?'

describe('nightdesk with QDRANT_URL', () => {
  let fake: FakeQdrant
  let folder = ''
  let docs = ''
  let env: Record<string, string> = {}
  beforeAll(async () => {
    fake = await fakeQdrant({ apiKey: 'hunter2' })
    folder = await mkdtemp(join(tmpdir(), 'nightdesk-qdrant-'))
    docs = await mkdtemp(join(folder, 'docs-'))
    env = { QDRANT_URL: fake.url, QDRANT_API_KEY: 'hunter2' }
    await writeFile(join(docs, 'redis.md'), '# Redis\n\nFail over by hand.\n')
    await writeFile(join(docs, 'disk.md'), '# Disk\n\nDelete old journals when the disk is full.\n')
    await nightdesk(['ingest', `files:${docs}`, ...at('data')], { env })
  })
  afterAll(async () => {
    await fake[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const at = (name: string) => ['--data-dir', join(folder, name)]

  it('finds by Qdrant', async () => {
    const before = fake.requests.length
    const found = await nightdesk(['search', question, ...at('data')], { env })
    expect(found.out).toContain('Delete old journals')
    const paths = fake.requests.slice(before).map(({ path }) => path)
    expect(paths.filter((path) => path.endsWith('/points/query'))).toHaveLength(1)
  })

  it('tells in doctor how the index stands, and mends it with repair', async () => {
    const healthy = await nightdesk(['doctor', ...at('data')], { env })
    expect(healthy.out).toMatch(/ok {4}passage index: Qdrant 1\.\d+\.\d+ at 127\.0\.0\.1:\d+, .*: 2 of 2 passages/)
    for (const collection of fake.collections.values()) collection.points.clear()
    const empty = await nightdesk(['doctor', ...at('data')], { env })
    expect(empty.out).toMatch(/FAULT passage index: .* 0 of 2 passages → Run `nightdesk repair`/)
    const repaired = await nightdesk(['repair', '--json', ...at('data')], { env })
    expect(JSON.parse(repaired.out)).toMatchObject({ passages: 2, added: 2, dropped: 0 })
    expect([...fake.collections.values()].map(({ points }) => points.size)).toEqual([2])
  })

  it('goes on answering from the data directory while Qdrant is away, and says how to get it back', async () => {
    const gone = { ...env, QDRANT_URL: 'http://127.0.0.1:9' }
    const found = await nightdesk(['search', question, ...at('data')], { env: gone })
    expect(found).toMatchObject({ code: 0, out: expect.stringContaining('Delete old journals') })
    expect(found.err).toContain('searching where the documents are')
    const doctor = await nightdesk(['doctor', ...at('data')], { env: gone })
    expect(doctor.code).toBe(1)
    expect(doctor.out).toContain("Qdrant at 127.0.0.1:9 can't be reached")
    await writeFile(join(docs, 'new.md'), '# New\n\nSomething new.\n')
    const ingest = await nightdesk(['ingest', `files:${docs}`, ...at('data')], { env: gone })
    expect(ingest.code).toBe(1)
    expect(ingest.err).toContain('Check that it runs and that QDRANT_URL is its address')
    await nightdesk(['ingest', `files:${docs}`, ...at('data')], { env })
    const later = await nightdesk(['search', 'something new', ...at('data')], { env })
    expect(later.out).toContain('Something new.')
  })

  it('has nothing to repair where everything is embedded', async () => {
    const repaired = await nightdesk(['repair', ...at('embedded')])
    expect(repaired).toMatchObject({ code: 0, out: expect.stringContaining('nothing to repair') })
  })

  it.skipIf(postgresPrograms === undefined)('carries a data directory there and to PostgreSQL', async () => {
    await using other = await fakeQdrant()
    await using server = await startPostgres()
    const scaledOut = { DATABASE_URL: await server.empty(), QDRANT_URL: other.url }
    const moved = await nightdesk(['migrate', '--to', 'scale-out', '--json', ...at('data')], { env: scaledOut })
    expect(moved).toMatchObject({ code: 0 })
    const found = await nightdesk(['search', question, ...at('another-machine')], { env: scaledOut })
    expect(found.out).toContain('Delete old journals')
    const doctor = await nightdesk(['doctor', ...at('another-machine')], { env: scaledOut })
    expect(doctor.out).toMatch(/store: PostgreSQL at .*, passages found by Qdrant at /)
    expect(doctor.out).toMatch(/ok {4}passage index/)
    const gone = { ...scaledOut, QDRANT_URL: 'http://127.0.0.1:9' }
    const still = await nightdesk(['search', question, ...at('another-machine')], { env: gone })
    expect(still).toMatchObject({ code: 0, out: expect.stringContaining('Delete old journals') })
    expect(`${still.out}${still.err}`).toContain('found by words alone')
  })
})
