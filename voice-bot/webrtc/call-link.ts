import type { AudioTrack, LinkListener, Transport } from '../transport.ts'
import { type CallsAsk, heardRate, type PlayedSound } from './wire.ts'

/** What is kept for a session that doesn't listen yet: a few seconds. */
const mostKept = 1000

type Ask<Each = CallsAsk> = Each extends CallsAsk ? Omit<Each, 'call'> : never

/** One call as its session sees it. */
export class CallLink implements Transport, AudioTrack {
  readonly kind = 'webrtc'
  readonly #ask: (ask: Ask) => void
  readonly #nowMs: () => number
  #listener: LinkListener | undefined
  #kept: ((listener: LinkListener) => void)[] = []
  #isClosed = false
  #epoch = 0
  /** Before this epoch, and of this epoch as it was told last. */
  #earlierMs = 0
  #toldMs = 0
  #toldAtMs = 0
  #givenMs = 0
  #isHeld = false
  /** The last that was said of it, since time doesn't go back. */
  #saidMs = 0

  constructor(ask: (ask: Ask) => void, nowMs: () => number) {
    this.#ask = ask
    this.#nowMs = nowMs
  }

  get track(): AudioTrack {
    return this
  }

  listen(listener: LinkListener): void {
    const kept = this.#kept
    this.#kept = []
    this.#listener = listener
    for (const tell of kept) tell(listener)
  }

  send(json: string): void {
    if (!this.#isClosed) this.#ask({ kind: 'send', json })
  }

  close(): void {
    if (!this.#isClosed) this.#ask({ kind: 'close' })
  }

  play(samples: Int16Array, sampleRate: number): void {
    if (this.#isClosed || samples.length === 0) return
    // Nothing waited: it begins now.
    if (this.#toldMs >= this.#givenMs) this.#toldAtMs = this.#nowMs()
    this.#givenMs += (samples.length * 1000) / sampleRate
    this.#ask({ kind: 'play', samples, sampleRate })
  }

  clear(): number {
    const playedMs = this.playedMs
    this.#earlierMs = playedMs
    this.#toldMs = 0
    this.#givenMs = 0
    this.#isHeld = false
    this.#epoch += 1
    if (!this.#isClosed) this.#ask({ kind: 'clear', epoch: this.#epoch })
    return playedMs
  }

  hold(): void {
    const playedMs = this.playedMs
    if (this.#isHeld || this.#toldMs >= this.#givenMs) return
    this.#isHeld = true
    this.#toldMs = playedMs - this.#earlierMs
    this.#ask({ kind: 'hold' })
  }

  goOn(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#toldAtMs = this.#nowMs()
    this.#ask({ kind: 'go-on' })
  }

  /** What was told last, and the time since then: what plays, plays in real time. */
  get playedMs(): number {
    const since = this.#isHeld || this.#isClosed ? 0 : this.#nowMs() - this.#toldAtMs
    const now = this.#earlierMs + Math.min(this.#givenMs, this.#toldMs + since)
    this.#saidMs = Math.max(this.#saidMs, now)
    return this.#saidMs
  }

  /** From here on what the process tells. */
  takeMessage(json: string): void {
    this.#tell((listener) => listener.message(json))
  }

  takeHeard(samples: Int16Array): void {
    this.#tell((listener) => listener.audio(samples, heardRate))
  }

  takePlayed({ epoch, playedMs, isDone }: PlayedSound): void {
    // What was on its way when it was cleared, or when all had been played already.
    if (epoch !== this.#epoch || this.#toldMs >= this.#givenMs) return
    const isAll = isDone && playedMs >= this.#givenMs - resamplerKeepsMs
    this.#toldMs = isAll ? this.#givenMs : Math.max(this.#toldMs, Math.min(playedMs, this.#givenMs))
    this.#toldAtMs = this.#nowMs()
    if (isAll) this.#tell((listener) => listener.played())
  }

  takeClosed(reason: string): void {
    if (this.#isClosed) return
    this.#saidMs = this.playedMs
    this.#isClosed = true
    this.#tell((listener) => listener.closed(reason))
  }

  #tell(tell: (listener: LinkListener) => void): void {
    if (this.#listener !== undefined) tell(this.#listener)
    else if (this.#kept.length < mostKept) this.#kept.push(tell)
  }
}

/** Of sound at another rate than ours, what waits for what follows. */
const resamplerKeepsMs = 5
