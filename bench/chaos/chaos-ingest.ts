import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createSync } from '#ingest/sync.ts'
import type { RepairReport } from '#knowledge/candidate-index.ts'
import { loadOpsEmbed } from '#providers/embedder/ops-embed/ops-embed.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { type Chance, chance } from '../chance.ts'
import { type StandIns, startStandIns } from '../stand-ins/stand-ins.ts'
import { compareContents, differenceInSearch, lostInSearch } from './differences.ts'
import { type Edits, startEdits } from './edits.ts'
import { type OpenStore, openPlaceQueue, openPlaceStore, type Place, placeSource, sourceId } from './place.ts'
import { ChaosWorker } from './worker.ts'

/** `embedded`: queue and store in SQLite. `scale-out`: Redis, PostgreSQL, and a stand-in for Qdrant. */
export const chaosEngines = ['embedded', 'scale-out'] as const
export type ChaosEngines = (typeof chaosEngines)[number]

export interface ChaosOptions {
  engines: ChaosEngines
  kills: number
  /** The same seed gives the same edits and victims; what they hit in that moment is still up to the machine. */
  seed: number
  workers: number
  /** Told what is being done. */
  progress?: ((what: string) => void) | undefined
}

export interface ChaosRow {
  name: string
  kills: number
  killed: { worker: number; redis: number; postgres: number }
  /** How often Redis came back with nothing in it. */
  redisEmptied: number
  commits: number
  documents: number
  passages: number
  /** From the last kill until the queue was through with everything. */
  drainSeconds: number
  seconds: number
  /** What a repair of the passage index had to do; leftovers are never shown, and lost passages there must be none. */
  leftOver?: number | undefined
  /** What differs first from what is built from scratch; absent: nothing does. */
  difference?: string | undefined
}

type Victim = keyof ChaosRow['killed']

/** As long as a worker needs to begin, or longer, and for some work. */
const betweenKillsMs = { least: 150, most: 3200 }
const betweenEditsMs = { least: 50, most: 500 }
/** As many edits are told to the queue as by a webhook; the scheduled sync has to find the others. */
const shareOfWebhooks = 0.6
/** So many of the kills of Redis take with them all that it held. */
const shareOfEmptied = 0.3
const leaseMs = 1500
const everyMs = 2000
const drainsWithinMs = 180_000

/**
 * Kills workers and servers while pages are edited, then compares what is stored with a store that is built from scratch.
 * @throws {StandInsError} When the servers can't be started.
 */
