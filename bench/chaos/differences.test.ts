import { expect, it } from 'vitest'
import type { EntryContent } from '#knowledge/document-store.ts'
import { fakeEntry, fakePassage } from '#knowledge/passage.fake.ts'
import { temporaryFile } from '#knowledge/sqlite/temporary-file.fake.ts'
import { compareContents, differenceInSearch, lostInSearch } from './differences.ts'
import { type OpenStore, sourceId } from './place.ts'

const ongoing = new AbortController().signal

function page(id: string, words: readonly string[], revision = 'r1'): EntryContent {
  const passages = words.map((text, at) =>
    fakePassage({ id: `${id}#${at}`, text, embedding: at % 2 === 0 ? Float32Array.of(1, 0) : Float32Array.of(0, 1) }),
  )
  return fakeEntry({ id, source: sourceId }, passages, revision)
}

const redis = page('redis', ['fail over by hand', 'then tell the others'])
const kafka = page('kafka', ['restart the broker'])

async function holding(contents: readonly EntryContent[]): Promise<OpenStore> {
  const file = await temporaryFile()
  const store = file.open()
  await store.documents.replaceEntries(contents, ongoing)
  return {
    store,
    contents: store.contents,
    repair: undefined,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await file[Symbol.asyncDispose]()
    },
  }
}

it('finds no difference between stores that were filled in another order', async () => {
  await using one = await holding([redis, kafka])
  await using other = await holding([kafka, redis])
  expect(await compareContents(one, other, ongoing)).toEqual({ documents: 2, passages: 3 })
  expect(await differenceInSearch(one, other, ongoing)).toBeUndefined()
  expect(await lostInSearch(one, ongoing)).toBeUndefined()
})

it.each([
  ['a page that is missing', [redis], 'kafka.md is missing'],
  ['a page that should be gone', [redis, kafka, page('old', ['gone'])], 'old.md is stored and should be gone'],
  ['an older revision', [page('redis', [], 'r0'), kafka], 'redis.md is stored as r0 instead of r1'],
  ['a passage too few', [page('redis', ['fail over by hand']), kafka], 'redis.md has 1 passages instead of 2'],
  [
    'other words',
    [page('redis', ['fail over by robot', 'then tell the others']), kafka],
    /^redis\.md, passage 0: .*text is "fail over by robot" instead of "fail over by hand"/,
  ],
])('says of %s what differs', async (_what, stored, says) => {
  await using one = await holding(stored)
  await using other = await holding([redis, kafka])
  expect((await compareContents(one, other, ongoing)).difference).toMatch(says)
})

it('says which passage is not found, by words or by its vector, or is found and should not be', async () => {
  await using whole = await holding([redis, kafka])
  const { index } = whole.store
  const searching = (parts: Partial<typeof index>): OpenStore => ({
    ...whole,
    store: { ...whole.store, index: { ...index, matching: index.matching.bind(index), ...parts } },
  })
  const nearest = index.nearest.bind(index)
  const wordless = searching({ matching: async () => [], nearest })
  expect(await lostInSearch(wordless, ongoing)).toBe('kafka, passage 0 is not found by its words')
  expect(await differenceInSearch(wordless, whole, ongoing)).toMatch(/^searched by the words of kafka/)
  const blind = searching({ nearest: async () => [] })
  expect(await lostInSearch(blind, ongoing)).toBe('kafka, passage 0 is not found by its vector')
  await using more = await holding([redis, kafka, page('old', ['restart everything'])])
  expect(await differenceInSearch(more, whole, ongoing)).toMatch(/old#0 is found and should not be|scores/)
})
