import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { EntryContent } from '#knowledge/document-store.ts'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { fakeEntry, fakePassage } from '#knowledge/passage.fake.ts'
import type { PassageFilter } from '#knowledge/passage-index.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { openReader, openWriter, prepareFile } from './connection.ts'
import { due } from './segment-merge.ts'
import { StoreWriter } from './store-writer.ts'
import { VectorSearch } from './vector-search.ts'
import { WordSearch } from './word-search.ts'
import { entryColumns } from './writer-asks.ts'

const ongoing = new AbortController().signal
const everybody: PassageFilter = { principal: localPrincipal }
const guest: PassageFilter = { principal: { name: 'guest', audiences: ['a'] } }
const words = ['pod', 'node', 'disk', 'etcd', 'ポッド', '👍', '\uffee', '--flag', 'x', 'y', 'z']

it('finds and scores what a search of everything would, whatever was written, removed and merged before', async () => {
  const passage = fc.record({
    terms: fc.array(fc.constantFrom(...words), { maxLength: 12 }),
    titled: fc.boolean(),
    angle: fc.integer({ min: 0, max: 7 }),
  })
  const step = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    audience: fc.constantFrom([], ['a'], ['b']),
    passages: fc.array(passage, { maxLength: 5 }),
    removes: fc.boolean(),
    tidies: fc.integer({ min: 0, max: 12 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      await using file = await temporaryFile()
      await using model = openMemoryStore()
      for (const [number, { name, audience, passages, removes, tidies }] of steps.entries()) {
        const indexed = passages.map(({ terms, titled, angle }, ordinal) =>
          fakePassage({
            id: `${name}#${ordinal}`,
            text: terms.join(' '),
            terms: titled ? { title: terms, body: [] } : { body: terms },
            embedding: Float32Array.of(Math.cos(angle), Math.sin(angle)),
          }),
        )
        const entry = fakeEntry({ id: name, audience }, indexed, String(number))
        if (removes) {
          file.writer.write({ kind: 'removeEntries', source: 'wiki', entries: [entry.entry] })
          await model.documents.removeEntries('wiki', [entry.entry], ongoing)
        } else {
          file.write([entry])
          await model.documents.replaceEntries([entry], ongoing)
        }
        for (let slice = 0; slice < tidies; slice++) file.writer.tidy()
        for (const filter of [everybody, guest]) {
          // The second ask goes on from the first one's scores, the third begins anew.
          const asks = [words.slice(0, 2), words, words.slice(-2)]
          const matching = file.words.matching(asks, filter, 100)
          for (const [at, terms] of asks.entries()) {
            expect(scores(matching[at] ?? [])).toEqual(
              scores(await model.index.matching(terms, filter, 100, ongoing), approximately),
            )
          }
          expect(
            file.vectors
              .nearest([Float32Array.of(1, 0)], filter, 100)
              .flat()
              .map(({ passageId }) => passageId)
              .toSorted(),
          ).toEqual(
            (await model.index.nearest(Float32Array.of(1, 0), filter, 100, ongoing))
              .map(({ passageId }) => passageId)
              .toSorted(),
          )
        }
        expect(file.words.statistics(words)).toEqual(await model.index.statistics(words, ongoing))
      }
    }),
    { numRuns: 40 },
  )
})

it('merges thousands of passages into few segments, and drops the lists of those that are gone', async () => {
  await using file = await temporaryFile()
  for (let round = 0; round < 9; round++) file.write([bulk(`d${round}`, 700)])
  while (file.writer.tidy());
  expect(file.segments()).toEqual([expect.objectContaining({ packed: 0, passages: 9 * 700, dead: 0 })])
  expect(file.words.statistics(['common', 'd3']).frequencies).toEqual(
    new Map([
      ['common', 6300],
      ['d3', 700],
    ]),
  )

  const gone = ['d0.md', 'd1.md', 'd2.md', 'd3.md', 'd4.md']
  file.writer.write({ kind: 'removeEntries', source: 'wiki', entries: gone })
  expect(file.words.statistics(['common', 'd3']).frequencies).toEqual(new Map([['common', 2800]]))
  expect(file.words.matching([['d3', 'd4']], everybody, 5)).toEqual([[]])
  while (file.writer.tidy());
  expect(file.segments()).toEqual([expect.objectContaining({ passages: 2800, dead: 0 })])
  expect(file.words.statistics(['common', 'd3', 'd8']).frequencies).toEqual(
    new Map([
      ['common', 2800],
      ['d8', 700],
    ]),
  )
  expect(file.count('postings') + file.count('packed_postings')).toBeLessThan(2900)
})

it('takes a passage with more words than most books', async () => {
  await using file = await temporaryFile()
  const words = Array.from({ length: 150_000 }, (_, number) => `w${number}`)
  file.write([fakeEntry({ id: 'book' }, ['before w7', words.join(' '), 'after w149999'])])
  expect(file.words.statistics(['w7', 'w65536', 'w149999', 'w150000']).frequencies).toEqual(
    new Map([
      ['w7', 2],
      ['w65536', 1],
      ['w149999', 2],
    ]),
  )
  expect(
    file.words
      .matching([['w149999']], everybody, 5)
      .flat()
      .map(({ passageId }) => passageId),
  ).toEqual(['book#2', 'book#1'])
})

