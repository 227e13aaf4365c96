import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { OpsError } from '#runtime/errors.ts'
import { type PreparedEntry, prepareEntry } from './index-entry.ts'
import { answerFromWire, toWire, type WireAnswer, type WireRequest } from './prepare-wire.ts'
import type { RawEntry, Source } from './source.ts'

/** Makes entries ready to be stored, off the main thread where there are many or large ones. */
export interface Preparing extends AsyncDisposable {
  /** @throws {EntryNotPreparedError} When the entry can't be understood in time; the others go on. */
  prepare(raw: RawEntry, signal: AbortSignal): Promise<PreparedEntry>
}

/** Something in an entry was too much for us. */
export class EntryNotPreparedError extends OpsError {
  override readonly name = 'EntryNotPreparedError'
  readonly code = 'ingest_entry_not_prepared'
  readonly retryable = false
  readonly userMessage: string
  constructor(entry: string, reason: string, options?: ErrorOptions) {
    super(`${entry} could not be made ready: ${reason}`, options)
    this.userMessage = `${entry} could not be understood (${reason}). Simplify or exclude it; it is tried again at the next sync.`
  }
}

export interface PreparingOptions {
  source: Pick<Source, 'id' | 'audience'>
  /** How many entries are coming: for a few, threads would take longer to start than to be of use. */
  entries: number
  /** An entry that takes longer is given up. Default 60 s: a page takes milliseconds, 5 MB of text some seconds. */
  timeoutMs?: number | undefined
  /** A thread that needs more is ended, instead of the process. Default 1024. */
  threadHeapMb?: number | undefined
  /** The module that a thread runs; tests have others. */
  thread?: URL | undefined
}

const worthThreads = 100
/** Above this an entry would keep everybody else waiting. Bytes, or letters. */
const largeEntry = 200_000

export function preparing(options: PreparingOptions): Preparing {
  const { source, timeoutMs = 60_000, thread = new URL('./prepare-thread.ts', import.meta.url) } = options
  const idle: (Worker | undefined)[] = Array(Math.max(1, Math.min(4, availableParallelism() - 1))).fill(undefined)
  /** Each, and when it is loaded or gone: to end one that loads may end the process (nodejs/node#56312). */
  const all = new Map<Worker, Promise<void>>()
  const waiting: (() => void)[] = []
  let turn: Promise<void> = Promise.resolve()

  const begin = async (signal: AbortSignal) => {
    // V8 would let a thread's young objects take 100 MB before it looks at them; here they die young anyway.
    const resourceLimits = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: options.threadHeapMb ?? 1024 }
    const worker = new Worker(thread, { resourceLimits })
    const { promise: loaded, resolve } = Promise.withResolvers<void>()
    worker.once('message', () => resolve()).once('exit', () => resolve())
    all.set(worker, loaded)
    worker.on('exit', () => all.delete(worker))
    // Whoever waits for an answer is told of it too; a thread that fails while it idles is just not used again.
    worker.on('error', () => all.delete(worker))
    // It says so when it has loaded what it needs; on a busy machine that takes seconds.
    await once(worker, 'message', { signal })
    return worker
  }

  const inThread = async (raw: RawEntry, signal: AbortSignal): Promise<PreparedEntry> => {
    while (idle.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    signal.throwIfAborted()
    let worker = idle.pop()
    let failure: string
    try {
      if (worker === undefined || !all.has(worker)) worker = await begin(signal)
      const answer = await answerOf(worker, toWire(raw, source), { entry: raw.entry, timeoutMs }, signal)
      if (answer.kind === 'prepared') return answerFromWire(answer)
      failure = answer.reason
    } catch (error) {
      // It may still be at it, or be gone: the next entry gets a new one.
      await worker?.terminate()
      worker = undefined
      signal.throwIfAborted()
      throw error
    } finally {
      idle.push(worker)
      waiting.shift()?.()
    }
    throw new EntryNotPreparedError(raw.entry, failure)
  }

  return {
    async prepare(raw, signal) {
      if (options.entries >= worthThreads || raw.content.length >= largeEntry) return inThread(raw, signal)
      // Even a small one keeps the processor for milliseconds; whoever else waits gets a turn after each.
      turn = turn.then(() => new Promise((resolve) => setImmediate(resolve)))
      await turn
      return prepareEntry(raw, source)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(
        Array.from(all, async ([worker, loaded]) => {
          await loaded
          await worker.terminate()
        }),
      )
    },
  }
}

interface Limits {
  entry: string
  timeoutMs: number
}

async function answerOf(
  worker: Worker,
  request: WireRequest,
  { entry, timeoutMs }: Limits,
  signal: AbortSignal,
): Promise<WireAnswer> {
  const settled = new AbortController()
  const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>()
  const once = { once: true, signal: settled.signal }
  const fail = (reason: string, cause?: unknown) => reject(new EntryNotPreparedError(entry, reason, { cause }))
  const timer = setTimeout(() => fail(`it took longer than ${timeoutMs / 1000} s`), timeoutMs)
  const onMessage = (answer: WireAnswer) => resolve(answer)
  const onError = (error: Error) => fail(error.message, error)
  const onExit = () => fail('its thread ended')
  signal.addEventListener('abort', () => reject(signal.reason), once)
  worker.once('message', onMessage).once('error', onError).once('exit', onExit)
  try {
    worker.postMessage(request)
    return await promise
  } finally {
    clearTimeout(timer)
    settled.abort()
    worker.off('message', onMessage).off('error', onError).off('exit', onExit)
  }
}
