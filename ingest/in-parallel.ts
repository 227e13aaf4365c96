/**
 * Works through items with a few under way at once. The results come in the order of the items; at most `limit`
 * results wait to be pulled, so whoever pulls slowly slows the work down. The first failure ends it, as does leaving the loop.
 */
export async function* inParallel<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
  signal: AbortSignal,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = []
  const iterator = items[Symbol.iterator]()
  const begin = () => {
    const next = iterator.next()
    if (next.done === true) return
    const started = work(next.value)
    // Whoever is told first of a failure stops pulling; the others' must not count as unhandled.
    started.catch(() => undefined)
    underWay.push(started)
  }
  for (let slot = 0; slot < limit; slot++) begin()
  for (let first = underWay.shift(); first !== undefined; first = underWay.shift()) {
    const result = await first
    signal.throwIfAborted()
    begin()
    yield result
  }
}
