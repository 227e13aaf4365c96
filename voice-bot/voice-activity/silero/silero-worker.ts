import { Worker } from 'node:worker_threads'
import { FrameRing } from './frame-ring.ts'
import { type ThreadAsk, type ThreadStart, type ThreadTold, wakefulness } from './wire.ts'

/** Work that brings no answer for so long: the thread hangs. */
const hangsMs = 8000
/**
 * The same of loading the model, which takes about 100 ms, and seconds where the machine has much else to do: another that
 * is begun instead would take as long.
 */
const loadHangsMs = 20_000

export interface SileroWorkerListener {
  /** The model is loaded. */
  ready(): void
  frames(told: Float64Array): void
  /** It ended, though nobody asked it to; nothing is told afterwards. */
  lost(cause: Error): void
}

/**
 * One thread with the model, from its start to its end. Keeps the process alive only while `hold` says so, and while the model
 * is being loaded: a process that ended then would end badly.
 */
export class SileroWorker {
  readonly #worker: Worker
  readonly #woken: Int32Array
  readonly #frames = new FrameRing()
  readonly #listener: SileroWorkerListener
  #isLookDue = false
  #isLoaded = false
  #isHeld = true
  #isEnding = false
  #isGone = false
  #watch: NodeJS.Timeout | undefined

  constructor(thread: URL, listener: SileroWorkerListener) {
    this.#listener = listener
    const start: ThreadStart = { woken: new SharedArrayBuffer(4), frames: this.#frames.buffer }
    this.#woken = new Int32Array(start.woken)
    this.#worker = new Worker(thread, { workerData: start })
    let crash: Error | undefined
    this.#worker.on('message', (told: ThreadTold) => this.#take(told))
    this.#worker.on('error', (error) => {
      crash = error
    })
    this.#worker.on('exit', (code) => this.#gone(crash ?? new Error(`the thread ended with code ${code}`)))
    this.#expect(loadHangsMs)
  }

  ask(ask: ThreadAsk): void {
    this.#worker.postMessage(ask)
  }

  /** Frames may be whole. Many wakings are one, and none is needed while the thread is at work. */
  wake(): void {
    this.#expect()
    if (Atomics.exchange(this.#woken, 0, wakefulness.woken) !== wakefulness.asleep) return
    this.#worker.postMessage({ kind: 'wake' } satisfies ThreadAsk)
  }

  /** Tells of what was judged meanwhile, soon: where many streams are listened to, whoever gives audio asks for it. */
  look(): void {
    if (this.#isLookDue || !this.#frames.isUnread) return
    this.#isLookDue = true
    setImmediate(() => {
      this.#isLookDue = false
      this.#take({ kind: 'look' })
    })
  }

  /** Whether the process stays alive for it. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    if (isHeld || !this.#isLoaded) this.#worker.ref()
    else this.#worker.unref()
  }

  /** Waits for the run that is under way. Whoever hangs is left alone: to end it by force may end the process. */
  async end(): Promise<void> {
    this.#isEnding = true
    clearTimeout(this.#watch)
    if (this.#isGone) return
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, hangsMs)
    // Whether it ends well or, still loading, by an error.
    this.#worker.once('exit', () => resolve())
    this.#worker.ref()
    this.ask({ kind: 'end' })
    await over
    clearTimeout(timer)
    this.#worker.unref()
  }

  #take(told: ThreadTold): void {
    clearTimeout(this.#watch)
    this.#watch = undefined
    if (this.#isEnding || this.#isGone) return
    if (told.kind === 'ready') {
      this.#isLoaded = true
      this.hold(this.#isHeld)
      this.#listener.ready()
    } else this.#listener.frames(this.#frames.take())
  }

  /** From now on something must come within a while. */
  #expect(withinMs = hangsMs): void {
    if (this.#watch !== undefined || this.#isEnding) return
    // What has come already, while this thread itself was busy, is heard first.
    this.#watch = setTimeout(() => setImmediate(() => setImmediate(() => this.#checkOn())), withinMs).unref()
  }

  #checkOn(): void {
    if (this.#watch === undefined) return
    // Should it come to itself, it ends.
    this.ask({ kind: 'end' })
    this.#worker.unref()
    this.#gone(new Error('the thread hangs'))
    this.#isEnding = true
  }

  #gone(cause: Error): void {
    clearTimeout(this.#watch)
    this.#watch = undefined
    this.#isGone = true
    if (!this.#isEnding) this.#listener.lost(cause)
  }
}
