/** A controller that aborts with its parent too, and lets go of it when disposed of. */
export function childOf(parent: AbortSignal): AbortController & Disposable {
  const child = new AbortController()
  const stop = (): void => child.abort(parent.reason)
  if (parent.aborted) stop()
  else parent.addEventListener('abort', stop, { once: true })
  return Object.assign(child, { [Symbol.dispose]: () => parent.removeEventListener('abort', stop) })
}

/**
 * The next value, or the signal's reason as soon as it aborts, whatever the source is doing. Nothing is left behind on a
 * signal that lives longer.
 */
export async function nextOrAborted<T>(source: AsyncIterator<T>, signal: AbortSignal): Promise<IteratorResult<T>> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<T>>()
  const stop = (): void => reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    source.next().then(resolve, reject)
    return await promise
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** The same values, given up on as soon as the signal aborts, and the source let go of. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  let ended = false
  try {
    while (true) {
      const next = await nextOrAborted(iterator, signal)
      if (next.done === true) {
        ended = true
        return
      }
      yield next.value
    }
  } catch (error) {
    // A source that hangs would not hear of it; whoever asked has heard already.
    ended = ended || !signal.aborted
    throw error
  } finally {
    // Not waited for: a generator ends only once what it awaits has settled.
    if (!ended) iterator.return?.()?.then(undefined, () => undefined)
  }
}
