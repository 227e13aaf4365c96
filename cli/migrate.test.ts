import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type PostgresServer, postgresPrograms, startPostgres } from '#knowledge/postgres/postgres-server.fake.ts'
import { nightdesk } from './nightdesk-process.fake.ts'

const Report = z.object({
  complete: z.boolean(),
  rows: z.array(
    z.object({
      kind: z.string(),
      origin: z.number(),
      arrived: z.number(),
      checksum_origin: z.string(),
      checksum_destination: z.string(),
    }),
  ),
})

describe.skipIf(postgresPrograms === undefined)('nightdesk migrate', () => {
  let server: PostgresServer
  let folder = ''
  let docs = ''
  beforeAll(async () => {
    server = await startPostgres()
    folder = await mkdtemp(join(tmpdir(), 'nightdesk-migrate-'))
    docs = await mkdtemp(join(folder, 'docs-'))
    await writeFile(join(docs, 'redis.md'), '# Redis\n\nFail over by hand.\n')
    await writeFile(join(docs, 'disk.md'), '# Disk\n\nDelete old journals when the disk is full.\n')
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const at = (name: string) => ['--data-dir', join(folder, name)]

  it('carries a data directory to PostgreSQL, where another machine answers from it, and back', async () => {
    const env = { DATABASE_URL: await server.empty() }
    await nightdesk(['ingest', `files:${docs}`, ...at('embedded')])
    const there = await nightdesk(['migrate', '--to', 'scale-out', '--json', ...at('embedded')], { env })
    expect(there).toMatchObject({ code: 0 })
    const { complete, rows } = Report.parse(JSON.parse(there.out))
    expect(complete).toBe(true)
    expect(rows.find(({ kind }) => kind === 'documents')).toMatchObject({ origin: 2, arrived: 2 })
    expect(rows.map((row) => row.checksum_origin)).toEqual(rows.map((row) => row.checksum_destination))

    const found = await nightdesk(['search', 'what if the disk is full?', ...at('another-machine')], { env })
    expect(found.out).toContain('Delete old journals')

    const back = await nightdesk(['migrate', '--to', 'embedded', '--json', ...at('copy')], { env })
    expect(Report.parse(JSON.parse(back.out)).rows).toEqual(rows)
    const again = await nightdesk(['search', 'what if the disk is full?', ...at('copy')])
    expect(again.out).toBe(found.out)
  })

  it('refuses a destination that holds something else, until it may overwrite', async () => {
    const env = { DATABASE_URL: await server.empty() }
    await nightdesk(['ingest', `files:${docs}`, ...at('one')])
    await writeFile(join(docs, 'third.md'), '# Third\n\nA page more.\n')
    await nightdesk(['ingest', `files:${docs}`, ...at('engines')], { env })
    const refused = await nightdesk(['migrate', '--to', 'scale-out', ...at('one')], { env })
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.err).toContain('1 entries. Nothing was written.')
    const done = await nightdesk(['migrate', '--to', 'scale-out', '--overwrite', ...at('one')], { env })
    expect(done).toMatchObject({ code: 0 })
    expect(done.out).toMatch(/^documents +2 +2 +0 .*agrees$/m)
  })

  it('says what is missing when there is no database, or none that answers', async () => {
    const unset = await nightdesk(['migrate', '--to', 'scale-out', ...at('none')])
    expect(unset).toMatchObject({ code: 2, out: '' })
    expect(unset.err).toContain('DATABASE_URL')
    const env = { DATABASE_URL: 'postgres://ann:hunter2@127.0.0.1:1/wiki' }
    const away = await nightdesk(['migrate', '--to', 'embedded', ...at('none')], { env })
    expect(away).toMatchObject({ code: 1, out: '' })
    expect(away.err).toContain("PostgreSQL at 127.0.0.1:1 can't be reached")
    expect(away.err).not.toContain('hunter2')
  })
})
