import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DocumentStore } from '#knowledge/document-store.ts'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import { systemClock } from '#runtime/clock.ts'
import { OpsError } from '#runtime/errors.ts'
import { createLog, silentLog } from '#runtime/log.ts'
import { SqliteQueue } from './queue/sqlite/sqlite-queue.ts'
import type { SyncQueue } from './queue/sync-queue.ts'
import type { RawEntry, Source, Surveyed, SurveyedEntry } from './source.ts'
import { runSyncWorker, type SyncWorkerParts } from './sync-worker.ts'

const ongoing = new AbortController().signal
const often = { everyMs: 3_600_000, firstInMs: 0 }

class SourceDownError extends OpsError {
  readonly code = 'source_down'
  readonly retryable: boolean
  readonly userMessage = 'The wiki can not be reached.'
  constructor(retryable = true) {
    super('down')
    this.retryable = retryable
  }
}

/** Pages in a map. A page whose text is an error can't be read. Its cursor is how often it was surveyed. */
class Wiki implements Source {
  readonly id = 'wiki'
  readonly audience = []
  readonly apiCalls = 0
  readonly pages = new Map<string, string | Error>()
  readonly reads: string[] = []
  /** Entries that pages link to. */
  readonly links = new Map<string, readonly string[]>()
  /** Pages that have to be read, though their revision doesn't show it. */
  readonly talkedAbout = new Set<string>()
  /** Pages that are found when a database is named. */
  readonly rows = new Map<string, readonly string[]>()
  surveys = 0
  looks = 0
  /** What happens before an answer. */
  onRead: (entry: SurveyedEntry, signal: AbortSignal) => Promise<void> = async () => {}
  onSurveyed: () => Promise<void> = async () => {}

  constructor(pages: Record<string, string | Error> = {}) {
    for (const [entry, text] of Object.entries(pages)) this.pages.set(entry, text)
  }

  async survey(known: Surveyed) {
    this.surveys++
    const survey = this.#compare([...new Set([...this.pages.keys(), ...known.revisions.keys()])], known)
    await this.onSurveyed()
    return { ...survey, cursor: String(this.surveys) }
  }

  async surveyEntries(entries: readonly string[], known: Pick<Surveyed, 'revisions'>) {
    this.looks++
    return this.#compare(entries, { ...known, failed: this.talkedAbout })
  }

  async read(entry: SurveyedEntry, signal: AbortSignal): Promise<RawEntry | 'gone'> {
    this.reads.push(entry.entry)
    const content = this.pages.get(entry.entry)
    await this.onRead(entry, signal)
    signal.throwIfAborted()
    if (content === undefined) return 'gone'
    if (content instanceof Error) throw content
    const editedAt = new Date('2025-01-01T00:00:00Z')
    const leadsTo = this.links.get(entry.entry)
    const url = `https://wiki.example/${entry.entry}`
    return { entry: entry.entry, path: entry.entry, url, content, owners: [], editedAt, leadsTo }
  }

  async [Symbol.asyncDispose]() {}

  #compare(entries: readonly string[], { revisions, failed }: Surveyed) {
    const named = entries.flatMap((entry) => [entry, ...(this.rows.get(entry) ?? [])])
    const there = named.filter((entry) => this.pages.has(entry))
    const changed = there
      .map((entry) => ({ entry, revision: `r:${String(this.pages.get(entry))}` }))
      .filter(({ entry, revision }) => revisions.get(entry) !== revision || failed.has(entry))
    const gone = entries.filter((entry) => !this.pages.has(entry) && revisions.has(entry))
    return { changed, unchanged: there.length - changed.length, gone, skipped: [] }
  }
}

