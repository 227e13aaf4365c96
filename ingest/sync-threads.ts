import { type Preparing, preparing } from './preparing.ts'
import type { Source } from './source.ts'

/** From so many entries on, threads are worth their start. */
const worthThreads = 32
/** Their memory is given back when nothing much was to be done for so long. */
const idleMs = 20_000

/** The threads in which a worker makes entries ready: kept from one batch to the next, and ended when they idle. */
export interface PreparingThreads extends AsyncDisposable {
  /** Lends what a batch of so many entries is best made ready with, until the work with it is done. */
  lend<Result>(source: Source, entries: number, work: (aside: Preparing) => Promise<Result>): Promise<Result>
}

export function preparingThreads(): PreparingThreads {
  const open = new Map<Source, { aside: Preparing; users: number; timer?: NodeJS.Timeout }>()
  const end = async (source: Source) => {
    const threads = open.get(source)
    open.delete(source)
    clearTimeout(threads?.timer)
    await threads?.aside[Symbol.asyncDispose]()
  }
  return {
    async lend(source, entries, work) {
      if (entries < worthThreads && !open.has(source)) {
        await using aside = preparing({ source, entries })
        return await work(aside)
      }
      const threads = open.get(source) ?? { aside: preparing({ source, entries: Infinity }), users: 0 }
      open.set(source, threads)
      clearTimeout(threads.timer)
      threads.users++
      try {
        return await work(threads.aside)
      } finally {
        threads.users--
        if (threads.users === 0) threads.timer = setTimeout(() => void end(source), idleMs).unref()
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...open.keys()].map(end))
    },
  }
}
