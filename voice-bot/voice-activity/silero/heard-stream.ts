import { FramesByLevel, frameMs, frameStart, judgeByLevel } from '../frames-by-level.ts'
import type { VoiceFrame, VoiceStreamOptions } from '../voice-activity.ts'
import { SampleRing } from './sample-ring.ts'

/** One stream as the process sees it: what it was given, how much of that was told, and who tells it now. */
export class HeardStream {
  readonly id: number
  readonly sampleRate: number
  readonly ring: SampleRing
  readonly #options: VoiceStreamOptions
  /** What doesn't fit into the ring yet. */
  #waiting: Int16Array[] = []
  #written = 0
  #told = 0
  /** Set while nobody but ourselves tells: from level alone. */
  #levels: { frames: FramesByLevel; read: number } | undefined
  #isLevelDue = false
  #isClosed = false

  constructor(id: number, options: VoiceStreamOptions) {
    this.id = id
    this.sampleRate = options.sampleRate
    this.ring = new SampleRing(options)
    this.#options = options
  }

  /** The next frame that wasn't told. */
  get frame(): number {
    return this.#told
  }

  /** Whether there's a whole frame that wasn't told. */
  get isBehind(): boolean {
    return this.#written >= frameStart(this.#told + 1, this.sampleRate)
  }

  push(samples: Int16Array): void {
    const room = this.#waiting.length === 0 ? this.#room() : 0
    this.#write(samples.subarray(0, room))
    if (samples.length > room) this.#waiting.push(samples.slice(room))
    if (this.isBehind && this.#levels !== undefined) this.#tellByLevelSoon()
  }

  /** Tells the next frame. */
  tell(probability: number, levelDb: number, pitchHz: number): void {
    const endMs = (this.#told + 1) * frameMs
    this.#tell({ endMs, durationMs: frameMs, probability, levelDb, pitchHz: pitchHz === 0 ? undefined : pitchHz })
  }

  /** From now on level alone is told, beginning with what nobody has told yet. */
  lose(error: unknown): void {
    if (this.#levels !== undefined) return
    const frames = new FramesByLevel(this.sampleRate, judgeByLevel(), this.#told)
    this.#levels = { frames, read: frameStart(this.#told, this.sampleRate) }
    this.#options.onFailure(error)
    this.#tellByLevelSoon()
  }

  /** Somebody else tells, from `frame` on. */
  regain(): void {
    this.#tellByLevel()
    this.#levels = undefined
  }

  close(): void {
    this.#isClosed = true
    this.#waiting = []
  }

  #tellByLevelSoon(): void {
    if (this.#isLevelDue) return
    this.#isLevelDue = true
    setImmediate(() => this.#tellByLevel())
  }

  #tellByLevel(): void {
    this.#isLevelDue = false
    const levels = this.#levels
    if (levels === undefined) return
    const piece = new Int16Array(frameStart(1, this.sampleRate))
    for (let count = -1; count !== 0 && !this.#isClosed; ) {
      count = Math.min(piece.length, this.#written - levels.read)
      const some = piece.subarray(0, count)
      this.ring.read(levels.read, some)
      levels.read += count
      for (const frame of levels.frames.push(some)) this.#tell(frame)
    }
  }

  #tell(frame: VoiceFrame): void {
    if (this.#isClosed) return
    this.#told += 1
    this.#refill()
    this.#options.onFrame(frame)
  }

  #refill(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const room = this.#room()
      if (room === 0) return
      this.#write(next.subarray(0, room))
      if (room >= next.length) this.#waiting.shift()
      else this.#waiting[0] = next.subarray(room)
    }
  }

  /** What was told already may be written over. */
  #room(): number {
    return this.ring.capacity - (this.#written - frameStart(this.#told, this.sampleRate))
  }

  #write(samples: Int16Array): void {
    if (samples.length === 0) return
    this.ring.write(this.#written, samples)
    this.#written += samples.length
  }
}
