import { reasonOf } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import { VoiceActivityLostError } from '../errors.ts'
import type { HeardStream } from './heard-stream.ts'
import { SileroWorker } from './silero-worker.ts'
import { frameFields } from './wire.ts'

/** Before a thread that ended is begun again: the first time, and at the most, doubling between. */
const firstWaitMs = 100
const longestWaitMs = 30_000

/** Some streams and the thread that listens to them, which is begun with the first stream, or before, and again whenever it ends. */
export class SileroEar {
  readonly #log: Log
  readonly #thread: URL
  readonly #streams = new Map<number, HeardStream>()
  #worker: SileroWorker | undefined
  /** Why there's no thread, while there is none though there should be. */
  #lost: VoiceActivityLostError | undefined
  #losses = 0
  #again: NodeJS.Timeout | undefined
  #isOver = false

  constructor(log: Log, thread: URL) {
    this.#log = log
    this.#thread = thread
  }

  get streamCount(): number {
    return this.#streams.size
  }

  /** Begins the thread, for whoever comes first. */
  warm(): void {
    if (this.#worker !== undefined || this.#lost !== undefined || this.#isOver) return
    this.#log.debug({}, 'voice activity detection is loaded ahead')
    this.#worker = this.#begin()
    this.#worker.hold(false)
  }

  open(stream: HeardStream): void {
    this.#streams.set(stream.id, stream)
    const lost = this.#lost
    if (lost !== undefined) {
      setImmediate(() => stream.lose(lost))
      return
    }
    this.#worker ??= this.#begin()
    this.#worker.hold(true)
    this.#ask(this.#worker, stream)
  }

  push(stream: HeardStream, samples: Int16Array): void {
    stream.push(samples)
    if (stream.isBehind) this.#worker?.wake()
    this.#worker?.look()
  }

  close(stream: HeardStream): void {
    if (!this.#streams.delete(stream.id)) return
    this.#worker?.ask({ kind: 'close', id: stream.id })
    if (this.#streams.size === 0) this.#worker?.hold(false)
  }

  async end(): Promise<void> {
    this.#isOver = true
    clearTimeout(this.#again)
    for (const stream of this.#streams.values()) stream.close()
    this.#streams.clear()
    await this.#worker?.end()
  }

  #begin(): SileroWorker {
    return new SileroWorker(this.#thread, {
      ready: () => this.#ready(),
      frames: (told) => this.#tell(told),
      lost: (cause) => this.#lose(cause),
    })
  }

  #ask(worker: SileroWorker, { id, sampleRate, ring, frame }: HeardStream): void {
    worker.ask({ kind: 'open', id, sampleRate, ring: ring.buffer, frame })
  }

  #ready(): void {
    if (this.#lost === undefined || this.#worker === undefined) return
    this.#log.info({ losses: this.#losses, streams: this.#streams.size }, 'voice activity detection works again')
    this.#lost = undefined
    for (const stream of this.#streams.values()) {
      stream.regain()
      this.#ask(this.#worker, stream)
    }
  }

  #tell(told: Float64Array): void {
    if (told.length > 0) this.#losses = 0
    let isBehind = false
    for (let at = 0; at < told.length; at += frameFields) {
      const [id = 0, frame, probability = 0, levelDb = 0, pitchHz = 0] = told.subarray(at, at + frameFields)
      const stream = this.#streams.get(id)
      // What was judged before the thread was lost may have been told by level.
      if (stream?.frame === frame) stream?.tell(probability, levelDb, pitchHz)
      isBehind ||= stream?.isBehind === true
    }
    // There's room in the ring for what waited, and the thread may have read all there was.
    if (isBehind) this.#worker?.wake()
  }

  #lose(cause: Error): void {
    this.#worker = undefined
    const lost = new VoiceActivityLostError(reasonOf(cause), { cause })
    this.#lost = lost
    const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** this.#losses)
    this.#losses += 1
    this.#log.error({ err: cause, waitMs, streams: this.#streams.size }, 'voice activity detection was lost')
    for (const stream of this.#streams.values()) stream.lose(lost)
    this.#again = setTimeout(() => {
      this.#worker = this.#begin()
      this.#worker.hold(this.#streams.size > 0)
    }, waitMs)
    this.#again.unref()
  }
}
