/** Waits become at most so much longer for a speaker who was cut off, at once, and go back by so much a turn. */
const longest = 1.3
const longer = 1.25
const kept = 0.7
/** A speaker who goes on so soon after we thought the turn over was cut off. */
const resumedWithinMs = 1500

/** How long this speaker's pauses need to be waited out, learnt in the conversation: longer at once, shorter slowly. */
export class Tempo {
  #factor = 1
  #endedMs: number | undefined

  /** 1 or more. */
  get factor(): number {
    return this.#factor
  }

  turnEnded(atMs: number): void {
    if (this.#endedMs !== undefined) this.#kept()
    this.#endedMs = atMs
  }

  /** @returns True where the turn before was ended too early. */
  speechBegan(onsetMs: number): boolean {
    if (this.#endedMs === undefined) return false
    const cutOff = onsetMs - this.#endedMs <= resumedWithinMs
    this.#endedMs = undefined
    if (cutOff) this.#factor = Math.min(longest, this.#factor * longer)
    else this.#kept()
    return cutOff
  }

  #kept(): void {
    this.#factor = 1 + (this.#factor - 1) * kept
  }
}

/** Who tells nothing for longer than this has heard nothing, or is about to fail. */
const mostEveryMs = 1500
/** Words that come closer upon each other were told at once, or held up on their way. */
const leastEveryMs = 100
const oftener = 0.5

/** How far the recogniser's words lag behind the sound, learnt in the conversation. */
export class RecogniserLag {
  #ms = 330
  #heard = false
  #live = 0
  #everyMs = 1000

  /** The recogniser tells words while somebody speaks; one that hears whole turns never does. */
  get tellsInterims(): boolean {
    return this.#heard
  }

  /** It does so while the voice goes on, not only in a pause. */
  get tellsLive(): boolean {
    return this.#live >= 3
  }

  /** So long after the end of a word it is usually there: 200 to 700. */
  get ms(): number {
    return this.#ms
  }

  /**
   * While somebody goes on talking, new words come at least so often; before it's known, as often as recognisers tell that
   * do so once a second.
   */
  get everyMs(): number {
    return this.#everyMs
  }

  /** New words came; 0: in the middle of talk. @param sinceMs Of talk without a pause since the last ones; absent: there was one. */
  wordsCame(afterQuietMs: number, sinceMs?: number): void {
    this.#heard = true
    if (sinceMs !== undefined && sinceMs >= leastEveryMs && sinceMs <= mostEveryMs)
      this.#everyMs = sinceMs > this.#everyMs ? sinceMs : this.#everyMs + (sinceMs - this.#everyMs) * oftener
    if (afterQuietMs <= 0) this.#live += 1
    if (afterQuietMs <= 0 || afterQuietMs > 1500) return
    const wanted = Math.min(700, Math.max(200, afterQuietMs * 1.1))
    this.#ms += (wanted - this.#ms) * (wanted > this.#ms ? 0.5 : 0.1)
  }
}
