import { expect, it } from 'vitest'
import { inParallel } from '../in-parallel.ts'
import type { Source, Surveyed } from '../source.ts'
import { FakeNotion, type Fault, rateLimited } from './notion.fake.ts'
import { nothingKnown, ongoing, sourceOn, storedAfter, textOf } from './notion-setup.fake.ts'
import { paragraph, textBlock } from './notion-workspace.fake.ts'

const pages = 3000
/** As many calls go wrong. */
const share = 0.05

/** Pages at the top, below others and in a database; half of them were edited long after they were made. */
function fill({ workspace }: FakeNotion): void {
  const { dataSourceId } = workspace.addDatabase({ title: 'Incidents' })
  const author = workspace.addUser('Ada')
  const tops: string[] = []
  for (let n = 0; n < pages; n++) {
    const place = n % 10 === 0 ? dataSourceId : tops.length > 20 ? tops[n % tops.length] : undefined
    const createdAt = new Date(Date.UTC(2023, 0, 1) + n * 3_600_000)
    const at = n % 2 === 0 ? createdAt : new Date(Date.UTC(2025, 0, 1) + n * 60_000)
    const blocks = [textBlock('heading_2', 'Symptoms'), paragraph(`What page ${n} says.`, createdAt)]
    const page = { title: `Page ${n}`, createdBy: author, createdAt, at, blocks }
    const id = workspace.addPage(place === undefined ? page : { ...page, in: place })
    if (place === undefined) tops.push(id)
  }
}

/** The same faults each time: which call is hit doesn't depend on chance. */
function faults(): () => Fault | undefined {
  const overloaded = { object: 'error', status: 529, code: 'service_overload', message: 'overloaded' }
  const kinds: Fault[] = [
    rateLimited(0),
    { kind: 'answer', status: 529, headers: { 'retry-after': '1' }, body: overloaded },
    { kind: 'reset' },
    { kind: 'slow', ms: 20 },
  ]
  let calls = 0
  return () => {
    calls++
    const every = 1 / share
    return calls % every === 0 ? kinds[(calls / every) % kinds.length] : undefined
  }
}

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
  fill(notion)
  notion.tempt(faults())
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
