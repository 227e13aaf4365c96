import { Worker } from 'node:worker_threads'
import { type ErrorReport, errorFrom, StoreClosedError, StoreThreadError } from './errors.ts'

/** A task on its way to a thread; `undefined` in its place asks the thread to end. */
export interface Task<Ask> {
  id: number
  ask: Ask
}

/** What comes back. */
export type Outcome<Answer> = { id: number; answer: Answer } | { id: number; failure: ErrorReport }

interface Pending<Ask, Answer> {
  task: Task<Ask>
  retries: number
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

export interface ThreadOptions {
  /** The module that the thread runs; it calls `serve`. */
  module: URL
  /** What the module is started with; survives structured cloning. */
  start: unknown
  /** How often a task is given to a new thread when the old one ended in the middle of it. */
  retries: number
}

/**
 * A thread that answers one task after the other. It is started by the first task, started anew when it crashed, and
 * keeps the process alive only while something is asked of it.
 */
export class Thread<Ask, Answer> implements AsyncDisposable {
  readonly #options: ThreadOptions
  readonly #pending = new Map<number, Pending<Ask, Answer>>()
  #worker: Worker | undefined
  #tasks = 0
  #closed = false
  #drained: (() => void) | undefined

  constructor(options: ThreadOptions) {
    this.#options = options
  }

  /** Giving up ends the waiting; the task itself may still be carried out. */
  async ask(ask: Ask, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted()
    if (this.#closed) throw new StoreClosedError('The store is closed')
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const giveUp = () => reject(signal.reason)
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      this.#tasks += 1
      this.#send({ task: { id: this.#tasks, ask }, retries: this.#options.retries, resolve, reject })
      return await promise
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  /** Waits for what is under way, then ends the thread. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    if (this.#pending.size > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve
      })
    }
    const worker = this.#worker
    if (worker === undefined) return
    await new Promise<void>((resolve) => {
      worker.ref()
      worker.once('exit', () => resolve())
      worker.postMessage(undefined)
    })
  }

  /** @throws {DOMException} When what is asked can't be cloned. */
  #send(pending: Pending<Ask, Answer>): void {
    this.#worker ??= this.#begin()
    this.#worker.postMessage(pending.task)
    this.#pending.set(pending.task.id, pending)
    this.#worker.ref()
  }

  #begin(): Worker {
    const worker = new Worker(this.#options.module, { workerData: this.#options.start })
    let crash: unknown
    worker.on('message', (outcome: Outcome<Answer>) => this.#settle(outcome))
    worker.on('error', (error) => {
      crash = error
    })
    worker.on('exit', (code) => {
      if (this.#worker === worker) this.#worker = undefined
      this.#recover(crash ?? new Error(`The thread ended with code ${code}`))
    })
    return worker
  }

  #settle(outcome: Outcome<Answer>): void {
    const pending = this.#pending.get(outcome.id)
    this.#forget(outcome.id)
    if (pending === undefined) return
    if ('failure' in outcome) pending.reject(errorFrom(outcome.failure))
    else pending.resolve(outcome.answer)
  }

  #forget(id: number): void {
    this.#pending.delete(id)
    if (this.#pending.size > 0) return
    this.#worker?.unref()
    this.#drained?.()
  }

  /** The thread is gone: what it owed goes to a new one, or back to whoever asked. */
  #recover(cause: unknown): void {
    for (const pending of Array.from(this.#pending.values())) {
      if (pending.retries > 0) {
        pending.retries -= 1
        this.#send(pending)
      } else {
        pending.reject(new StoreThreadError('A thread of the store ended in the middle of a task', { cause }))
        this.#forget(pending.task.id)
      }
    }
  }
}
