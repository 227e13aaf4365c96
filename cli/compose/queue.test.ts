import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { SqliteQueue } from '#ingest/queue/sqlite/sqlite-queue.ts'
import { systemClock } from '#runtime/clock.ts'
import { readConfig } from '#runtime/config/config.ts'
import { createLog, silentLog } from '#runtime/log.ts'
import { openQueue, openQueueOrMemory, unplanOthers, warnOfSplitStores } from './queue.ts'

const ongoing = new AbortController().signal

it('keeps the queue in memory where its file can not be used', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'nightdesk-queue-'))
  try {
    await mkdir(join(dataDir, 'queue.db'))
    const config = readConfig({ environment: {}, workingDir: dataDir, dataDir })
    await expect(openQueue({ config, log: silentLog })).rejects.toThrow('cannot be used')
    await using queue = await openQueueOrMemory({ config, log: silentLog })
    await queue.request('wiki', ['page'], ongoing)
    expect(await queue.takeEntries('wiki', 8, ongoing)).toMatchObject([{ entry: 'page' }])
  } finally {
    await rm(dataDir, { recursive: true })
  }
})

it('warns of a shared queue over stores that are not shared', () => {
  const [REDIS_URL, DATABASE_URL] = ['redis://127.0.0.1:1', 'postgres://127.0.0.1:1/x']
  const linesFor = (environment: NodeJS.ProcessEnv) => {
    const lines: string[] = []
    const log = createLog({
      level: 'warn',
      content: false,
      destination: { write: (line: string) => void lines.push(line) },
    })
    warnOfSplitStores({ config: readConfig({ environment, workingDir: tmpdir() }), log })
    return lines
  }
  expect(linesFor({ REDIS_URL })).toHaveLength(1)
  expect([...linesFor({}), ...linesFor({ REDIS_URL, DATABASE_URL })]).toEqual([])
})

it('forgets what was planned of sources that are no longer configured, where nobody else uses the queue', async () => {
  await using queue = new SqliteQueue({ path: ':memory:', clock: systemClock })
  for (const source of ['wiki', 'runbooks']) await queue.plan(source, { everyMs: 60_000, firstInMs: 0 }, ongoing)
  const sources = [{ id: 'wiki' }]
  const invocation = (environment: NodeJS.ProcessEnv) => {
    return { config: readConfig({ environment, workingDir: tmpdir() }), log: silentLog, signal: ongoing }
  }
  const planned = async () => (await queue.counts(ongoing)).map(({ source }) => source).toSorted()
  await unplanOthers(invocation({ REDIS_URL: 'redis://127.0.0.1:1' }), queue, sources)
  expect(await planned()).toEqual(['runbooks', 'wiki'])
  await unplanOthers(invocation({}), queue, sources)
  expect(await planned()).toEqual(['wiki'])
})