export async function chaosIngest(options: ChaosOptions, signal: AbortSignal): Promise<ChaosRow> {
  const directory = await mkdtemp(join(tmpdir(), 'nightdesk-chaos-'))
  const began = performance.now()
  try {
    await using standIns =
      options.engines === 'embedded' ? undefined : await startStandIns(['redis', 'postgres', 'qdrant'])
    const edits = await startEdits(join(directory, 'docs'), options.seed)
    const place = await placeIn(directory, standIns, edits)
    const storm = await underKills({ options, place, standIns, edits }, signal)
    options.progress?.('comparing with a store built from scratch')
    const found = await compared({ place, scratch: await emptyPlace(directory, standIns) }, signal)
    return {
      name: options.engines,
      kills: options.kills,
      ...storm,
      commits: edits.commits,
      ...found,
      difference: storm.difference ?? found.difference,
      seconds: (performance.now() - began) / 1000,
    }
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

async function placeIn(directory: string, standIns: StandIns | undefined, edits: Edits): Promise<Place> {
  const shared = { folder: join(directory, 'docs'), leaseMs, everyMs }
  if (edits.paths.length === 0) throw new Error('there is nothing to edit')
  if (standIns === undefined)
    return { ...shared, queue: join(directory, 'queue.db'), store: { path: join(directory, 'nightdesk.db') } }
  const [queue, postgres] = [await standIns.askText('redis', 'url'), await standIns.askText('postgres', 'url')]
  const store = { postgres, qdrant: await standIns.askText('qdrant', 'url'), collection: 'storm' }
  return { ...shared, queue, store }
}

/** Of the same kind, so that what is found in it is comparable. */
async function emptyPlace(directory: string, standIns: StandIns | undefined): Promise<Place['store']> {
  if (standIns === undefined) return { path: join(directory, 'scratch.db') }
  const postgres = await standIns.askText('postgres', 'url')
  return { postgres, qdrant: await standIns.askText('qdrant', 'url'), collection: 'scratch' }
}

interface Storm {
  options: ChaosOptions
  place: Place
  standIns: StandIns | undefined
  edits: Edits
}

async function underKills(storm: Storm, signal: AbortSignal) {
  const { options, place, edits } = storm
  const workers = Array.from({ length: options.workers }, () => new ChaosWorker(place))
  try {
    options.progress?.('the first sync')
    const before = await drained(place, systemClock.now(), signal)
    if (before !== undefined) throw new Error(`the first sync did not end: ${before}`)
    const over = new AbortController()
    const editing = editingUntil(over.signal, storm)
    let kills: Pick<ChaosRow, 'killed' | 'redisEmptied'>
    try {
      kills = await killing(storm, workers, signal)
    } finally {
      over.abort()
      await editing
    }
    const drainBegan = performance.now()
    options.progress?.(`${edits.commits} commits; waiting until the queue is through`)
    const difference = await drained(place, systemClock.now(), signal)
    return { ...kills, drainSeconds: (performance.now() - drainBegan) / 1000, difference }
  } finally {
    for (const worker of workers) await worker[Symbol.asyncDispose]()
  }
}

async function killing({ options, standIns }: Storm, workers: readonly ChaosWorker[], signal: AbortSignal) {
  // Other numbers than those of the edits, whose sequence must not depend on the kills.
  const random = chance(options.seed + 1_000_003)
  const killed = { worker: 0, redis: 0, postgres: 0 }
  let redisEmptied = 0
  const victims: Victim[] = standIns === undefined ? ['worker'] : ['worker', 'worker', 'worker', 'redis', 'postgres']
  for (let kill = 1; kill <= options.kills; kill++) {
    await setTimeout(between(random, betweenKillsMs), undefined, { signal })
    const victim = random.oneOf(victims)
    killed[victim]++
    if (victim === 'worker') await random.oneOf(workers).kill()
    else {
      await standIns?.ask(victim, 'kill')
      await standIns?.ask(victim, 'start')
      if (victim === 'redis' && random.unit() < shareOfEmptied) {
        await standIns?.ask('redis', 'empty')
        redisEmptied++
      }
    }
    if (kill % 10 === 0) options.progress?.(`${kill} of ${options.kills} killed`)
  }
  return { killed, redisEmptied }
}

async function editingUntil(over: AbortSignal, { options, place, edits }: Storm): Promise<void> {
  const random = chance(options.seed + 2_000_003)
  await using queue = openPlaceQueue(place, silentLog)
  while (!over.aborted) {
    await setTimeout(between(random, betweenEditsMs))
    const touched = await edits.next()
    if (random.unit() >= shareOfWebhooks) continue
    // While Redis is away, a webhook finds nobody.
    await queue.request(sourceId, touched, AbortSignal.timeout(1000)).catch(() => undefined)
  }
}

/**
 * Waits until a sync that began after this moment has ended and nothing is left to do.
 * @returns Why that didn't happen in time.
 */
async function drained(place: Place, since: Date, signal: AbortSignal): Promise<string | undefined> {
  const until = performance.now() + drainsWithinMs
  await using embedder = await loadOpsEmbed()
  await using opened = await openPlaceStore(place.store, { embedder, log: silentLog }, signal)
  await using queue = openPlaceQueue(place, silentLog)
  for (;;) {
    const left = await whatIsLeft(opened, queue, since, signal).catch(String)
    if (left === undefined) return undefined
    if (performance.now() > until) return `the queue was not through in ${drainsWithinMs / 1000} s: ${left}`
    await setTimeout(200, undefined, { signal })
  }
}

async function whatIsLeft(
  { store }: OpenStore,
  queue: ReturnType<typeof openPlaceQueue>,
  since: Date,
  signal: AbortSignal,
): Promise<string | undefined> {
  const state = await store.documents.sourceState(sourceId, signal)
  if (state?.startedAt === undefined || state.finishedAt === undefined || state.startedAt < since) {
    return `the last sync began at ${state?.startedAt?.toISOString() ?? 'no time'}`
  }
  const counts = (await queue.counts(signal)).find(({ source }) => source === sourceId)
  const { waiting = 0, running = 0, delayed = 0, dead = 0 } = counts ?? {}
  if (waiting + running + delayed + dead + state.failures.length === 0) return undefined
  const [failure] = [...(await queue.failures(sourceId, signal)), ...state.failures]
  const reason = failure === undefined ? '' : `: ${failure.entry}: ${failure.reason}`
  return `${waiting} wait, ${running} run, ${delayed} are delayed, ${dead} were given up${reason}`
}

async function compared(
  { place, scratch }: { place: Place; scratch: Place['store'] },
  signal: AbortSignal,
): Promise<Pick<ChaosRow, 'documents' | 'passages' | 'difference' | 'leftOver'>> {
  const log = silentLog
  await using embedder = await loadOpsEmbed()
  await using ours = await openPlaceStore(place.store, { embedder, log }, signal)
  await using theirs = await openPlaceStore(scratch, { embedder, log }, signal)
  await using source = placeSource(place.folder, log)
  const sync = createSync({ documents: theirs.store.documents, embedder, clock: systemClock, log })
  await sync.run(source, {}, signal)
  const contents = await compareContents(ours, theirs, signal)
  if (contents.difference !== undefined) return contents
  // A repair puts back what is lost, so it is looked for before.
  const lost = ours.repair === undefined ? undefined : await lostInSearch(ours, signal)
  if (lost !== undefined) return { ...contents, difference: lost }
  const repaired = await ours.repair?.(signal)
  const wrong = wrongRepair(repaired) ?? (await differenceInSearch(ours, theirs, signal))
  return { ...contents, leftOver: repaired?.dropped, difference: wrong }
}

/** Leftovers may be there; what is stored must have been found without a repair. */
function wrongRepair(repaired: RepairReport | undefined): string | undefined {
  return repaired === undefined || repaired.added === 0
    ? undefined
    : `${repaired.added} passages were missing in the passage index`
}

function between(random: Chance, { least, most }: { least: number; most: number }): number {
  return least + random.unit() * (most - least)
}
