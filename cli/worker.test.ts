import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { hasRedisServer, redisServer } from '#ingest/queue/redis-server.fake.ts'
import { SqliteQueue } from '#ingest/queue/sqlite/sqlite-queue.ts'
import { systemClock } from '#runtime/clock.ts'
import { launchNightdesk, nightdesk } from './nightdesk-process.fake.ts'

const Queue = z.object({
  sources: z.array(z.object({ source: z.string(), sync: z.string(), waiting: z.number() })),
  failures: z.array(z.object({ entry: z.string(), state: z.string(), reason: z.string() })),
})

const ongoing = new AbortController().signal
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightdesk-worker-'))
  await mkdir(join(folder, 'docs'))
  await writeFile(join(folder, 'docs/redis.md'), '# Redis\n\nFail over with `redis-cli failover`.\n')
  const sources = 'sources: [{ id: docs, type: files, path: ./docs }]\n'
  await writeFile(join(folder, 'nightdesk.yaml'), sources)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs a worker until nothing is left to do; then it is asked to stop. */
async function workUntilIdle(args: readonly string[], env: Record<string, string>) {
  const worker = launchNightdesk(['worker', ...args], { env })
  const isIdle = async () => {
    const { out } = await nightdesk(['queue', '--json', ...args], { env })
    const { sources } = Queue.parse(JSON.parse(out))
    return sources.some(({ source, sync, waiting }) => source === 'docs' && sync === 'idle' && waiting === 0)
  }
  while (!(await isIdle())) await setTimeout(200)
  worker.kill('SIGTERM')
  return await worker.ended
}

describe('nightdesk worker', () => {
  it('syncs what is configured, keeps doing so until it is asked to stop, and ends well', async () => {
    const args = ['--config', join(folder, 'nightdesk.yaml'), '--data-dir', join(folder, 'embedded')]
    const { code, out } = await workUntilIdle(args, {})
    expect({ code, out }).toEqual({ code: 0, out: 'Working on docs; the queue is in the data directory.\n' })
    const found = await nightdesk(['search', 'failover', '--json', ...args])
    expect(found.out).toContain('redis-cli failover')
  })

  it('needs a source, and says so', async () => {
    const { code, err } = await nightdesk(['worker', '--data-dir', join(folder, 'none')])
    expect(code).toBe(2)
    expect(err).toMatch(/nightdesk\.yaml/)
  })

  it('says where Redis should be when it is not there', async () => {
    const args = ['--config', join(folder, 'nightdesk.yaml'), '--data-dir', join(folder, 'no-redis')]
    const { code, err } = await nightdesk(['worker', ...args], { env: { REDIS_URL: 'redis://:hunter2@127.0.0.1:9' } })
    expect(code).toBe(1)
    expect(err).toMatch(/redis:\/\/127\.0\.0\.1:9 .*REDIS_URL/)
    expect(err).not.toContain('hunter2')
  })

  it.skipIf(!hasRedisServer)('takes its work from Redis where REDIS_URL is set, which doctor checks', async () => {
    await using redis = await redisServer(['--maxmemory-policy', 'allkeys-lru'])
    const env = { REDIS_URL: redis.url }
    const args = ['--config', join(folder, 'nightdesk.yaml'), '--data-dir', join(folder, 'redis')]
    const { code, out, err } = await workUntilIdle(args, env)
    expect({ code, out }).toEqual({
      code: 0,
      out: `Working on docs; the queue is in Redis at ${new URL(redis.url).host}.\n`,
    })
    const troubles = err.split('\n').filter((line) => /"level":(?:40|50)/.test(line))
    expect(troubles).toEqual([expect.stringContaining('REDIS_URL is set without DATABASE_URL')])
    expect((await nightdesk(['search', 'failover', '--json', ...args], { env })).out).toContain('redis-cli failover')
    const checked = await nightdesk(['doctor', ...args], { env })
    expect(checked.out).toMatch(/queue: .*allkeys-lru.*noeviction/)
    expect(checked.out).toMatch(/queue: .*DATABASE_URL/)
  })
})

describe('nightdesk queue', () => {
  it('says that nothing waits', async () => {
    const { code, out } = await nightdesk(['queue', '--data-dir', join(folder, 'empty')])
    expect({ code, out }).toEqual({ code: 0, out: 'Nothing waits, and no sync is planned.\n' })
  })

  it('lists what failed and why, and has it tried again', async () => {
    const dataDir = join(folder, 'failed')
    const args = ['--data-dir', dataDir]
    await using queue = new SqliteQueue({ path: join(dataDir, 'queue.db'), clock: systemClock })
    const found = ['a.md', 'b.md'].map((entry) => ({ entry, revision: 'r1', replaces: null }))
    await queue.addEntries('docs', found, ongoing)
    const outcome = { kind: 'failed', reason: 'It is not UTF-8.', retry: false } as const
    const claims = await queue.takeEntries('docs', 5, ongoing)
    await queue.settle(
      claims.map((claim) => ({ claim, outcome })),
      ongoing,
    )

    const listed = await nightdesk(['queue', ...args])
    expect(listed.out).toContain('docs: 0 waiting, 0 running, 0 tried again later, 2 given up')
    expect(listed.out).toContain('given up docs: a.md (1 attempt): It is not UTF-8.')
    expect((await nightdesk(['queue', 'wiki', '--retry', ...args])).out).toBe('Nothing had failed.\n')
    const one = await nightdesk(['queue', 'docs', '--retry', '--entry', 'b.md', ...args])
    expect(one.out).toBe('1 entry is tried again by the next worker.\n')
    const left = Queue.parse(JSON.parse((await nightdesk(['queue', '--json', ...args])).out))
    expect(left).toMatchObject({ sources: [{ waiting: 1 }], failures: [{ entry: 'a.md', state: 'dead' }] })
    expect((await nightdesk(['doctor', ...args])).out).toMatch(/queue: .*--retry/)
  })
})
