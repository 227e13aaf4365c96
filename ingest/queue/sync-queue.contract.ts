import { expect, it } from 'vitest'
import {
  type Claim,
  type EntryClaim,
  type FoundEntry,
  mostTakeovers,
  type Outcome,
  type QueueCounts,
  type SyncQueue,
  takenOverTooOften,
} from './sync-queue.ts'

/** A queue as several processes see it. */
export interface QueueHarness extends AsyncDisposable {
  /** Another process's view of it. */
  open(): Promise<SyncQueue>
  /** After so long with nothing said, what an owner held has been taken from it. */
  untilTakenOver(): Promise<void>
  /** After so long, whatever failed once may be tried again. */
  untilRetried(): Promise<void>
  /** So long passes. */
  pass(ms: number): Promise<void>
  now(): Date
  leaseMs: number
  /** Attempts that its queues allow an entry. */
  attempts: number
}

const ongoing = new AbortController().signal
const done: Outcome = { kind: 'done' }
const failed = (reason: string, retry = true): Outcome => ({ kind: 'failed', reason, retry })
const often = { everyMs: 3_600_000, firstInMs: 0 }

function found(entry: string, revision = 'r1', replaces: string | null = null): FoundEntry {
  return { entry, revision, replaces }
}

/** What it means to be a SyncQueue. */
export function syncQueueContract(begin: () => Promise<QueueHarness>): void {
  it('hands out what a survey found, each entry once, first come first served', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await using other = await place.open()
    await queue.addEntries('wiki', [found('a'), found('b', 'r7', 'r6~tag'), found('c')], ongoing)
    const taken = await queue.takeEntries('wiki', 2, ongoing)
    expect(taken).toMatchObject([
      { entry: 'a', found: { revision: 'r1', replaces: null }, attempts: 0, takeovers: 0 },
      { entry: 'b', found: { revision: 'r7', replaces: 'r6~tag' } },
    ])
    expect(names(await other.takeEntries('wiki', 5, ongoing))).toEqual(['c'])
    expect(await other.takeEntries('wiki', 5, ongoing)).toEqual([])
    expect(await other.takeEntries('runbooks', 5, ongoing)).toEqual([])
  })

  it('keeps what waits when every process ends', async () => {
    await using place = await begin()
    const first = await place.open()
    await first.addEntries('wiki', [found('a')], ongoing)
    await first.request('wiki', 'all', ongoing)
    await first[Symbol.asyncDispose]()
    await using queue = await place.open()
    expect(names(await queue.takeEntries('wiki', 5, ongoing))).toEqual(['a'])
    expect(await queue.takeSync('wiki', ongoing)).toMatchObject({ source: 'wiki' })
  })

  it('forgets an entry that is done', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.addEntries('wiki', [found('a')], ongoing)
    await settle(queue, await queue.takeEntries('wiki', 5, ongoing), done)
    expect(await queue.takeEntries('wiki', 5, ongoing)).toEqual([])
    expect(await countsOf(queue, 'wiki')).toMatchObject({ waiting: 0, running: 0, delayed: 0, dead: 0 })
  })

  it('takes an entry that is asked for again and again for one', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.addEntries('wiki', [found('a')], ongoing)
    await queue.addEntries('wiki', [found('a'), found('b')], ongoing)
    await queue.request('wiki', ['c', 'c'], ongoing)
    await queue.request('wiki', ['c'], ongoing)
    const taken = await queue.takeEntries('wiki', 10, ongoing)
    expect(names(taken).toSorted()).toEqual(['a', 'b', 'c'])
    expect(taken.find(({ entry }) => entry === 'a')?.found).toEqual({ revision: 'r1', replaces: null })
  })

  it('lets what was requested go first, to be looked at', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.addEntries('wiki', [found('a'), found('b')], ongoing)
    await queue.request('wiki', ['z'], ongoing)
    const [first] = await queue.takeEntries('wiki', 1, ongoing)
    expect(first).toMatchObject({ entry: 'z', found: undefined })
  })

  it('has an entry looked at afresh when two findings differ, since either may be the older', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.addEntries('wiki', [found('a', 'r1'), found('b', 'r1')], ongoing)
    await queue.addEntries('wiki', [found('a', 'r2')], ongoing)
    await queue.request('wiki', ['b'], ongoing)
    const taken = await queue.takeEntries('wiki', 10, ongoing)
    expect(names(taken).toSorted()).toEqual(['a', 'b'])
    expect(taken.map((claim) => claim.found)).toEqual([undefined, undefined])
  })

  it('works once more on an entry that changes while it is worked on, and not twice at a time', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await using other = await place.open()
    await queue.addEntries('wiki', [found('a')], ongoing)
    const running = await queue.takeEntries('wiki', 5, ongoing)
    await other.request('wiki', ['a'], ongoing)
    await other.request('wiki', ['a'], ongoing)
    expect(await other.takeEntries('wiki', 5, ongoing)).toEqual([])
    await settle(queue, running, done)
    const again = await other.takeEntries('wiki', 5, ongoing)
    expect(again).toMatchObject([{ entry: 'a', found: undefined }])
    await settle(other, again, done)
    expect(await queue.takeEntries('wiki', 5, ongoing)).toEqual([])
  })

  it('tries again later what failed, and says why it did', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.addEntries('wiki', [found('a')], ongoing)
    await settle(queue, await queue.takeEntries('wiki', 5, ongoing), failed('it answered 500'))
    expect(await queue.takeEntries('wiki', 5, ongoing)).toEqual([])
    expect(await countsOf(queue, 'wiki')).toMatchObject({ waiting: 0, delayed: 1, dead: 0 })
    expect(await queue.failures('wiki', ongoing)).toMatchObject([
      { source: 'wiki', entry: 'a', state: 'delayed', reason: 'it answered 500', attempts: 1 },
    ])
    await place.untilRetried()
    expect(await queue.takeEntries('wiki', 5, ongoing)).toMatchObject([
      { entry: 'a', attempts: 1, found: { revision: 'r1', replaces: null } },
    ])
  })

  it('tries again at once what failed when it changes meanwhile', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.addEntries('wiki', [found('a')], ongoing)
    await settle(queue, await queue.takeEntries('wiki', 5, ongoing), failed('it answered 500'))
    await queue.request('wiki', ['a'], ongoing)
    expect(await queue.takeEntries('wiki', 5, ongoing)).toMatchObject([{ entry: 'a', found: undefined }])
  })

  it('makes an entry a dead letter after its last attempt, and at once where trying again is of no use', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.addEntries('wiki', [found('a'), found('b')], ongoing)
    const [a, b] = await queue.takeEntries('wiki', 5, ongoing)
    await settle(queue, a, failed('it is not UTF-8', false))
    await settle(queue, b, failed('down'))
    for (let attempt = 2; attempt <= place.attempts; attempt++) {
      await place.untilRetried()
      await settle(queue, await queue.takeEntries('wiki', 5, ongoing), failed(`down, ${attempt}`))
    }
    await place.untilRetried()
    expect(await queue.takeEntries('wiki', 5, ongoing)).toEqual([])
    expect(await countsOf(queue, 'wiki')).toMatchObject({ waiting: 0, delayed: 0, dead: 2 })
    const letters = await queue.failures(undefined, ongoing)
    expect(letters.toSorted((one, two) => (one.entry < two.entry ? -1 : 1))).toMatchObject([
      { source: 'wiki', entry: 'a', state: 'dead', reason: 'it is not UTF-8', attempts: 1 },
      { source: 'wiki', entry: 'b', state: 'dead', reason: `down, ${place.attempts}`, attempts: place.attempts },
    ])
    expect(await queue.failures('runbooks', ongoing)).toEqual([])
  })

  it('lets a dead letter live again when it is requested', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.addEntries('wiki', [found('a')], ongoing)
    await settle(queue, await queue.takeEntries('wiki', 5, ongoing), failed('no', false))
    await queue.request('wiki', ['a'], ongoing)
    expect(await countsOf(queue, 'wiki')).toMatchObject({ waiting: 1, dead: 0 })
    const again = await queue.takeEntries('wiki', 5, ongoing)
    expect(again).toMatchObject([{ entry: 'a', found: undefined, attempts: 0 }])
    await settle(queue, again, done)
    expect(await queue.failures('wiki', ongoing)).toEqual([])
  })

  it('gives a dead letter that a sync finds as it was one more attempt, and one that changed all of them', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.addEntries('wiki', [found('a'), found('b')], ongoing)
    await settle(queue, await queue.takeEntries('wiki', 5, ongoing), failed('no', false))
    await queue.addEntries('wiki', [found('a', 'r1'), found('b', 'r2')], ongoing)
    await settle(queue, await queue.takeEntries('wiki', 5, ongoing), failed('still no'))
    const states = (await queue.failures('wiki', ongoing)).map(({ entry, state }) => `${entry} ${state}`)
    expect(states.toSorted()).toEqual(['a dead', 'b delayed'])
  })

  it('has entries looked at that others led to, unless it knows of them already', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.addEntries('wiki', [found('a'), found('b')], ongoing)
    const [a] = await queue.takeEntries('wiki', 1, ongoing)
    await queue.addLeads('wiki', ['a', 'b', 'c'], ongoing)
    await settle(queue, a, done)
    const taken = await queue.takeEntries('wiki', 5, ongoing)
    expect(taken.toSorted((one, two) => (one.entry < two.entry ? -1 : 1))).toMatchObject([
      { entry: 'b', found: { revision: 'r1' } },
      { entry: 'c', found: undefined },
    ])
  })

  it('drops what is no longer at the source', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.addEntries('wiki', [found('a'), found('b'), found('c')], ongoing)
    const [a] = await queue.takeEntries('wiki', 1, ongoing)
    await settle(queue, a, failed('no', false))
    await queue.dropEntries('wiki', ['a', 'b', 'nothing of ours'], ongoing)
    expect(await queue.failures('wiki', ongoing)).toEqual([])
    expect(names(await queue.takeEntries('wiki', 5, ongoing))).toEqual(['c'])
    await queue.addEntries('wiki', [found('b')], ongoing)
    expect(names(await queue.takeEntries('wiki', 5, ongoing))).toEqual(['b'])
  })

  it('takes an entry back without counting it as an attempt', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.addEntries('wiki', [found('a')], ongoing)
    await settle(queue, await queue.takeEntries('wiki', 5, ongoing), { kind: 'returned' })
    expect(await queue.takeEntries('wiki', 5, ongoing)).toMatchObject([{ entry: 'a', attempts: 0, takeovers: 0 }])
  })

  it('gives the work of an owner who fell silent to somebody else, and ignores what that owner says later', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await using other = await place.open()
    await queue.addEntries('wiki', [found('a')], ongoing)
    const silent = await queue.takeEntries('wiki', 5, ongoing)
    await place.untilTakenOver()
    const taken = await other.takeEntries('wiki', 5, ongoing)
    expect(taken).toMatchObject([{ entry: 'a', takeovers: 1, found: { revision: 'r1' } }])
    expect(await queue.renew(silent, ongoing)).toEqual(silent)
    await settle(queue, silent, failed('too late', false))
    expect(await countsOf(other, 'wiki')).toMatchObject({ running: 1, dead: 0 })
    await settle(other, taken, done)
    expect(await countsOf(other, 'wiki')).toMatchObject({ waiting: 0, running: 0, dead: 0 })
  })

  it('leaves work to an owner who keeps renewing it', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await using other = await place.open()
    await queue.addEntries('wiki', [found('a')], ongoing)
    await queue.request('wiki', 'all', ongoing)
    const entries = await queue.takeEntries('wiki', 5, ongoing)
    const sync = await queue.takeSync('wiki', ongoing)
    if (sync === undefined) throw new Error('no sync')
    const held = [...entries, sync]
    for (let third = 0; third < 7; third++) {
      await place.pass(place.leaseMs / 3)
      expect(await queue.renew(held, ongoing)).toEqual([])
    }
    expect(await other.takeEntries('wiki', 5, ongoing)).toEqual([])
    expect(await other.takeSync('wiki', ongoing)).toBeUndefined()
    await settle(queue, entries, done)
    expect(await countsOf(queue, 'wiki')).toMatchObject({ waiting: 0, running: 0 })
  })

  it('makes an entry a dead letter that ends one owner after the other', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.addEntries('wiki', [found('a')], ongoing)
    for (let time = 0; time < mostTakeovers; time++) {
      expect(await queue.takeEntries('wiki', 5, ongoing)).toMatchObject([{ entry: 'a', takeovers: time }])
      await place.untilTakenOver()
    }
    expect(await queue.takeEntries('wiki', 5, ongoing)).toEqual([])
    expect(await queue.failures('wiki', ongoing)).toMatchObject([
      { entry: 'a', state: 'dead', reason: takenOverTooOften },
    ])
  })

  it('plans syncs, one at a time whoever asks, and the next one when the last has ended', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await using other = await place.open()
    await queue.plan('wiki', { everyMs: 1500, firstInMs: 0 }, ongoing)
    await other.plan('wiki', { everyMs: 1500, firstInMs: 0 }, ongoing)
    const sync = await queue.takeSync('wiki', ongoing)
    expect(sync).toMatchObject({ kind: 'sync', source: 'wiki' })
    expect(await other.takeSync('wiki', ongoing)).toBeUndefined()
    expect(await countsOf(queue, 'wiki')).toMatchObject({ sync: 'running' })
    await settle(queue, sync, done)
    expect(await other.takeSync('wiki', ongoing)).toBeUndefined()
    expect(await countsOf(queue, 'wiki')).toMatchObject({ sync: 'idle', syncDueAt: expect.any(Date) })
    await place.pass(1600)
    expect(await other.takeSync('wiki', ongoing)).toMatchObject({ source: 'wiki' })
  })

  it('begins planned syncs as late as it was told to', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.plan('wiki', { everyMs: 3_600_000, firstInMs: 800 }, ongoing)
    expect(await queue.takeSync('wiki', ongoing)).toBeUndefined()
    await place.pass(900)
    expect(await queue.takeSync('wiki', ongoing)).toMatchObject({ source: 'wiki' })
  })

  it('syncs sooner when the interval is made shorter', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.plan('wiki', { everyMs: 3_600_000, firstInMs: 3_600_000 }, ongoing)
    await queue.plan('wiki', { everyMs: 300, firstInMs: 0 }, ongoing)
    await place.pass(400)
    expect(await queue.takeSync('wiki', ongoing)).toMatchObject({ source: 'wiki' })
  })

  it('syncs a source on request, planned or not, and once more when asked while a sync runs', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await using other = await place.open()
    await queue.plan('wiki', { everyMs: 3_600_000, firstInMs: 3_600_000 }, ongoing)
    await queue.request('wiki', 'all', ongoing)
    await other.request('wiki', 'all', ongoing)
    const sync = await queue.takeSync('wiki', ongoing)
    expect(sync).toBeDefined()
    await other.request('wiki', 'all', ongoing)
    expect(await other.takeSync('wiki', ongoing)).toBeUndefined()
    await settle(queue, sync, done)
    const again = await other.takeSync('wiki', ongoing)
    expect(again).toBeDefined()
    await settle(other, again, done)
    expect(await other.takeSync('wiki', ongoing)).toBeUndefined()
    await other.request('unplanned', 'all', ongoing)
    expect(await queue.takeSync('unplanned', ongoing)).toMatchObject({ source: 'unplanned' })
  })

  it('tries a failed sync again, says why it failed, and never makes it a dead letter', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.plan('wiki', often, ongoing)
    for (let attempt = 0; attempt < place.attempts + 1; attempt++) {
      const sync = await queue.takeSync('wiki', ongoing)
      expect(sync).toBeDefined()
      await settle(queue, sync, failed('unreachable'))
      expect(await queue.takeSync('wiki', ongoing)).toBeUndefined()
      expect(await countsOf(queue, 'wiki')).toMatchObject({ sync: 'idle', syncFailure: 'unreachable' })
      await place.untilRetried()
    }
    await settle(queue, await queue.takeSync('wiki', ongoing), done)
    expect((await countsOf(queue, 'wiki')).syncFailure).toBeUndefined()
  })

  it('takes over a sync whose owner fell silent', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await using other = await place.open()
    await queue.plan('wiki', often, ongoing)
    const silent = await queue.takeSync('wiki', ongoing)
    await place.untilTakenOver()
    const sync = await other.takeSync('wiki', ongoing)
    expect(sync).toBeDefined()
    await settle(queue, silent, done)
    expect(await countsOf(other, 'wiki')).toMatchObject({ sync: 'running' })
  })

  it('takes a sync back when its worker stops', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.plan('wiki', often, ongoing)
    await settle(queue, await queue.takeSync('wiki', ongoing), { kind: 'returned' })
    expect(await queue.takeSync('wiki', ongoing)).toBeDefined()
  })

  it('holds every worker back from a source that is paused, and no other source', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await using other = await place.open()
    await queue.plan('wiki', often, ongoing)
    await queue.addEntries('wiki', [found('a')], ongoing)
    await queue.addEntries('runbooks', [found('b')], ongoing)
    const until = new Date(place.now().getTime() + 1200)
    await queue.pause('wiki', { until, reason: 'Notion asked us to wait.' }, ongoing)
    await queue.pause('wiki', { until: new Date(until.getTime() - 1000), reason: 'a shorter one' }, ongoing)
    expect(await other.takeEntries('wiki', 5, ongoing)).toEqual([])
    expect(await other.takeSync('wiki', ongoing)).toBeUndefined()
    expect((await countsOf(other, 'wiki')).pause).toEqual({ until, reason: 'Notion asked us to wait.' })
    expect(names(await other.takeEntries('runbooks', 5, ongoing))).toEqual(['b'])
    await place.pass(1300)
    expect(names(await other.takeEntries('wiki', 5, ongoing))).toEqual(['a'])
    expect(await other.takeSync('wiki', ongoing)).toBeDefined()
    expect((await countsOf(other, 'wiki')).pause).toBeUndefined()
  })

  it('forgets a source that is no longer synced', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await queue.plan('wiki', often, ongoing)
    await queue.addEntries('wiki', [found('a'), found('b')], ongoing)
    const [a] = await queue.takeEntries('wiki', 1, ongoing)
    await settle(queue, a, failed('no', false))
    await queue.unplan('wiki', ongoing)
    expect(await queue.takeSync('wiki', ongoing)).toBeUndefined()
    expect(await queue.takeEntries('wiki', 5, ongoing)).toEqual([])
    expect(await queue.counts(ongoing)).toEqual([])
    expect(await queue.failures(undefined, ongoing)).toEqual([])
  })

  it('counts by source', async () => {
    await using place = await begin()
    await using queue = await place.open()
    await using other = await place.open()
    await queue.plan('wiki', often, ongoing)
    await queue.addEntries('wiki', [found('a'), found('b'), found('c'), found('d'), found('e')], ongoing)
    await queue.addEntries('runbooks', [found('f')], ongoing)
    const [a, b] = await queue.takeEntries('wiki', 3, ongoing)
    await settle(queue, a, failed('later'))
    await settle(queue, b, failed('never', false))
    expect(await other.counts(ongoing)).toMatchObject([
      { source: 'runbooks', waiting: 1, running: 0, delayed: 0, dead: 0 },
      { source: 'wiki', waiting: 2, running: 1, delayed: 1, dead: 1, sync: 'waiting' },
    ])
  })

  it('takes names as they come, also long ones and those of other scripts', async () => {
    await using place = await begin()
    await using queue = await place.open()
    const strange = ['docs/日本語 手順.md', 'a:b:c', `${'x'.repeat(900)}.md`, "it's {1} * ?", '123', '']
    const source = 'files:/srv/wiki docs/手順'
    await queue.request(source, strange, ongoing)
    const taken = await queue.takeEntries(source, 20, ongoing)
    expect(names(taken).toSorted()).toEqual(strange.toSorted())
    await settle(queue, taken, failed('no', false))
    expect((await queue.failures(source, ongoing)).map(({ entry }) => entry).toSorted()).toEqual(strange.toSorted())
    expect((await queue.counts(ongoing)).map((counts) => counts.source)).toEqual([source])
  })

  it('stops when it is told to', async () => {
    await using place = await begin()
    await using queue = await place.open()
    const stop = AbortSignal.abort(new Error('stop'))
    await expect(queue.takeEntries('wiki', 5, stop)).rejects.toThrow('stop')
    await expect(queue.request('wiki', ['a'], stop)).rejects.toThrow('stop')
    expect(await queue.counts(ongoing)).toEqual([])
  })
}

async function settle(queue: SyncQueue, claims: Claim | readonly Claim[] | undefined, outcome: Outcome): Promise<void> {
  if (claims === undefined) throw new Error('nothing was taken')
  const all = 'id' in claims ? [claims] : claims
  await queue.settle(
    all.map((claim) => ({ claim, outcome })),
    ongoing,
  )
}

async function countsOf(queue: SyncQueue, source: string) {
  const nothing: QueueCounts = { source, waiting: 0, running: 0, delayed: 0, dead: 0, sync: 'idle' }
  return (await queue.counts(ongoing)).find((counts) => counts.source === source) ?? nothing
}

function names(claims: readonly EntryClaim[]): string[] {
  return claims.map(({ entry }) => entry)
}
