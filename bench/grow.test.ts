import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { chance } from './chance.ts'
import { grow, questionOf, readSeeds, type Seed } from './grow.ts'
import { benchSearch } from './search.ts'

const ongoing = new AbortController().signal

it('cuts the text files of a folder at their headings', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'nightdesk-seeds-'))
  await mkdir(join(directory, 'redis'))
  await writeFile(join(directory, 'redis', 'failover.md'), page('Failover', 'Drain'))
  await writeFile(join(directory, 'logo.png'), page('Not', 'Text'))
  const embed = async (texts: readonly string[]) => texts.map(() => Float32Array.of(1, 0))
  const seeds = await readSeeds(directory, embed, ongoing)
  await rm(directory, { recursive: true })
  expect(seeds.map(({ path, heading, lang }) => [path, heading, lang])).toEqual([
    ['redis/failover.md', 'Failover', 'en'],
    ['redis/failover.md', 'Drain', 'en'],
  ])
})

it('begins with the seeds, and grows the rest from them, the same at every run', () => {
  const seeds = fakeSeeds(20)
  const passages = passagesOf(seeds, 95)
  expect(passages).toHaveLength(95)
  expect(passages.slice(0, 20).map(({ text }) => text)).toEqual(seeds.map(({ text }) => text))
  expect(new Set(passages.map(({ id }) => id)).size).toBe(95)
  expect(new Set(passages.slice(20).map(({ text }) => text)).size).toBeGreaterThan(70)
  expect(passagesOf(seeds, 95)).toEqual(passages)
})

it('finds new words ever more slowly, as real text does', () => {
  const passages = passagesOf(fakeSeeds(20), 3000)
  const words = (count: number) => new Set(passages.slice(0, count).flatMap(({ terms }) => terms.body)).size
  const [few, some, many] = [words(300), words(1000), words(3000)]
  expect(some).toBeGreaterThan(few * 1.2)
  expect(many).toBeGreaterThan(some * 1.2)
  expect((many - some) / 2000).toBeLessThan((some - few) / 700)
})

it('asks in words of the seeds', () => {
  const seeds = fakeSeeds(5)
  const { text, embedding } = questionOf(seeds, chance(3))
  const known = new Set(seeds.flatMap((seed) => [seed.heading, ...seed.text.split(/\s+/)]))
  expect(text.split(' ').every((word) => known.has(word))).toBe(true)
  expect(Math.hypot(...embedding)).toBeCloseTo(1, 5)
})

it('measures search at each size', async () => {
  const rows = await benchSearch({ seeds: fakeSeeds(30), sizes: [50, 200], questions: 5 }, ongoing)
  expect(rows.map(({ passages }) => passages)).toEqual([50, 200])
  for (const { store, bytesOnDisk, documentsPerSecond, openMs, search } of rows) {
    expect(store.p50).toBeGreaterThan(0)
    expect(store.p99).toBeGreaterThanOrEqual(store.p50)
    expect(Math.min(bytesOnDisk, documentsPerSecond, openMs)).toBeGreaterThan(0)
    expect(search).toBeUndefined()
  }
})

function page(...headings: string[]): string {
  return headings.map((heading) => `# ${heading}\n\n${'Restart the node and wait for it. '.repeat(3)}\n\n`).join('')
}

function fakeSeeds(count: number): Seed[] {
  const random = chance(7)
  return Array.from({ length: count }, (_, number) => ({
    path: `page-${number}.md`,
    heading: `heading${number}`,
    text: `${Array.from({ length: 30 }, () => random.word()).join(' ')}\n${Array.from({ length: 30 }, () => random.word()).join(' ')}\n`,
    lang: 'en',
    embedding: Float32Array.of(1, 0),
  }))
}

function passagesOf(seeds: readonly Seed[], count: number) {
  return [...grow(seeds, count)].flatMap(({ documents }) => documents.flatMap(({ passages }) => passages))
}
