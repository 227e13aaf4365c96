import { expect, it } from 'vitest'
import { benchWebhook } from './webhook.ts'

it('is told of a push by webhook, and answers with what was pushed', { timeout: 90_000 }, async () => {
  const rows = await benchWebhook({ pushes: 2, documents: 3 }, new AbortController().signal)
  expect(rows.map(({ name, pushes }) => ({ name, pushes }))).toEqual([
    { name: 'webhook accepted', pushes: 2 },
    { name: 'answer uses it', pushes: 2 },
  ])
})
