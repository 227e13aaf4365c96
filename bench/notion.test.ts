import { expect, it } from 'vitest'
import { benchNotion } from './notion.ts'

it('loses no page of a Notion that fails calls, and says how many calls it took', { timeout: 60_000 }, async () => {
  const options = { pages: 120, share: 0.05, slowMs: 20 }
  const [first, second] = await benchNotion(options, new AbortController().signal)
  expect(first).toMatchObject({ pages: 120, lost: 0, leastCalls: 122 })
  // Those that went wrong are among them.
  expect(first?.calls).toBeGreaterThan(122)
  expect(second).toMatchObject({ lost: 0, leastCalls: 1 })
})
