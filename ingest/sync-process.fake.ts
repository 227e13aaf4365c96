import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import { loadOpsEmbed } from '#providers/embedder/ops-embed/ops-embed.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { filesSource } from './files/files-source.ts'
import { createSync } from './sync.ts'

/**
 * A process that syncs a folder into a store, and may kill itself without warning in the middle of it:
 * `node sync-process.fake.ts FOLDER STORE [KILL_AT_ENTRY KILL_AFTER_MS]`.
 */
const [folder = '', path = '', killAt = 'Infinity', killAfterMs = '0'] = process.argv.slice(2)
const embedder = await loadOpsEmbed()
await using store = openSqliteStore({ path, log: silentLog })
const source = filesSource({
  id: 'docs',
  path: folder,
  audience: [],
  useGit: false,
  clock: systemClock,
  log: silentLog,
})
const sync = createSync({
  documents: store.documents,
  embedder,
  clock: systemClock,
  log: silentLog,
  entriesAtOnce: 32,
})
const onProgress = ({ done }: { done: number }) => {
  if (done >= Number(killAt)) setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(killAfterMs))
}
const report = await sync.run(source, { onProgress }, new AbortController().signal)
process.stdout.write(JSON.stringify(report))