it('answers the same in the middle of a merge, also when passages go meanwhile', async () => {
  await using file = await temporaryFile()
  for (let round = 0; round < 9; round++) file.write([bulk(`d${round}`, 600)])
  let slices = 0
  while (file.writer.tidy(0)) {
    slices += 1
    if (slices === 3) file.writer.write({ kind: 'removeEntries', source: 'wiki', entries: ['d3.md'] })
    const expected = slices < 3 ? 5400 : 4800
    expect(file.words.statistics(['common']).frequencies.get('common')).toBe(expected)
    expect(file.words.matching([['d3']], everybody, 5).flat()).toHaveLength(slices < 3 ? 5 : 0)
  }
  expect(slices).toBeGreaterThan(4)
})

it('throws away a merge that another process was in the middle of, and does it again', async () => {
  await using file = await temporaryFile()
  for (let round = 0; round < 9; round++) file.write([bulk(`d${round}`, 600)])
  for (let slice = 0; slice < 3; slice++) file.writer.tidy(0)
  expect(file.count("segments WHERE state = 'building'")).toBe(1)

  const other = new StoreWriter(openWriter(file.path, undefined))
  while (other.tidy());
  while (file.writer.tidy());
  expect(file.segments()).toHaveLength(1)
  expect(file.count("segments WHERE state <> 'live'")).toBe(0)
  expect(file.words.statistics(['common', 'd8']).frequencies).toEqual(
    new Map([
      ['common', 5400],
      ['d8', 600],
    ]),
  )
})

it('leaves to another process what that merges while it is about to', async () => {
  await using file = await temporaryFile()
  for (let round = 0; round < 8; round++) file.write([bulk(`d${round}`, 1)])
  using database = openWriter(file.path, undefined)
  const late = new StoreWriter(database)
  const exec = database.exec.bind(database)
  database.exec = (sql) => {
    database.exec = exec
    while (file.writer.tidy());
    exec(sql)
  }
  while (late.tidy());
  expect(file.segments()).toHaveLength(1)
  expect(file.words.statistics(['common']).frequencies).toEqual(new Map([['common', 8]]))
})

it('merges neighbours of one size, or what is mostly dead', () => {
  const of = (...sizes: number[]) => sizes.map((passages) => ({ passages, dead: 0 }))
  expect(due(of(10, 10, 10, 10, 10, 10, 10))).toEqual([])
  expect(due(of(5000, 10, 10, 10, 10, 10, 10, 10, 60))).toEqual(of(10, 10, 10, 10, 10, 10, 10, 60))
  expect(due(of(100, 100, 100, 100, 100, 100, 100, 10))).toEqual([])
  expect(due(of(5000, 100, 100, 10, 100, 100, 100, 100, 100, 100, 10))).toHaveLength(10)
  expect(due(of(100_000, 4000, 4000, 4000, 10))).toEqual([])
  expect(
    due([
      { passages: 1000, dead: 400 },
      { passages: 1000, dead: 501 },
    ]),
  ).toEqual([{ passages: 1000, dead: 501 }])
  expect(due([])).toEqual([])
})

it.each([1, 10, 2000])('writes a passage again only a few times, and keeps few segments, %i at a time', (size) => {
  let segments: { passages: number; dead: number }[] = []
  let merged = 0
  const total = size * 2000
  for (let written = 0; written < total; written += size) {
    segments.push({ passages: size, dead: 0 })
    for (let next = due(segments); next.length > 0; next = due(segments)) {
      const passages = next.reduce((sum, segment) => sum + segment.passages, 0)
      segments = [...segments.slice(0, segments.length - next.length), { passages, dead: 0 }]
      merged += passages
    }
    expect(segments.length).toBeLessThan(40)
  }
  expect(merged / total).toBeLessThan(size === 1 ? 12 : 5)
})

const approximately = (score: number): unknown => expect.closeTo(score, 4)

function scores(
  found: readonly { passageId: string; score: number }[],
  as: (score: number) => unknown = (score) => score,
) {
  return Object.fromEntries(found.map(({ passageId, score }) => [passageId, as(score)]))
}

/** A document whose passages share the word `common` and its name, and have a word each for themselves. */
function bulk(id: string, passages: number): EntryContent {
  return fakeEntry(
    { id },
    Array.from({ length: passages }, (_, ordinal) => `common ${id} ${id}-${ordinal}`),
  )
}

async function temporaryFile() {
  const directory = await mkdtemp(join(tmpdir(), 'nightdesk-words-'))
  const path = join(directory, 'nightdesk.db')
  prepareFile(path)
  const databases: DatabaseSync[] = [
    openWriter(path, undefined),
    openReader(path, { cacheMb: 1, mappedMb: 0 }),
    openReader(path, { cacheMb: 1, mappedMb: 0 }),
  ]
  const [writing, forWords, forVectors] = databases
  if (writing === undefined || forWords === undefined || forVectors === undefined) throw new Error('not open')
  const writer = new StoreWriter(writing)
  return {
    path,
    writer,
    write: (entries: readonly EntryContent[]) =>
      writer.write({ kind: 'replaceEntries', entries: entries.map(entryColumns) }),
    words: new WordSearch(forWords),
    vectors: new VectorSearch(forVectors),
    segments: () => writing.prepare("SELECT * FROM segments WHERE state = 'live'").all(),
    count: (from: string) => Number(writing.prepare(`SELECT count(*) AS rows FROM ${from}`).get()?.rows),
    async [Symbol.asyncDispose]() {
      for (const database of databases) database.close()
      await rm(directory, { recursive: true })
    },
  }
}
