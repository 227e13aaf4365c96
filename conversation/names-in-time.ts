import { loudness } from '#providers/audio/loudness.ts'
import { durationMs } from '#providers/audio/pcm.ts'

/** Names are told in a pause as long as this; looked for so often; by a connection anew, so seldom. */
const pauseMs = 1_000
const everyMs = 2_000
const mostRenewals = 3
/** Who speaks, however softly, is so much louder than the room. */
const aboveRoom = 2
/** Of 32,768: 60 dB below full scale, what nobody says a word under. A room is taken to be half as loud at the least. */
const faintest = 33
/** Louder than rooms are: somebody speaks, or might. */
const loudest = 400
/** A room may get louder: its level is let go of in some seconds. */
const louderPerSecond = 1.1

/**
 * When a recogniser can be told the names that became known after it began to hear, which takes a connection anew: only
 * while nobody says a word, since each connection would hear one half of it.
 */
export class NamesInTime {
  #room = Number.POSITIVE_INFINITY
  #pausedMs = 0
  #heardMs = 0
  #askedAtMs = 0
  #renewals = 0

  /** What the recogniser is being fed. */
  hears(samples: Int16Array, sampleRate: number): void {
    const ms = durationMs(samples.length, sampleRate)
    const level = loudness(samples)
    this.#heardMs += ms
    const louder = this.#room * louderPerSecond ** (ms / 1000)
    // A microphone that is muted or only begins gives nothing at all, from which no level would ever rise.
    this.#room = Math.max(faintest / aboveRoom, Math.min(level, louder))
    const isQuiet = level < Math.min(loudest, this.#room * aboveRoom)
    this.#pausedMs = isQuiet ? this.#pausedMs + ms : 0
  }

  /** The recogniser says that somebody speaks, or has spoken. */
  stirs(): void {
    this.#pausedMs = 0
  }

  /** Whether it's worth while to look for names now. */
  mayLook(): boolean {
    if (this.#pausedMs < pauseMs || this.#renewals >= mostRenewals) return false
    if (this.#heardMs - this.#askedAtMs < everyMs) return false
    this.#askedAtMs = this.#heardMs
    return true
  }

  /** They were told. */
  renewed(): void {
    this.#renewals += 1
  }
}
