import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { inParallel } from './in-parallel.ts'

const ongoing = new AbortController().signal

it('gives results in the order of the items, whatever takes how long', async () => {
  const work = async (ms: number) => {
    await wait(ms)
    return ms
  }
  expect(await Array.fromAsync(inParallel([20, 1, 10, 0], 4, work, ongoing))).toEqual([20, 1, 10, 0])
})

it('has as many under way as it may, and no more', async () => {
  let underWay = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++underWay)
    await wait(1)
    underWay--
  }
  await Array.fromAsync(inParallel(Array(20), 3, work, ongoing))
  expect(most).toBe(3)
})

it('begins nothing more while nobody pulls', async () => {
  let begun = 0
  const results = inParallel(Array(20), 3, async () => ++begun, ongoing)
  await results.next()
  await wait(5)
  expect(begun).toBe(4)
  await results.return(undefined)
  expect(begun).toBe(4)
})

it('ends with the first failure, and the later ones disturb nobody', async () => {
  const work = async (n: number) => {
    if (n > 0) throw new Error(`failure ${n}`)
    return n
  }
  const results = inParallel([0, 1, 2, 3], 4, work, ongoing)
  expect(await results.next()).toEqual({ done: false, value: 0 })
  await expect(results.next()).rejects.toThrow('failure 1')
  await wait(1)
})

it('stops when it is told to', async () => {
  const stop = new AbortController()
  const results = inParallel([1, 2, 3], 1, async (n) => n, stop.signal)
  expect(await results.next()).toEqual({ done: false, value: 1 })
  stop.abort(new Error('shutting down'))
  await expect(results.next()).rejects.toThrow('shutting down')
})
