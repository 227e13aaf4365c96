import { Worker } from 'node:worker_threads'
import { type Embedder, unitLength } from '../embedder.ts'
import type { TransformersModel } from '../local-model.ts'
import { LocalModelError } from './errors.ts'
import type { ThreadAnswer, ThreadAsk, ThreadStart } from './wire.ts'

/** Texts that are run together; whoever else waits for the model gets a turn after them. */
const textsAtOnce = 16

interface Waiting {
  resolve: (vectors: Float32Array[]) => void
  reject: (error: LocalModelError) => void
}

/** A model from a folder on this machine, in a thread of its own that starts with the first text. Nothing is downloaded. */
export class TransformersEmbedder implements Embedder {
  readonly id: string
  readonly #model: TransformersModel
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #asked = 0
  #dimensions: number | undefined

  constructor(model: TransformersModel) {
    this.id = model.id
    this.#model = model
    this.#dimensions = model.dimensions
  }

  get dimensions(): number | undefined {
    return this.#dimensions
  }

  /** @throws {LocalModelError} */
  async embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    signal.throwIfAborted()
    const items = texts.flatMap((text, at) => (text.trim() === '' ? [] : [{ at, text }]))
    if (items.length === 0 && texts.length > 0 && this.#dimensions === undefined) await this.#run(['length'], signal)
    // Texts of one length together: the shorter ones are filled up to the longest.
    items.sort((one, other) => one.text.length - other.text.length)
    const vectors: (Float32Array | undefined)[] = texts.map(() => undefined)
    for (let from = 0; from < items.length; from += textsAtOnce) {
      const some = items.slice(from, from + textsAtOnce)
      const made = await this.#run(
        some.map(({ text }) => text),
        signal,
      )
      for (const [index, { at }] of some.entries()) vectors[at] = made[index]
    }
    return vectors.map((vector) => vector ?? new Float32Array(this.#dimensions ?? 0))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.terminate()
  }

  async #run(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<Float32Array[]>()
    const id = this.#asked++
    const giveUp = () => reject(signal.reason)
    signal.addEventListener('abort', giveUp, { once: true })
    this.#waiting.set(id, { resolve, reject })
    try {
      this.#worker ??= this.#begin()
      const ask: ThreadAsk = { id, texts }
      // While somebody waits, the process must not end.
      this.#worker.ref()
      this.#worker.postMessage(ask)
      return (await promise).map((vector) => this.#checked(vector))
    } finally {
      signal.removeEventListener('abort', giveUp)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) this.#worker?.unref()
    }
  }

  #begin(): Worker {
    const workerData: ThreadStart = { model: this.#model }
    const worker = new Worker(new URL('./transformers-thread.ts', import.meta.url), { workerData })
    worker.on('message', (answer: ThreadAnswer) => {
      const waiting = this.#waiting.get(answer.id)
      if ('vectors' in answer) waiting?.resolve(answer.vectors)
      else waiting?.reject(new LocalModelError(this.id, answer.failure, !answer.fatal))
    })
    const end = (reason: string, cause?: unknown) => {
      if (this.#worker === worker) this.#worker = undefined
      for (const { reject } of this.#waiting.values()) reject(new LocalModelError(this.id, reason, true, { cause }))
    }
    worker.on('error', (error) => end(error.message, error))
    worker.on('exit', () => end('its thread ended'))
    return worker
  }

  #checked(vector: Float32Array): Float32Array {
    // What a configuration calls its size need not be that of the vectors; what the model gives is.
    this.#dimensions = vector.length
    return unitLength(vector)
  }
}
