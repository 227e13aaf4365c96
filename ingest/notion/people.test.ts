import { expect, it } from 'vitest'
import { FakeNotion } from './notion.fake.ts'
import { ongoing, sourceOn } from './notion-setup.fake.ts'

it('does not fail one page because another was told to stop while it listed the people', async () => {
  await using notion = await FakeNotion.start()
  const ada = notion.workspace.addUser('Ada')
  const [first = '', second = ''] = ['One', 'Two'].map((title) => notion.workspace.addPage({ title, createdBy: ada }))
  const source = sourceOn(notion)
  const stop = new AbortController()
  const listing = Promise.withResolvers<void>()
  notion.tempt((path) => {
    if (path !== '/users' || stop.signal.aborted) return undefined
    listing.resolve()
    return { kind: 'silent' }
  })
  const stopped = source.read({ entry: first, revision: '' }, stop.signal)
  await listing.promise
  const other = source.read({ entry: second, revision: '' }, ongoing)
  // It has read everything else by then, and waits for the same list.
  while (notion.countOf(new RegExp(`^/pages/${second}/markdown$`)) === 0) await new Promise(setImmediate)
  await new Promise((resolve) => setTimeout(resolve, 20))
  stop.abort(new Error('enough'))
  await expect(stopped).rejects.toThrow('enough')
  expect(await other).toMatchObject({ owners: ['Ada'] })
})

it('asks once for each who is no member, and once for all who are', async () => {
  await using notion = await FakeNotion.start()
  const { workspace } = notion
  const ada = workspace.addUser('Ada')
  const guest = '00000000-0000-4000-8000-0000000009e5'
  const ids = [ada, guest, ada, guest].map((createdBy, n) => workspace.addPage({ title: `Page ${n}`, createdBy }))
  const source = sourceOn(notion)
  const owners: (readonly string[])[] = []
  for (const entry of ids) {
    const read = await source.read({ entry, revision: '' }, ongoing)
    owners.push(read === 'gone' ? ['gone'] : read.owners)
  }
  expect(owners).toEqual([['Ada'], [], ['Ada'], []])
  expect(notion.countOf(/^\/users/)).toBe(2)
})
