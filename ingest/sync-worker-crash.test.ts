import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { localPrincipal } from '#knowledge/principal.ts'
import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { BullmqQueue } from './queue/bullmq/bullmq-queue.ts'
import { hasRedisServer, type RedisServer, redisServer } from './queue/redis-server.fake.ts'
import { SqliteQueue } from './queue/sqlite/sqlite-queue.ts'
import type { SyncQueue } from './queue/sync-queue.ts'

const ongoing = new AbortController().signal
const script = join(import.meta.dirname, 'sync-worker-process.fake.ts')
const files = 50

interface Note {
  what: string
  pid: number
  entry: string
}

/** A folder of files, a store and a queue that several worker processes share. */
async function place({ redis, leaseMs }: { redis?: RedisServer | undefined; leaseMs: number }) {
  const at = await mkdtemp(join(tmpdir(), 'nightdesk-workers-'))
  const options = {
    queue: redis?.url ?? join(at, 'queue.db'),
    store: join(at, 'nightdesk.db'),
    folder: join(at, 'docs'),
    notes: join(at, 'notes'),
    readMs: 60,
    leaseMs,
    everyMs: 1000,
  }
  await mkdir(options.folder)
  await writeFile(options.notes, '')
  const workers: ChildProcess[] = []
  const write = (n: number, text: string) => writeFile(join(options.folder, `${n}.md`), `# Page ${n}\n\n${text}\n`)
  for (let n = 0; n < files; n++) await write(n, `As it was, ${n}.`)
  const notes = async () =>
    (await readFile(options.notes, 'utf8')).split('\n').flatMap((line): Note[] => {
      const [what = '', pid, ...entry] = line.split(' ')
      return what === '' ? [] : [{ what, pid: Number(pid), entry: entry.join(' ') }]
    })
  return {
    write,
    notes,
    queue: (): SyncQueue =>
      redis === undefined
        ? new SqliteQueue({ path: options.queue, clock: systemClock })
        : new BullmqQueue({ url: redis.url, log: silentLog }),
    worker() {
      const args = ['--disable-warning=ExperimentalWarning', script, JSON.stringify(options)]
      const child = spawn(process.execPath, args, { stdio: 'ignore' })
      workers.push(child)
      return {
        pid: child.pid,
        async kill() {
          const ended = once(child, 'exit')
          child.kill('SIGKILL')
          await ended
          appendFileSync(options.notes, `killed ${child.pid} \n`)
        },
      }
    },
    /** Resolves when the store holds what the folder does. */
    async untilInLine() {
      const expected: Record<string, string> = {}
      for (let n = 0; n < files; n++) {
        const text = await readFile(join(options.folder, `${n}.md`), 'utf8')
        expected[`${n}.md`] = text.trim().split('\n').at(-1) ?? ''
      }
      while (JSON.stringify(await textsIn(options.store)) !== JSON.stringify(sorted(expected))) await setTimeout(100)
    },
    async readsBegun(count: number) {
      while ((await notes()).filter(({ what }) => what === 'begin').length < count) await setTimeout(10)
    },
    async [Symbol.asyncDispose]() {
      for (const child of workers) {
        if (child.exitCode !== null || child.signalCode !== null) continue
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      }
      await rm(at, { recursive: true })
    },
  }
}

function sorted(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

/** By entry, the last line of what is stored of it. */
async function textsIn(path: string): Promise<Record<string, string>> {
  await using store = openSqliteStore({ path, log: silentLog })
  const texts: Record<string, string> = {}
  const { documents } = await store.documents.documents({ principal: localPrincipal }, undefined, 1000, ongoing)
  for (const { id, entry } of documents) {
    const passages = await store.documents.passagesOf(id, localPrincipal, ongoing)
    texts[entry] = passages.at(-1)?.text.trim() ?? ''
  }
  return sorted(texts)
}

/** Entries that a living process read while another living one did. */
function readTogether(notes: readonly Note[]): string[] {
  const reading = new Map<string, number>()
  const killed = new Set<number>()
  const together: string[] = []
  for (const { what, pid, entry } of notes) {
    if (what === 'killed') killed.add(pid)
    else if (what === 'end') reading.delete(entry)
    else {
      const by = reading.get(entry)
      // Whether it was killed before or after is noted only when it is gone.
      if (by !== undefined && !notes.some((note) => note.what === 'killed' && note.pid === by)) together.push(entry)
      reading.set(entry, pid)
    }
  }
  return together
}

/** For those who are killed. */
const shortLeaseMs = 1000
/** For those who live: on a machine that is busy with other work they may renew late. */
const longLeaseMs = 10_000

function behaves(begin: (leaseMs: number) => Promise<Awaited<ReturnType<typeof place>>>): void {
  it('is shared by two processes, and no entry is read by both at once, while entries are edited', async () => {
    await using here = await begin(longLeaseMs)
    const workers = [here.worker(), here.worker()]
    await here.readsBegun(10)
    await using queue = here.queue()
    for (let n = 0; n < 30; n++) {
      await here.write(n, `Edited, ${n}.`)
      await queue.request('docs', [`${n}.md`], ongoing)
      await setTimeout(10)
    }
    await here.untilInLine()
    const notes = await here.notes()
    expect(readTogether(notes)).toEqual([])
    expect(new Set(notes.map(({ pid }) => pid))).toEqual(new Set(workers.map(({ pid }) => pid)))
  })

  it('loses nothing when one worker after the other is killed in the middle of its work', async () => {
    await using here = await begin(shortLeaseMs)
    for (const reads of [5, 25]) {
      const worker = here.worker()
      await here.readsBegun(reads)
      await worker.kill()
    }
    await here.write(7, 'Edited while nobody worked.')
    here.worker()
    await here.untilInLine()
    expect(readTogether(await here.notes())).toEqual([])
  })
}

describe('a queue in the data directory', () => {
  behaves((leaseMs) => place({ leaseMs }))
})

describe.skipIf(!hasRedisServer)('a queue on Redis', () => {
  behaves(async (leaseMs) => {
    const redis = await redisServer()
    const here = await place({ redis, leaseMs })
    return {
      ...here,
      async [Symbol.asyncDispose]() {
        await here[Symbol.asyncDispose]()
        await redis[Symbol.asyncDispose]()
      },
    }
  })

  it('goes on when Redis is killed in the middle of the work and comes back', async () => {
    await using redis = await redisServer()
    await using here = await place({ redis, leaseMs: shortLeaseMs })
    here.worker()
    here.worker()
    await here.readsBegun(10)
    await redis.kill()
    await setTimeout(300)
    await here.write(3, 'Edited while Redis was away.')
    await redis.restart()
    await here.untilInLine()
    expect(readTogether(await here.notes())).toEqual([])
  })

  it('finds everything again when Redis comes back empty', async () => {
    await using redis = await redisServer(['--appendonly', 'no'])
    await using here = await place({ redis, leaseMs: shortLeaseMs })
    here.worker()
    await here.readsBegun(10)
    await redis.kill()
    await here.write(49, 'Edited while Redis was away.')
    await redis.restart()
    await here.untilInLine()
    expect((await here.notes()).some(({ what, entry }) => what === 'end' && entry === '49.md')).toBe(true)
  })
})
