import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { benchIngest } from './ingest.ts'
import { growFolder } from './ingest-folder.ts'

const ongoing = new AbortController().signal

it('measures a first and a second sync of documents grown from real ones, and leaves nothing behind', async () => {
  const place = await mkdtemp(join(tmpdir(), 'nightdesk-bench-test-'))
  try {
    const corpus = join(import.meta.dirname, '..', 'samples', 'docs')
    const [row] = await benchIngest({ corpus, documents: 40, peers: false, directory: place }, ongoing)
    expect(row).toMatchObject({ name: 'Nightdesk' })
    expect(row?.documents).toBeGreaterThanOrEqual(40)
    expect(row?.passages).toBeGreaterThan(40)
    for (const figure of [row?.documentsPerSecond, row?.bytesOnDisk, row?.peakBytes]) expect(figure).toBeGreaterThan(0)
    expect(await readdir(place)).toEqual([])
  } finally {
    await rm(place, { recursive: true })
  }
})

it('grows documents that differ from each other, the same ones at every run', async () => {
  const place = await mkdtemp(join(tmpdir(), 'nightdesk-bench-test-'))
  try {
    const corpus = join(place, 'corpus')
    await growFolder(join(import.meta.dirname, '..', 'samples', 'docs'), corpus, 1, ongoing)
    await writeFile(
      join(corpus, 'page.md'),
      '# Restart pump 12\n\nRun `pumpctl restart --unit 12` and wait 30 seconds.\n',
    )
    await growFolder(corpus, join(place, 'one'), 8, ongoing)
    await growFolder(corpus, join(place, 'two'), 8, ongoing)
    const texts = async (folder: string) => {
      const entries = await readdir(join(place, folder), { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile() && entry.name === 'page.md')
      return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')))
    }
    expect(new Set(await texts('one')).size).toBe(4)
    expect((await texts('two')).toSorted()).toEqual((await texts('one')).toSorted())
  } finally {
    await rm(place, { recursive: true })
  }
})