async function place(wiki: Wiki, parts: Partial<SyncWorkerParts> = {}, attempts = 3) {
  const folder = await mkdtemp(join(tmpdir(), 'nightdesk-worker-'))
  const retries = { attempts, firstMs: 100, mostMs: 100 }
  const path = join(folder, 'queue.db')
  const queue = new SqliteQueue({ path, clock: systemClock, retries })
  const { documents } = openMemoryStore()
  const stop = new AbortController()
  const workers: Promise<void>[] = []
  return {
    path,
    queue,
    documents,
    stop,
    work(more: Partial<SyncWorkerParts> = {}) {
      const common = { queue, documents, sources: [wiki], clock: systemClock, log: silentLog }
      workers.push(runSyncWorker({ ...common, ...parts, ...more }, stop.signal))
    },
    texts: () => textsOf(documents),
    /** Resolves when nothing is left to be done now. */
    async idle() {
      await until(async () => {
        const [counts] = await queue.counts(ongoing)
        return counts !== undefined && counts.waiting + counts.running === 0 && counts.sync === 'idle'
      })
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('stop'))
      await Promise.all(workers)
      await queue[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

async function textsOf(documents: DocumentStore): Promise<Record<string, string>> {
  const texts: Record<string, string> = {}
  const page = await documents.documents({ principal: localPrincipal }, undefined, 1000, ongoing)
  for (const { id, entry } of page.documents) {
    const passages = await documents.passagesOf(id, localPrincipal, ongoing)
    texts[entry] = passages.map(({ text }) => text.trim()).join(' ')
  }
  return texts
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20))
}

async function failuresOf(queue: SyncQueue) {
  return (await queue.failures('wiki', ongoing)).map(({ entry, state }) => `${entry} ${state}`)
}

describe('a worker', () => {
  it('syncs a source that is planned, and saves its cursor when everything is stored', async () => {
    const wiki = new Wiki({ 'a.md': 'one', 'b.md': 'two' })
    await using here = await place(wiki)
    await here.queue.plan('wiki', often, ongoing)
    here.work()
    await here.idle()
    expect(await here.texts()).toEqual({ 'a.md': 'one', 'b.md': 'two' })
    expect(await here.documents.sourceState('wiki', ongoing)).toMatchObject({ cursor: '1', failures: [] })
  })

  it('brings in line at the next sync what was edited, removed and added', async () => {
    const wiki = new Wiki({ 'a.md': 'one', 'b.md': 'two', 'c.md': 'three' })
    await using here = await place(wiki)
    await here.queue.plan('wiki', often, ongoing)
    here.work()
    await here.idle()
    wiki.pages.delete('a.md')
    wiki.pages.set('b.md', 'deux')
    wiki.pages.set('d.md', 'four')
    wiki.reads.length = 0
    await here.queue.request('wiki', 'all', ongoing)
    await here.idle()
    expect(await here.texts()).toEqual({ 'b.md': 'deux', 'c.md': 'three', 'd.md': 'four' })
    expect(wiki.reads.toSorted()).toEqual(['b.md', 'd.md'])
  })

  it('looks only at the entries that are requested', async () => {
    const wiki = new Wiki({ 'a.md': 'one', 'b.md': 'two', 'c.md': 'three' })
    await using here = await place(wiki)
    await here.queue.plan('wiki', often, ongoing)
    here.work()
    await here.idle()
    wiki.pages.set('a.md', 'uno')
    wiki.pages.set('b.md', 'due')
    wiki.pages.delete('c.md')
    wiki.reads.length = 0
    await here.queue.request('wiki', ['a.md', 'c.md', 'nowhere.md'], ongoing)
    await here.idle()
    expect(await here.texts()).toEqual({ 'a.md': 'uno', 'b.md': 'two' })
    expect(wiki).toMatchObject({ surveys: 1, looks: 1, reads: ['a.md'] })
  })

  it('reads again what the source says has changed in spite of its revision', async () => {
    const wiki = new Wiki({ 'a.md': 'one' })
    await using here = await place(wiki)
    await here.queue.plan('wiki', often, ongoing)
    here.work()
    await here.idle()
    wiki.talkedAbout.add('a.md')
    await here.queue.request('wiki', ['a.md'], ongoing)
    await until(async () => wiki.reads.length === 2)
    expect(await here.queue.failures('wiki', ongoing)).toEqual([])
  })

  it('reads the rows of a database that is requested', async () => {
    const wiki = new Wiki({ 'row-1': 'first row', 'row-2': 'second row', unrelated: 'no row' })
    wiki.rows.set('database', ['row-1', 'row-2'])
    await using here = await place(wiki)
    here.work()
    await here.queue.request('wiki', ['database'], ongoing)
    await until(async () => Object.keys(await here.texts()).length > 1)
    expect(await here.texts()).toEqual({ 'row-1': 'first row', 'row-2': 'second row' })
  })

  it('does as well where a source can only be looked at as a whole', async () => {
    const wiki = new Wiki({ 'a.md': 'one', 'b.md': 'two' })
    Object.defineProperty(wiki, 'surveyEntries', { value: undefined })
    await using here = await place(wiki)
    await here.queue.plan('wiki', often, ongoing)
    here.work()
    await here.idle()
    wiki.pages.set('a.md', 'uno')
    wiki.pages.set('b.md', 'due')
    await here.queue.request('wiki', ['a.md'], ongoing)
    await here.idle()
    expect(await here.texts()).toEqual({ 'a.md': 'uno', 'b.md': 'two' })
  })

  it('tries a page that fails again, and records it as failed only until it can be read', async () => {
    const wiki = new Wiki({ 'a.md': 'one', 'b.md': new SourceDownError() })
    await using here = await place(wiki, {}, 1000)
    await here.queue.plan('wiki', often, ongoing)
    const stateAfterSync = Promise.withResolvers<unknown>()
    here.work({ onSynced: () => stateAfterSync.resolve(here.documents.sourceState('wiki', ongoing)) })
    expect(await stateAfterSync.promise).toMatchObject({
      cursor: '1',
      failures: [{ entry: 'b.md', reason: 'The wiki can not be reached.' }],
    })
    wiki.pages.set('b.md', 'two')
    await until(async () => (await here.texts())['b.md'] === 'two')
    await until(async () => (await here.documents.sourceState('wiki', ongoing))?.failures.length === 0)
    await until(async () => (await failuresOf(here.queue)).length === 0)
  })

  it('keeps what it can not read as a dead letter, which a request or the next sync revives', async () => {
    const wiki = new Wiki({ 'a.md': new SourceDownError(false), 'b.md': new SourceDownError(), 'c.md': 'three' })
    await using here = await place(wiki)
    await here.queue.plan('wiki', often, ongoing)
    here.work()
    await until(async () => (await failuresOf(here.queue)).filter((each) => each.endsWith('dead')).length === 2)
    expect(wiki.reads.filter((entry) => entry === 'a.md')).toHaveLength(1)
    expect(wiki.reads.filter((entry) => entry === 'b.md')).toHaveLength(3)
    wiki.pages.set('a.md', 'one')
    await here.queue.request('wiki', ['a.md'], ongoing)
    await here.idle()
    expect(await here.texts()).toEqual({ 'a.md': 'one', 'c.md': 'three' })
    wiki.pages.set('b.md', 'two')
    await here.queue.request('wiki', 'all', ongoing)
    await here.idle()
    expect(await here.texts()).toEqual({ 'a.md': 'one', 'b.md': 'two', 'c.md': 'three' })
    expect(await failuresOf(here.queue)).toEqual([])
  })

  it('drops dead letters of pages that are gone', async () => {
    const wiki = new Wiki({ 'a.md': new SourceDownError(false) })
    await using here = await place(wiki)
    await here.queue.plan('wiki', often, ongoing)
    here.work()
    await here.idle()
    expect(await failuresOf(here.queue)).toEqual(['a.md dead'])
    wiki.pages.delete('a.md')
    await here.queue.request('wiki', 'all', ongoing)
    await here.idle()
    expect(await failuresOf(here.queue)).toEqual([])
    expect(await here.documents.sourceState('wiki', ongoing)).toMatchObject({ failures: [] })
  })

  it('drops dead letters of pages that are stored as they are', async () => {
    const wiki = new Wiki({ 'redis.md': 'by hand' })
    await using here = await place(wiki)
    here.work({ plan: { ...often, everyMs: 300 } })
    await until(async () => (await here.texts())['redis.md'] === 'by hand')
    // As it is left when workers end again and again after they have stored a page, before they have said so.
    await here.queue.addEntries('wiki', [{ entry: 'redis.md', revision: 'r:by hand', replaces: 'long gone' }], ongoing)
    const [claim] = await here.queue.takeEntries('wiki', 1, ongoing)
    if (claim === undefined) throw new Error('somebody else has it')
    await here.queue.settle([{ claim, outcome: { kind: 'failed', reason: 'its worker ended', retry: false } }], ongoing)
    await until(async () => (await here.queue.failures('wiki', ongoing)).length === 0)
    expect((await here.documents.sourceState('wiki', ongoing))?.failures).toEqual([])
  })

  it('ends with the newest words of a page that is edited while it is read', async () => {
    const wiki = new Wiki({ 'a.md': 'draft' })
    await using here = await place(wiki)
    await here.queue.plan('wiki', often, ongoing)
    let isFirst = true
    wiki.onRead = async () => {
      if (!isFirst) return
      isFirst = false
      wiki.pages.set('a.md', 'final')
      await here.queue.request('wiki', ['a.md'], ongoing)
    }
    here.work()
    await until(async () => (await here.texts())['a.md'] === 'final')
    expect(wiki.reads).toEqual(['a.md', 'a.md'])
  })

  it('never writes what a slow worker read over what was stored since, and looks at it again', async () => {
    const wiki = new Wiki({ 'a.md': 'old' })
    await using here = await place(wiki)
    await here.queue.plan('wiki', often, ongoing)
    const seen: string[] = []
    let isFirst = true
    wiki.onRead = async () => {
      if (!isFirst) return
      isFirst = false
      // Meanwhile somebody else reads and stores a newer version of it.
      wiki.pages.set('a.md', 'new')
      await here.documents.replaceEntries(
        [{ source: 'wiki', entry: 'a.md', revision: 'from elsewhere', documents: [] }],
        ongoing,
      )
    }
    const watched = new Proxy(here.documents, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (name !== 'replaceEntries') return typeof value === 'function' ? value.bind(target) : value
        return async (...[entries, signal]: Parameters<DocumentStore['replaceEntries']>) => {
          const late = await target.replaceEntries(entries, signal)
          for (const { entry, revision } of entries) if (!late.includes(entry)) seen.push(revision.split('~')[0] ?? '')
          return late
        }
      },
    })
    here.work({ documents: watched })
    await here.idle()
    expect(await here.texts()).toEqual({ 'a.md': 'new' })
    expect(seen).toEqual(['r:new'])
    expect(await here.documents.sourceState('wiki', ongoing)).toMatchObject({ cursor: '1' })
  })

  it('finds again what the queue lost, before it saves the cursor', async () => {
    const wiki = new Wiki({ 'a.md': 'one', 'b.md': 'two' })
    await using here = await place(wiki)
    await here.queue.plan('wiki', often, ongoing)
    const forgetful = new Proxy(here.queue, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (name === 'addEntries' && wiki.looks === 0) return async () => {}
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    here.work({ queue: forgetful })
    await here.idle()
    expect(await here.texts()).toEqual({ 'a.md': 'one', 'b.md': 'two' })
    expect(await here.documents.sourceState('wiki', ongoing)).toMatchObject({ cursor: '1' })
  })

  it('keeps the old cursor where the queue loses everything every time', async () => {
    const wiki = new Wiki({ 'a.md': 'one' })
    await using here = await place(wiki)
    await here.queue.plan('wiki', often, ongoing)
    const useless = new Proxy(here.queue, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (name === 'addEntries') return async () => {}
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    here.work({ queue: useless })
    await until(async () => (await here.documents.sourceState('wiki', ongoing)) !== undefined)
    expect((await here.documents.sourceState('wiki', ongoing))?.cursor).toBeUndefined()
  })

  it('says why a source could not be surveyed, and tries again', async () => {
    const wiki = new Wiki({ 'a.md': 'one' })
    let isDown = true
    wiki.onSurveyed = async () => {
      if (isDown) throw new SourceDownError()
    }
    await using here = await place(wiki)
    await here.queue.plan('wiki', often, ongoing)
    here.work()
    await until(async () => (await here.queue.counts(ongoing))[0]?.syncFailure === 'The wiki can not be reached.')
    isDown = false
    await until(async () => (await here.texts())['a.md'] === 'one')
    await here.idle()
    expect((await here.queue.counts(ongoing))[0]?.syncFailure).toBeUndefined()
  })

  it('gives back what it has not finished when it is told to stop, and keeps what it has', async () => {
    const wiki = new Wiki({ 'a.md': 'one', 'b.md': 'two' })
    const reading = Promise.withResolvers<void>()
    wiki.onRead = (_entry, signal) =>
      new Promise((resolve) => {
        reading.resolve()
        signal.addEventListener('abort', () => resolve())
      })
    const here = await place(wiki)
    await here.queue.addEntries('wiki', [{ entry: 'a.md', revision: 'r:one', replaces: null }], ongoing)
    await here.queue.plan('wiki', often, ongoing)
    here.work()
    await reading.promise
    here.stop.abort(new Error('stop'))
    await until(async () => (await here.queue.counts(ongoing))[0]?.running === 0)
    expect(await here.queue.counts(ongoing)).toMatchObject([{ running: 0, delayed: 0, dead: 0, sync: 'waiting' }])
    expect((await here.queue.takeEntries('wiki', 5, ongoing)).map(({ attempts }) => attempts)).toContain(0)
    await here[Symbol.asyncDispose]()
  })

  it('takes nothing for failed while the embedder is down, and goes on when it is back', async () => {
    const wiki = new Wiki(Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`${n}.md`, `page ${n}`])))
    let isDown = true
    const embedder: Embedder = {
      id: 'fake',
      dimensions: 2,
      embed: async (texts) => {
        if (isDown) throw new SourceDownError()
        return texts.map(() => Float32Array.of(1, 0))
      },
      [Symbol.asyncDispose]: async () => {},
    }
    await using here = await place(wiki, { embedder })
    await here.queue.plan('wiki', often, ongoing)
    here.work()
    await until(async () => wiki.reads.length >= 8)
    isDown = false
    await until(async () => Object.keys(await here.texts()).length === 8)
    expect((await here.queue.failures('wiki', ongoing)).filter(({ state }) => state === 'dead')).toEqual([])
  })

  it('follows what a page leads to', async () => {
    const wiki = new Wiki({ 'a.md': 'one' })
    wiki.links.set('a.md', ['hidden.md'])
    wiki.onSurveyed = async () => void wiki.pages.set('hidden.md', 'found by walking')
    await using here = await place(wiki)
    await here.queue.plan('wiki', often, ongoing)
    here.work()
    await until(async () => (await here.texts())['hidden.md'] === 'found by walking')
    expect(wiki).toMatchObject({ surveys: 1, looks: 1 })
  })

  it('works alone on what has ended workers twice', async () => {
    const wiki = new Wiki({ 'a.md': 'one', 'b.md': 'two', 'c.md': 'three' })
    let underWay = 0
    let most = 0
    wiki.onRead = async () => {
      most = Math.max(most, ++underWay)
      await new Promise((resolve) => setTimeout(resolve, 20))
      underWay--
    }
    await using here = await place(wiki)
    const found = ['a.md', 'b.md', 'c.md'].map((entry) => ({ entry, revision: 'r', replaces: null }))
    await here.queue.addEntries('wiki', found, ongoing)
    await using ending = new SqliteQueue({ path: here.path, clock: systemClock, leaseMs: 20 })
    for (let time = 0; time < 2; time++) {
      expect(await ending.takeEntries('wiki', 5, ongoing)).toHaveLength(3)
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
    here.work()
    await until(async () => Object.keys(await here.texts()).length === 3)
    expect(most).toBe(1)
  })

  it('says once that the queue is away, and once that it is back', async () => {
    const wiki = new Wiki({ 'a.md': 'one' })
    await using here = await place(wiki)
    await here.queue.plan('wiki', often, ongoing)
    const lines: string[] = []
    const log = createLog({ level: 'info', content: false, destination: { write: (line) => void lines.push(line) } })
    let isAway = true
    let asked = 0
    const queue = new Proxy(here.queue, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        return (...args: unknown[]): unknown => {
          asked++
          if (isAway) throw new SourceDownError()
          return Reflect.apply(value, target, args)
        }
      },
    })
    here.work({ queue, log })
    await until(async () => asked >= 8)
    isAway = false
    await until(async () => lines.some((line) => line.includes('"syncing goes on"')))
    expect(lines.filter((line) => line.includes('held up'))).toHaveLength(1)
    expect(lines.find((line) => line.includes('held up'))).toContain('The wiki can not be reached.')
  })

  it('shares the work with others, and no two read one page at a time', async () => {
    const wiki = new Wiki(Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`${n}.md`, `page ${n}`])))
    const underWay = new Set<string>()
    let together = 0
    wiki.onRead = async ({ entry }) => {
      if (underWay.has(entry)) together++
      underWay.add(entry)
      await new Promise((resolve) => setTimeout(resolve, 5))
      underWay.delete(entry)
    }
    await using here = await place(wiki)
    await here.queue.plan('wiki', often, ongoing)
    here.work()
    here.work()
    here.work()
    for (let n = 0; n < 40; n++) {
      wiki.pages.set(`${n}.md`, `edited ${n}`)
      await here.queue.request('wiki', [`${n}.md`], ongoing)
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    await until(async () => (await here.queue.counts(ongoing))[0]?.sync === 'idle')
    await here.idle()
    expect(together).toBe(0)
    const texts = await here.texts()
    expect(Object.keys(texts)).toHaveLength(120)
    for (let n = 0; n < 40; n++) expect(texts[`${n}.md`]).toBe(`edited ${n}`)
    expect(new Set(wiki.reads).size).toBe(120)
  })
})
