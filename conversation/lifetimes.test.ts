import { describe, expect, it } from 'vitest'
import { Channel } from './channel.ts'
import { untilAborted } from './lifetimes.ts'

describe('values until a signal aborts', () => {
  it('are all there are, and then the end', async () => {
    const values = untilAborted(
      (async function* () {
        yield 1
        yield 2
      })(),
      new AbortController().signal,
    )
    expect(await Array.fromAsync(values)).toEqual([1, 2])
    expect(await values.next()).toEqual({ done: true, value: undefined })
  })

  it('are given up on at once by whoever waits for one, though the source hangs', async () => {
    const left: string[] = []
    const hanging: AsyncIterableIterator<number> = {
      next: () => new Promise(() => undefined),
      return: () => {
        left.push('let go of')
        return new Promise(() => undefined)
      },
      [Symbol.asyncIterator]: () => hanging,
    }
    const abort = new AbortController()
    const values = untilAborted(hanging, abort.signal)
    const waiting = values.next()
    abort.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    expect(left).toEqual(['let go of'])
    expect(await values.next()).toEqual({ done: true, value: undefined })
  })

  it('end with the reason where nobody waited when the signal aborted', async () => {
    const source = new Channel<number>()
    const abort = new AbortController()
    const values = untilAborted(source, abort.signal)
    await source.send(1)
    expect(await values.next()).toEqual({ done: false, value: 1 })
    await source.send(2)
    abort.abort(new Error('enough'))
    await expect(values.next()).rejects.toThrow('enough')
    // It was let go of: what it had is gone.
    expect(await source.next()).toEqual({ done: true, value: undefined })
  })

  it('let go of the source where the reader leaves, and leave nothing on a signal that lives longer', async () => {
    const { signal } = new AbortController()
    const listeners = new Set<unknown>()
    const add = signal.addEventListener.bind(signal)
    signal.addEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
      listeners.add(listener)
      add(type, listener)
    }
    signal.removeEventListener = (_: string, listener: EventListenerOrEventListenerObject) => listeners.delete(listener)
    const source = new Channel<number>()
    await source.send(1)
    await source.send(2)
    for await (const value of untilAborted(source, signal)) {
      expect(listeners.size).toBe(1)
      if (value === 1) break
    }
    expect(listeners.size).toBe(0)
    expect(await source.next()).toEqual({ done: true, value: undefined })
  })

  it('fail as their source fails', async () => {
    const source = new Channel<number>()
    source.fail(new Error('broken'))
    const values = untilAborted(source, new AbortController().signal)
    await expect(values.next()).rejects.toThrow('broken')
    expect(await values.next()).toEqual({ done: true, value: undefined })
  })
})
