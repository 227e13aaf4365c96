import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DocumentStore } from '#knowledge/document-store.ts'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import type { KnowledgeStore } from '#knowledge/store.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import { fixedClock, systemClock } from '#runtime/clock.ts'
import { OpsError } from '#runtime/errors.ts'
import { silentLog } from '#runtime/log.ts'
import { filesSource } from './files/files-source.ts'
import type { RawEntry, Source, Surveyed } from './source.ts'
import { createSync, type SyncOptions } from './sync.ts'
import type { SyncProgress } from './sync-report.ts'

const ongoing = new AbortController().signal

class SourceDownError extends OpsError {
  readonly code = 'source_down'
  readonly retryable = true
  readonly userMessage = 'The wiki can not be reached.'
}

/** Documents in a map, as a source; a document whose text is an error can't be read. */
function fakeSource(
  pages: Record<string, string | Uint8Array | Error>,
  given: Partial<Source> = {},
): Source & { reads: string[] } {
  const reads: string[] = []
  return {
    id: 'wiki',
    audience: [],
    apiCalls: 0,
    reads,
    async survey({ revisions, failed }: Surveyed) {
      const now = new Map(Object.entries(pages).map(([entry, text]) => [entry, `r:${String(text)}`]))
      const changed = [...now].filter(([entry, revision]) => revisions.get(entry) !== revision || failed.has(entry))
      const gone = [...revisions.keys()].filter((entry) => !now.has(entry))
      return {
        changed: changed.map(([entry, revision]) => ({ entry, revision })),
        unchanged: now.size - changed.length,
        gone,
        skipped: [],
      }
    },
    async read({ entry }, signal): Promise<RawEntry | 'gone'> {
      signal.throwIfAborted()
      reads.push(entry)
      const content = pages[entry]
      if (content === undefined) return 'gone'
      if (content instanceof Error) throw content
      const editedAt = new Date('2025-01-01T00:00:00Z')
      return { entry, path: entry, url: `https://wiki.example/${entry}`, content, owners: [], editedAt }
    },
    async [Symbol.asyncDispose]() {},
    ...given,
  }
}

function fakeEmbedder(id = 'fake-1'): Embedder & { texts: string[]; refuses: (text: string) => boolean } {
  const texts: string[] = []
  return {
    id,
    dimensions: 2,
    texts,
    refuses: () => false,
    async embed(given) {
      if (given.some((text) => this.refuses(text))) throw new SourceDownError('no embedding')
      texts.push(...given)
      return given.map(() => Float32Array.of(1, 0))
    },
    async [Symbol.asyncDispose]() {},
  }
}

/** A store that counts every call that changes it. */
function counting(store: KnowledgeStore): { documents: DocumentStore; writes: string[] } {
  const writes: string[] = []
  const documents = new Proxy(store.documents, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...args: unknown[]): unknown => {
        if (/^(?:replace|remove|save|verify$)/.test(String(name))) writes.push(String(name))
        return Reflect.apply(value, target, args)
      }
    },
  })
  return { documents, writes }
}

function setUp(embedder?: Embedder) {
  const store = openMemoryStore()
  const { documents, writes } = counting(store)
  const sync = createSync({ documents, embedder, clock: systemClock, log: silentLog })
  const run = (source: Source, options: SyncOptions = {}) => sync.run(source, options, ongoing)
  const titles = async () => {
    const page = await store.documents.documents({ principal: localPrincipal }, undefined, 1000, ongoing)
    return page.documents.map((document) => document.title)
  }
  const found = async (word: string) =>
    (await store.index.matching(termsOf(word), { principal: localPrincipal }, 10, ongoing)).length
  return { store, writes, run, titles, found }
}

