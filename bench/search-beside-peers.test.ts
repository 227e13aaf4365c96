import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { benchSearchBesidePeers } from './search-beside-peers.ts'

it('times the whole of search and its parts in a store of its own, and leaves nothing behind', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'nightdesk-bench-test-'))
  try {
    const corpus = join(import.meta.dirname, '..', 'samples', 'docs')
    const options = { corpus, sizes: [200], questions: 10, peers: false, directory }
    const rows = await benchSearchBesidePeers(options, new AbortController().signal)
    expect(rows.map(({ name, passages, questions }) => [name, passages, questions])).toEqual([['Nightdesk', 200, 10]])
    for (const { search, parts, bytesOnDisk, peakBytes } of rows) {
      for (const figure of [search.p50, parts?.matching.p50, parts?.nearest.p50, bytesOnDisk, peakBytes]) {
        expect(figure).toBeGreaterThan(0)
      }
    }
    expect(await readdir(directory)).toEqual([])
  } finally {
    await rm(directory, { recursive: true })
  }
})
