import { expect, it } from 'vitest'
import { inParallel } from '../in-parallel.ts'
import type { Source, Surveyed } from '../source.ts'
import { fillWorkspace, troubles } from './large-workspace.fake.ts'
import { FakeNotion } from './notion.fake.ts'
import { nothingKnown, ongoing, sourceOn, storedAfter, textOf } from './notion-setup.fake.ts'

const pages = 3000
async function readAll(source: Source, known: Surveyed) {
  const survey = await source.survey(known, ongoing)
  const texts = new Set<string>()
  const read = inParallel(survey.changed, 8, (entry) => source.read(entry, ongoing), ongoing)
  for await (const entry of read) texts.add(textOf(entry))
  return { survey, texts }
}

it('loses no page of a large workspace while calls go wrong, and makes hardly more calls than there must be', {
  timeout: 60_000,
}, async () => {
  await using notion = await FakeNotion.start()
  fillWorkspace(notion, pages)
  notion.tempt(troubles({ share: 0.05, slowMs: 20 }))
  const source = sourceOn(notion)
  const { survey, texts } = await readAll(source, nothingKnown)
  expect(survey.changed).toHaveLength(pages)
  expect(texts.size).toBe(pages)
  // A page of search for every hundred, and one call for each page.
  const least = pages / 100 + pages
  expect(source.apiCalls).toBeLessThanOrEqual(1.2 * least)
  expect(source.apiCalls).toBe(notion.requests.length)

  notion.tempt(undefined)
  const again = sourceOn(notion)
  const second = await again.survey(storedAfter(survey), ongoing)
  expect(second).toMatchObject({ changed: [], unchanged: pages, gone: [], cursor: survey.cursor })
  expect(again.apiCalls).toBeLessThanOrEqual(source.apiCalls / 100)
})
