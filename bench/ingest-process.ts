import { stat } from 'node:fs/promises'
import { filesSource } from '#ingest/files/files-source.ts'
import { createSync } from '#ingest/sync.ts'
import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import { loadOpsEmbed } from '#providers/embedder/ops-embed/ops-embed.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'

/** Syncs a folder twice, in a process of its own whose memory can be told: `node ingest-process.ts FOLDER STORE`. */
const [folder = '', path = ''] = process.argv.slice(2)
const signal = new AbortController().signal

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; seconds: number }> {
  const started = performance.now()
  const result = await work()
  return { result, seconds: (performance.now() - started) / 1000 }
}

async function syncOnce() {
  await using embedder = await loadOpsEmbed()
  await using store = openSqliteStore({ path, log: silentLog })
  await using source = filesSource({
    id: 'bench',
    path: folder,
    audience: [],
    blame: false,
    clock: systemClock,
    log: silentLog,
  })
  return await createSync({ documents: store.documents, embedder, clock: systemClock, log: silentLog }).run(
    source,
    {},
    signal,
  )
}

const first = await timed(syncOnce)
const second = await timed(syncOnce)
const measures = {
  documents: first.result.documents,
  passages: first.result.passages,
  failed: first.result.failed,
  firstSeconds: first.seconds,
  secondSeconds: second.seconds,
  secondUnchanged: second.result.unchanged,
  diskBytes: (await stat(path)).size,
  // Linux and macOS under Node both say kilobytes.
  peakBytes: process.resourceUsage().maxRSS * 1024,
}
process.stdout.write(JSON.stringify(measures))
