import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { notionSource } from '#ingest/notion/notion-source.ts'
import { createSync } from '#ingest/sync.ts'
import type { SyncReport } from '#ingest/sync-report.ts'
import { chunks } from '#knowledge/chunks.ts'
import { openSqliteStore, type SqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import { loadOpsEmbed } from '#providers/embedder/ops-embed/ops-embed.ts'
import type { Clock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { startStandIns } from './stand-ins/stand-ins.ts'

export interface BenchNotionOptions {
  pages: number
  /** As many of all calls go wrong: 429, 529, a reset, a slow answer, in turns. */
  share: number
  slowMs: number
  progress?: ((what: string) => void) | undefined
}

export interface BenchNotionRow {
  name: string
  pages: number
  /** Pages that are not in the store afterwards. */
  lost: number
  /** As counted at the other end, those that went wrong included. */
  calls: number
  /** With which it could be done if nothing went wrong and nobody had to look for deletions. */
  leastCalls: number
  /** The most that we allow ourselves. */
  mostCalls: number
  /** As it would have been if every pause that was asked for had been waited out. */
  seconds: number
}

const sourceId = 'wiki'
const entriesAtOnce = 200

/** Two syncs of a workspace of a stand-in for Notion, the first one while calls go wrong. */
export async function benchNotion(options: BenchNotionOptions, signal: AbortSignal): Promise<BenchNotionRow[]> {
  const { pages, share, slowMs, progress } = options
  const directory = await mkdtemp(join(tmpdir(), 'nightdesk-bench-'))
  try {
    await using standIns = await startStandIns(['notion'])
    await standIns.ask('notion', 'fill', { pages })
    await standIns.ask('notion', 'trouble', { share, slowMs })
    const [token, baseUrl] = [await standIns.askText('notion', 'token'), await standIns.askText('notion', 'url')]
    const time = hurriedTime()
    await using embedder = await loadOpsEmbed()
    await using store = openSqliteStore({
      path: join(directory, 'nightdesk.db'),
      log: silentLog,
      embeddingModel: embedder.id,
    })
    /** As a process that has just started would do it. */
    const syncOnce = async (): Promise<SyncReport> => {
      await using source = notionSource({
        id: sourceId,
        audience: [],
        token,
        baseUrl,
        log: silentLog,
        ...time,
      })
      const sync = createSync({ documents: store.documents, embedder, clock: time.clock, log: silentLog })
      return await sync.run(source, {}, signal)
    }
    const callsSoFar = async () => z.number().parse(await standIns.ask('notion', 'count'))

    progress?.(`syncing ${pages} pages while ${share * 100} % of the calls go wrong`)
    const first = await syncOnce()
    const firstCalls = await callsSoFar()
    const lost = await lostPages(store, pages, signal)
    progress?.('syncing again')
    await standIns.ask('notion', 'peace')
    const second = await syncOnce()
    const calls = (await callsSoFar()) - firstCalls
    const leastCalls = Math.ceil(pages / 100) + pages
    return [
      {
        name: 'first sync, with troubles',
        pages,
        lost,
        calls: firstCalls,
        leastCalls,
        mostCalls: Math.floor(1.2 * leastCalls),
        seconds: first.seconds,
      },
      {
        name: 'second sync, nothing changed',
        pages,
        lost: await lostPages(store, pages, signal),
        calls,
        leastCalls: 1,
        mostCalls: Math.floor(firstCalls / 100),
        seconds: second.seconds,
      },
    ]
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Time that passes as it does, but in which pauses take none; clocks are moved on instead. */
function hurriedTime(): { clock: Clock; sleep: (ms: number, signal: AbortSignal) => Promise<void> } {
  let skippedMs = 0
  const now = () => Date.now() + skippedMs
  return {
    clock: { now: () => new Date(now()) },
    async sleep(ms, signal) {
      const until = now() + ms
      // Others who pause at the same time pause the same time.
      await setImmediate(undefined, { signal })
      skippedMs += Math.max(0, until - now())
    },
  }
}

/** Every page of the stand-in says which one it is. */
async function lostPages(store: SqliteStore, pages: number, signal: AbortSignal): Promise<number> {
  const entries = [...(await store.documents.revisions(sourceId, signal)).keys()]
  const said = new Set<string>()
  for (const some of chunks(entries, entriesAtOnce)) {
    for (const { documents } of await store.contents.entries(sourceId, some, signal))
      for (const { text } of documents.flatMap(({ passages }) => passages))
        for (const [, number] of text.matchAll(/What page (\d+) says\./g)) said.add(number ?? '')
  }
  return Array.from({ length: pages }, (_, n) => String(n)).filter((number) => !said.has(number)).length
}
