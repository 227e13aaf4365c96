import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { SharedFeed } from './shared-feed.ts'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

function heapUsed(): number {
  if (typeof collect === 'function') collect()
  return process.memoryUsage().heapUsed
}

describe('a feed', () => {
  it('keeps nothing of what was read and forgotten, however much came', async () => {
    const items = 100_000
    let used = 0
    const ongoing = new AbortController().signal
    async function* slowly(): AsyncGenerator<number> {
      for (let at = 0; at < items; at++) {
        // A reader waits for each.
        if (at % 10 === 0) await nextTurn()
        else await Promise.resolve()
        yield at
      }
    }
    using feed = new SharedFeed(slowly())
    for await (const at of feed.from(0, ongoing)) {
      feed.forget(at + 1)
      if (at === 1_000) used = heapUsed()
      if (at === items - 1) used = heapUsed() - used
    }
    expect(used / items).toBeLessThan(50)
  })
})
