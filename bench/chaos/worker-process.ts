import { runSyncWorker } from '#ingest/sync-worker.ts'
import { loadOpsEmbed } from '#providers/embedder/ops-embed/ops-embed.ts'
import { systemClock } from '#runtime/clock.ts'
import { createLog } from '#runtime/log.ts'
import { openPlaceQueue, openPlaceStore, Place, placeSource } from './place.ts'

/** A worker that expects to be killed: `node worker-process.ts PLACE`. It works until SIGTERM. */
const place = Place.parse(JSON.parse(process.argv[2] ?? ''))
// What goes wrong while servers are being killed is no news.
const log = createLog({ level: 'fatal', content: false })
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort(new Error('stopped')))
await using queue = openPlaceQueue(place, log)
await using embedder = await loadOpsEmbed()
await using opened = await openPlaceStore(place.store, { embedder, log }, stop.signal)
await using source = placeSource(place.folder, log)
await runSyncWorker(
  {
    queue,
    documents: opened.store.documents,
    embedder,
    sources: [source],
    clock: systemClock,
    log,
    plan: { everyMs: place.everyMs, firstInMs: 0 },
  },
  stop.signal,
)
