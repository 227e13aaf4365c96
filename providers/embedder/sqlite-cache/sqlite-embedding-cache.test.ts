import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { embeddingCacheContract } from '../embedding-cache.contract.ts'
import { keyOf, rounded } from '../embedding-cache.ts'
import { SqliteEmbeddingCache, type SqliteEmbeddingCacheOptions } from './sqlite-embedding-cache.ts'

const ongoing = new AbortController().signal
const clock = fixedClock('2026-01-01T00:00:00Z')

function open(options: Partial<SqliteEmbeddingCacheOptions> = {}): SqliteEmbeddingCache {
  return new SqliteEmbeddingCache({ path: temporaryPath(), clock, ...options })
}

function temporaryPath(): string {
  return join(mkdtempSync(join(tmpdir(), 'nightdesk-embeddings-')), 'new', 'embeddings.db')
}

function some(from: number, to: number) {
  return Array.from({ length: to - from }, (_, at) => {
    const vector = rounded(new Float32Array(1024).fill((from + at) / 1e5))
    return { key: keyOf('tiny', `${from + at}`), vector }
  })
}

describe('SqliteEmbeddingCache', () => {
  embeddingCacheContract(async () => open())

  it('keeps vectors across processes, several of which write at once', async () => {
    const path = temporaryPath()
    await using one = open({ path })
    await using other = open({ path })
    await Promise.all([one.put(some(0, 300), ongoing), other.put(some(200, 500), ongoing)])
    await using later = open({ path })
    const expected = some(0, 500)
    const found = await later.get(
      expected.map(({ key }) => key),
      ongoing,
    )
    expect(found).toEqual(expected.map(({ vector }) => vector))
  })

  it('forgets what was used longest ago when it is full', async () => {
    const time = fixedClock('2026-01-01T00:00:00Z')
    await using cache = open({ clock: time, maxBytes: 600 * 1024 })
    await cache.put(some(0, 100), ongoing)
    time.advance(3 * 86_400_000)
    const used = some(0, 50).map(({ key }) => key)
    await cache.get(used, ongoing)
    for (let from = 100; from < 300; from += 10) await cache.put(some(from, from + 10), ongoing)
    const kept = async (from: number, to: number) => {
      const keys = some(from, to).map(({ key }) => key)
      return (await cache.get(keys, ongoing)).filter((vector) => vector !== undefined).length
    }
    expect(await kept(50, 100)).toBe(0)
    expect(await kept(290, 300)).toBe(10)
    expect(await kept(0, 300)).toBeGreaterThan(100)
  })

  it('begins anew where its file is damaged', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'nightdesk-embeddings-')), 'embeddings.db')
    writeFileSync(path, 'this is no database, whatever its name says; '.repeat(100))
    await using cache = open({ path })
    await cache.put(some(0, 1), ongoing)
    expect(await cache.get([keyOf('tiny', '0')], ongoing)).toEqual([some(0, 1)[0]?.vector])
  })
})
