/** The same, in order, so many at a time. */
export function* chunks<Each>(all: readonly Each[], size: number): Generator<Each[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size)
}