describe('a sync', () => {
  it('stores every document, findable, with vectors', async () => {
    const embedder = fakeEmbedder()
    const { store, run, titles, found } = setUp(embedder)
    const report = await run(fakeSource({ 'a.md': '# Redis\n\nFail over.\n', 'b.md': '# Kafka\n\nRebalance.\n' }))
    expect(report).toMatchObject({
      added: 2,
      changed: 0,
      unchanged: 0,
      deleted: 0,
      failed: 0,
      documents: 2,
      passages: 2,
    })
    expect(await titles()).toEqual(['Redis', 'Kafka'])
    expect(await found('rebalance')).toBe(1)
    expect(embedder.texts).toEqual([expect.stringContaining('Fail over.'), expect.stringContaining('Rebalance.')])
    const nearest = await store.index.nearest(Float32Array.of(1, 0), { principal: localPrincipal }, 10, ongoing)
    expect(nearest).toHaveLength(2)
  })

  it('follows what a page leads to that the survey did not list, and passes on what a page warns of', async () => {
    const { run, titles } = setUp()
    const pages = { 'a.md': '# Home\n\nIndex.\n', 'b.md': '# Below\n\nMore.\n', 'c.md': '# Deep\n\nMost.\n' }
    const links: Record<string, string[]> = {
      'a.md': ['a.md', 'b.md', 'not there.md'],
      'b.md': ['c.md'],
      'c.md': ['a.md'],
    }
    const wiki = fakeSource(pages)
    const source = fakeSource(pages, {
      survey: async (known, signal) => {
        const survey = await wiki.survey(known, signal)
        return { ...survey, changed: survey.changed.filter(({ entry }) => entry === 'a.md'), gone: [] }
      },
      surveyEntries: async (entries, known, signal) => {
        const survey = await wiki.survey({ ...known, failed: new Set() }, signal)
        return { ...survey, changed: survey.changed.filter(({ entry }) => entries.includes(entry)), gone: [] }
      },
      read: async (entry, signal) => {
        const raw = await wiki.read(entry, signal)
        return raw === 'gone'
          ? raw
          : { ...raw, leadsTo: links[entry.entry], warnings: [`${entry.entry}: a block is hidden.`] }
      },
    })
    const report = await run(source)
    expect(report).toMatchObject({ added: 3, failed: 0, documents: 3 })
    expect(report.warnings).toEqual(['a.md', 'b.md', 'c.md'].map((entry) => `${entry}: a block is hidden.`))
    expect(await titles()).toEqual(['Home', 'Below', 'Deep'])
    expect(wiki.reads).toEqual(['a.md', 'b.md', 'c.md'])
  })

  it('leaves alone what another sync has stored since it began, and keeps its old cursor then', async () => {
    const { store, run, titles } = setUp()
    const wiki = fakeSource({ 'a.md': '# Old\n\nBefore.\n', 'b.md': '# Other\n\nSame.\n' })
    const cursors = ['first', 'second', 'third']
    const survey: Source['survey'] = async (known, signal) => ({
      ...(await wiki.survey(known, signal)),
      cursor: cursors.shift(),
    })
    const read: Source['read'] = async (entry, signal) => {
      if (entry.entry === 'a.md') {
        const newer = createSync({ documents: store.documents, clock: systemClock, log: silentLog })
        await newer.run(fakeSource({ 'a.md': '# New\n\nAfter.\n' }), {}, ongoing)
      }
      return await wiki.read(entry, signal)
    }
    await run(fakeSource({}, { survey, read }))
    expect((await titles()).toSorted()).toEqual(['New', 'Other'])
    expect((await store.documents.sourceState('wiki', ongoing))?.cursor).toBeUndefined()
    await run(fakeSource({}, { survey, read: (entry, signal) => wiki.read(entry, signal) }))
    expect((await titles()).toSorted()).toEqual(['Old', 'Other'])
    expect((await store.documents.sourceState('wiki', ongoing))?.cursor).toBe('second')
  })

  it('masks secrets before they are stored or embedded, and counts them', async () => {
    const embedder = fakeEmbedder()
    const { run, store } = setUp(embedder)
    const key = ['AKIA', 'IOSFODNN7', 'ABCDEFG'].join('')
    const report = await run(fakeSource({ 'a.md': `# Deploy\n\nUse ${key} for now.\n` }))
    expect(report.maskedSecrets).toBe(1)
    expect(embedder.texts.join()).not.toContain(key)
    const [candidate] = await store.index.matching(termsOf('deploy'), { principal: localPrincipal }, 1, ongoing)
    const [passage] = await store.index.load([candidate?.passageId ?? ''], { principal: localPrincipal }, ongoing)
    expect(JSON.stringify(passage)).not.toContain(key)
  })

  it('writes nothing, reads nothing and embeds nothing when nothing changed', async () => {
    const embedder = fakeEmbedder()
    const { run, writes } = setUp(embedder)
    const source = fakeSource({ 'a.md': '# A\n\na\n', 'b.md': '# B\n\nb\n' })
    await run(source)
    for (const list of [writes, source.reads, embedder.texts]) list.length = 0
    expect(await run(source)).toMatchObject({ added: 0, changed: 0, unchanged: 2, deleted: 0 })
    expect([writes, source.reads, embedder.texts]).toEqual([[], [], []])
  })

  it('reads and embeds just what changed', async () => {
    const embedder = fakeEmbedder()
    const { run, found } = setUp(embedder)
    const pages: Record<string, string> = { 'a.md': '# A\n\nalpha\n', 'b.md': '# B\n\nbeta\n' }
    const source = fakeSource(pages)
    await run(source)
    for (const list of [source.reads, embedder.texts]) list.length = 0
    pages['b.md'] = '# B\n\ngamma\n'
    pages['c.md'] = '# C\n\ndelta\n'
    expect(await run(source)).toMatchObject({ added: 1, changed: 1, unchanged: 1 })
    expect(source.reads).toEqual(['b.md', 'c.md'])
    expect(embedder.texts).toHaveLength(2)
    expect([await found('beta'), await found('gamma'), await found('alpha')]).toEqual([0, 1, 1])
  })

  it('leaves nothing of a deleted document to be found', async () => {
    const { run, found, titles } = setUp()
    const pages: Record<string, string> = { 'a.md': '# A\n\nalpha\n', 'b.md': '# B\n\nbeta\n' }
    const source = fakeSource(pages)
    await run(source)
    delete pages['a.md']
    expect(await run(source)).toMatchObject({ deleted: 1, unchanged: 1 })
    expect(await found('alpha')).toBe(0)
    expect(await titles()).toEqual(['B'])
  })

  it('removes a document that went between survey and reading', async () => {
    const { run, titles } = setUp()
    const pages: Record<string, string> = { 'a.md': '# A\n\nalpha\n' }
    await run(fakeSource(pages))
    const racing = fakeSource({ 'a.md': '# A\n\nedited\n' }, { read: async () => 'gone' })
    expect(await run(racing)).toMatchObject({ added: 0, changed: 0, deleted: 1 })
    expect(await titles()).toEqual([])
  })

  it('carries on past a document that fails, keeps its last good version, and tries it again', async () => {
    const { run, titles, store } = setUp()
    const pages: Record<string, string | Error> = { 'a.md': '# A\n\na\n', 'b.md': '# B\n\nb\n' }
    const source = fakeSource(pages)
    await run(source)
    pages['a.md'] = new SourceDownError('timed out')
    pages['c.md'] = '# C\n\nc\n'
    const report = await run(source)
    expect(report).toMatchObject({ added: 1, changed: 0, failed: 1, unchanged: 1 })
    expect(report.failures).toMatchObject([{ entry: 'a.md', reason: 'The wiki can not be reached.' }])
    expect(await titles()).toEqual(['A', 'B', 'C'])
    expect((await store.documents.sourceState('wiki', ongoing))?.failures).toHaveLength(1)
    pages['a.md'] = '# A2\n\na\n'
    expect(await run(source)).toMatchObject({ changed: 1, failed: 0 })
    expect(await titles()).toEqual(['A2', 'B', 'C'])
    expect((await store.documents.sourceState('wiki', ongoing))?.failures).toEqual([])
  })

  it('writes nothing when the same document only fails again for the same reason', async () => {
    const { run, writes } = setUp()
    const source = fakeSource({ 'a.md': new SourceDownError('timed out'), 'b.md': '# B\n' })
    await run(source)
    writes.length = 0
    expect(await run(source)).toMatchObject({ failed: 1, unchanged: 1 })
    expect(writes).toEqual([])
  })

  it('touches nothing when the source as a whole fails', async () => {
    const { run, writes, titles } = setUp()
    await run(fakeSource({ 'a.md': '# A\n' }))
    writes.length = 0
    const down = fakeSource({}, { survey: () => Promise.reject(new SourceDownError('down')) })
    await expect(run(down)).rejects.toThrow('down')
    expect(writes).toEqual([])
    expect(await titles()).toEqual(['A'])
  })

  it('only says what it would do in a dry run', async () => {
    const { run, writes, titles } = setUp()
    const pages: Record<string, string> = { 'a.md': '# A\n', 'b.md': '# B\n' }
    await run(fakeSource(pages))
    writes.length = 0
    const source = fakeSource({ 'b.md': '# B2\n', 'c.md': '# C\n' })
    const report = await run(source, { dryRun: true })
    expect(report).toMatchObject({ dryRun: true, added: 1, changed: 1, deleted: 1, unchanged: 0 })
    expect([writes, source.reads]).toEqual([[], []])
    expect(await titles()).toEqual(['A', 'B'])
  })

  it('does everything again when asked to', async () => {
    const { run } = setUp()
    const source = fakeSource({ 'a.md': '# A\n', 'b.md': '# B\n' })
    await run(source)
    source.reads.length = 0
    expect(await run(source, { full: true })).toMatchObject({ changed: 2, unchanged: 0 })
    expect(source.reads).toEqual(['a.md', 'b.md'])
  })

  it('does everything again by itself with another embedder or audience, and looks at the whole source then', async () => {
    const store = openMemoryStore()
    const cursors: (string | undefined)[] = []
    const seen = (pages: Record<string, string>, audience: string[] = []): Source => {
      const source = fakeSource(pages, { audience })
      const survey: Source['survey'] = async (known, signal) => {
        cursors.push(known.cursor)
        return { ...(await source.survey(known, signal)), cursor: 'c1' }
      }
      return { ...source, survey }
    }
    const run = (source: Source, embedder: Embedder) =>
      createSync({ documents: store.documents, embedder, clock: systemClock, log: silentLog }).run(source, {}, ongoing)
    const pages = { 'a.md': '# A\n\na\n' }
    expect(await run(seen(pages), fakeEmbedder('one'))).toMatchObject({ added: 1 })
    expect(await run(seen(pages), fakeEmbedder('one'))).toMatchObject({ unchanged: 1 })
    expect(await run(seen(pages), fakeEmbedder('two'))).toMatchObject({ changed: 1 })
    expect(await run(seen(pages, ['sre']), fakeEmbedder('two'))).toMatchObject({ changed: 1 })
    expect(cursors).toEqual([undefined, 'c1', undefined, undefined])
    const nobody = { name: 'guest', audiences: [] }
    expect((await store.documents.documents({ principal: nobody }, undefined, 9, ongoing)).documents).toEqual([])
  })

  it('keeps out only the document that the embedder refuses', async () => {
    const embedder = fakeEmbedder()
    embedder.refuses = (text) => text.includes('poison')
    const { run, titles } = setUp(embedder)
    const report = await run(fakeSource({ 'a.md': '# A\n\na\n', 'b.md': '# B\n\npoison\n', 'c.md': '# C\n\nc\n' }))
    expect(report).toMatchObject({ added: 2, failed: 1, failures: [{ entry: 'b.md' }] })
    expect(await titles()).toEqual(['A', 'C'])
  })

  it('still removes what is gone when the embedder is down, and does not ask it for ever', async () => {
    const embedder = fakeEmbedder()
    const { run, found, titles } = setUp(embedder)
    const pages: Record<string, string> = Object.fromEntries(
      Array.from({ length: 200 }, (_, n) => [`${n}.md`, `# N${n}\n\nnumber ${n}\n`]),
    )
    await run(fakeSource({ ...pages, 'old.md': '# Old\n\noutdated\n' }))
    let asked = 0
    embedder.refuses = () => {
      asked++
      return true
    }
    const edited = Object.fromEntries(Object.keys(pages).map((name) => [name, '# New\n\nnew\n']))
    expect(await run(fakeSource(edited))).toMatchObject({ failed: 200, deleted: 1, changed: 0 })
    expect(asked).toBeLessThan(20)
    expect(await found('outdated')).toBe(0)
    expect(await titles()).toHaveLength(200)
  })

  it('remembers what held nothing to index, so that it is not read again', async () => {
    const { run, titles } = setUp()
    const source = fakeSource({
      'a.md': '# A\n',
      'image.md': Uint8Array.of(0x89, 0x50, 0, 1, 2, 3),
    })
    const report = await run(source)
    expect(report.skipped).toEqual([{ entry: 'image.md', reason: expect.stringContaining('image.md') }])
    source.reads.length = 0
    expect(await run(source)).toMatchObject({ changed: 0, unchanged: 2 })
    expect(source.reads).toEqual([])
    expect(await titles()).toEqual(['A'])
  })

  it('tells how far it is', async () => {
    const { run } = setUp()
    const seen: SyncProgress[] = []
    await run(fakeSource({ 'a.md': '# A\n', 'b.md': '# B\n' }), { onProgress: (progress) => seen.push(progress) })
    expect(seen.map(({ phase, done, total }) => [phase, done, total])).toEqual([
      ['surveying', 0, 0],
      ['indexing', 0, 2],
      ['indexing', 1, 2],
      ['indexing', 2, 2],
      ['done', 2, 2],
    ])
  })

  it('stops when it is told to, keeps what is done, and goes on from there', async () => {
    const { run, store, titles } = setUp()
    const pages = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`${n}.md`, `# N${n}\n\nnumber ${n}\n`]))
    const stop = new AbortController()
    const sync = createSync({ documents: store.documents, clock: systemClock, log: silentLog, entriesAtOnce: 64 })
    const onProgress = ({ done }: SyncProgress) => {
      if (done === 200) stop.abort(new Error('shutting down'))
    }
    await expect(sync.run(fakeSource(pages), { onProgress }, stop.signal)).rejects.toThrow('shutting down')
    const done = (await titles()).length
    expect(done).toBeGreaterThan(0)
    expect(done).toBeLessThan(300)
    expect(await store.documents.sourceState('wiki', ongoing)).toBeUndefined()
    const rest = fakeSource(pages)
    expect(await run(rest)).toMatchObject({ added: 300 - done, unchanged: done })
    expect(rest.reads).toHaveLength(300 - done)
  })

  it('lets others have their turn while it works', async () => {
    const { run } = setUp()
    const pages = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [`${n}.md`, `# N${n}\n\n${`sentence ${n}. `.repeat(2000)}\n`]),
    )
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    await run(fakeSource(pages))
    clearInterval(timer)
    expect(turns).toBeGreaterThan(25)
  })

  it('says when it began and ended, and how long it took', async () => {
    const clock = fixedClock('2026-01-01T00:00:00Z')
    const store = openMemoryStore()
    const sync = createSync({ documents: store.documents, clock, log: silentLog })
    const onProgress = () => clock.advance(1000)
    const report = await sync.run(fakeSource({ 'a.md': '# A\n' }), { onProgress }, ongoing)
    expect(report.seconds).toBe(4)
    expect(await store.documents.sourceState('wiki', ongoing)).toMatchObject({
      startedAt: new Date('2026-01-01T00:00:00Z'),
      finishedAt: new Date('2026-01-01T00:00:03Z'),
    })
  })
})

describe('syncing a folder', () => {
  it('makes no write and no vector for 10,000 unchanged files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nightdesk-sync-'))
    try {
      for (let group = 0; group < 100; group++) {
        await mkdir(join(folder, `group-${group}`))
        const names = Array.from({ length: 100 }, (_, n) => join(folder, `group-${group}`, `page-${n}.md`))
        await Promise.all(names.map((name, n) => writeFile(name, `# Page ${group} ${n}\n`)))
      }
      const embedder = fakeEmbedder()
      const { run, writes } = setUp(embedder)
      const source = () => filesSource({ id: 'docs', path: folder, audience: [], clock: systemClock, log: silentLog })
      expect(await run(source())).toMatchObject({ added: 10_000, failed: 0 })
      for (const list of [writes, embedder.texts]) list.length = 0
      expect(await run(source())).toMatchObject({ added: 0, changed: 0, unchanged: 10_000, deleted: 0, failed: 0 })
      expect([writes, embedder.texts]).toEqual([[], []])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
