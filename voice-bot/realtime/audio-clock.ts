/** Who goes back in time goes no further than a turn does. */
const keptGaps = 20

/**
 * Time by the audio, which also goes on where none comes: a microphone that is muted sends nothing, and what is said
 * after it was said later. Positions in the audio know nothing of that.
 */
export class AudioClock {
  /** Where in the audio time went on without it, and how much had done so by its end. */
  #gaps: { atMs: number; totalMs: number }[] = []
  #audioMs = 0

  /** How much audio came. */
  get audioMs(): number {
    return this.#audioMs
  }

  heard(ms: number): void {
    this.#audioMs += ms
  }

  /** It was taken to be this time before any more audio came. */
  passed(timeMs: number): void {
    const gap = { atMs: this.#audioMs, totalMs: timeMs - this.#audioMs }
    const last = this.#gaps.at(-1)
    if (gap.totalMs <= (last?.totalMs ?? 0)) return
    if (last?.atMs === gap.atMs) last.totalMs = gap.totalMs
    else this.#gaps = [...this.#gaps.slice(1 - keptGaps), gap]
  }

  /** When the audio up to there had been heard. */
  timeOf(audioMs: number): number {
    return audioMs + (this.#gaps.findLast(({ atMs }) => atMs < audioMs)?.totalMs ?? 0)
  }

  /** How much audio had come then; what hasn't come yet counts as if it did. */
  audioAt(timeMs: number): number {
    const gap = this.#gaps.findLast(({ atMs }) => atMs < this.#audioMs && this.timeOf(atMs) < timeMs)
    return gap === undefined ? timeMs : Math.max(gap.atMs, timeMs - gap.totalMs)
  }
}
