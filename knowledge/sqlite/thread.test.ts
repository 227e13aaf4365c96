import { expect, it } from 'vitest'
import { StoreFullError, StoreThreadError } from './errors.ts'
import { Thread } from './thread.ts'

const ongoing = new AbortController().signal

it('gives each answer to whoever asked', async () => {
  await using thread = fakeThread(0)
  const answers = await Promise.all(['a', 'b', 'c'].map((word) => thread.ask(`say ${word}`, ongoing)))
  expect(answers).toEqual(['a', 'b', 'c'])
})

it('starts anew after a crash and asks once more', async () => {
  await using thread = fakeThread(1)
  const crashes = new SharedArrayBuffer(4)
  await expect(thread.ask(crash(crashes, 1), ongoing)).resolves.toBe('recovered')
  expect(await thread.ask('say still here', ongoing)).toBe('still here')
  expect(new Int32Array(crashes)[0]).toBe(1)
})

it('gives up when it crashes again, and is ready for the next task', async () => {
  await using thread = fakeThread(1)
  const crashes = new SharedArrayBuffer(4)
  await expect(thread.ask(crash(crashes, 9), ongoing)).rejects.toThrow(StoreThreadError)
  expect(new Int32Array(crashes)[0]).toBe(2)
  expect(await thread.ask('say still here', ongoing)).toBe('still here')
})

it('names SQLite’s errors, and passes others on', async () => {
  await using thread = fakeThread(0)
  await expect(thread.ask('fail with 13', ongoing)).rejects.toThrow(StoreFullError)
  await expect(thread.ask('fail with 1', ongoing)).rejects.toThrow('as asked')
})

it('stops waiting when the caller gives up, and goes on for the others', async () => {
  await using thread = fakeThread(0)
  const giveUp = new AbortController()
  const waiting = thread.ask('say never mind', giveUp.signal)
  const other = thread.ask('say other', ongoing)
  giveUp.abort(new Error('barge-in'))
  await expect(waiting).rejects.toThrow('barge-in')
  expect(await other).toBe('other')
})

it('refuses what cannot be handed over, and stays usable', async () => {
  await using thread = fakeThread(0)
  const unsendable = { crashes: new SharedArrayBuffer(4), times: 0, callback: () => {} }
  await expect(thread.ask(unsendable, ongoing)).rejects.toThrow('could not be cloned')
  expect(await thread.ask('say yes', ongoing)).toBe('yes')
})

it('works off idle work in between, and only then', async () => {
  await using thread = fakeThread(0)
  await thread.ask('idle 3', ongoing)
  await expect.poll(() => thread.ask('idled', ongoing)).toBe('3')
})

it('may be closed before it was ever asked', async () => {
  await expect(fakeThread(0)[Symbol.asyncDispose]()).resolves.toBeUndefined()
})

type Ask = string | { crashes: SharedArrayBuffer; times: number }

function crash(crashes: SharedArrayBuffer, times: number): Ask {
  return { crashes, times }
}

function fakeThread(retries: number): Thread<Ask, string> {
  return new Thread<Ask, string>({ module: new URL('./obedient-thread.fake.ts', import.meta.url), start: {}, retries })
}
