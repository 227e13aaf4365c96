import { durationMs } from '#providers/audio/pcm.ts'
import type { AudioTrack } from '../transport.ts'

/** Milliseconds that only ever grow, and a way to be called later; tests hand in their own. */
export interface Timing {
  nowMs(): number
  /** @returns Stops it. */
  after(ms: number, call: () => void): () => void
}

export const realTiming: Timing = {
  nowMs: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}

/**
 * What a client that plays sound by itself has heard by now, as far as it can be known from here: it plays what it is
 * sent at once and without a break.
 * @param onPlayed All that it was sent has been heard.
 */
export function clientPlayback(timing: Timing, onPlayed: () => void): AudioTrack & { dispose(): void } {
  let givenMs = 0
  let endsAt = 0
  let heldAt: number | undefined
  let stop: (() => void) | undefined
  const leftMs = (): number => Math.max(0, endsAt - (heldAt ?? timing.nowMs()))
  const watch = (): void => {
    stop ??= timing.after(leftMs(), () => {
      stop = undefined
      if (heldAt !== undefined) return
      if (leftMs() > 1) watch()
      else onPlayed()
    })
  }
  const unwatch = (): void => {
    stop?.()
    stop = undefined
  }
  return {
    play(samples, sampleRate) {
      const ms = durationMs(samples.length, sampleRate)
      if (ms === 0) return
      endsAt = Math.max(endsAt, heldAt ?? timing.nowMs()) + ms
      givenMs += ms
      if (heldAt === undefined) watch()
    },
    clear() {
      const playedMs = givenMs - leftMs()
      unwatch()
      givenMs = playedMs
      heldAt = undefined
      endsAt = timing.nowMs()
      return playedMs
    },
    hold() {
      if (heldAt !== undefined || leftMs() === 0) return
      heldAt = timing.nowMs()
      unwatch()
    },
    goOn() {
      if (heldAt === undefined) return
      endsAt += timing.nowMs() - heldAt
      heldAt = undefined
      watch()
    },
    get playedMs() {
      return givenMs - leftMs()
    },
    dispose: unwatch,
  }
}

/** Whose sound lies where in all that was given to be heard. */
export class Playback {
  #track: AudioTrack
  #givenMs = 0
  /** Where the sound of each item begins and ends, the last ones. */
  #items: { itemId: string; fromMs: number; toMs: number }[] = []
  /** Whether what wasn't heard is kept for another track. */
  #keeps = false
  #kept: { samples: Int16Array; sampleRate: number; toMs: number }[] = []

  constructor(track: AudioTrack) {
    this.#track = track
  }

  /**
   * The listener is elsewhere now. What was under way on the way there counts as heard, unless both are tracks of ours: then
   * what wasn't played is played on the new one.
   */
  moveTo(track: AudioTrack, { keeps }: { keeps: boolean }): void {
    const rest = keeps ? this.#unheard() : []
    const restMs = rest.reduce((sum, { samples, sampleRate }) => sum + durationMs(samples.length, sampleRate), 0)
    const fromMs = this.#givenMs - restMs
    this.#track = track
    this.#keeps = keeps
    this.#kept = []
    this.#items = this.#items.map((item) => ({
      ...item,
      fromMs: item.fromMs - fromMs,
      toMs: item.toMs - fromMs,
    }))
    this.#givenMs = 0
    for (const { samples, sampleRate } of rest) this.#give(samples, sampleRate)
  }

  play(itemId: string, samples: Int16Array, sampleRate: number): void {
    const ms = durationMs(samples.length, sampleRate)
    const last = this.#items.at(-1)
    if (last?.itemId === itemId) last.toMs += ms
    else {
      this.#items.push({ itemId, fromMs: this.#givenMs, toMs: this.#givenMs + ms })
      if (this.#items.length > mostItems) this.#items.shift()
    }
    this.#give(samples, sampleRate)
  }

  hold(): void {
    this.#track.hold()
  }

  goOn(): void {
    this.#track.goOn()
  }

  clear(): void {
    this.#kept = []
    this.#givenMs = this.#track.clear()
    // What was cut off will never be heard, whatever else is played then.
    this.#items = this.#items.map((item) => ({
      ...item,
      toMs: Math.min(item.toMs, Math.max(item.fromMs, this.#givenMs)),
    }))
  }

  get isPlaying(): boolean {
    return this.leadMs > 1
  }

  /** What was given and not heard yet. */
  get leadMs(): number {
    return this.#givenMs - this.#track.playedMs
  }

  /** How much sound of an item was given. */
  givenMs(itemId: string): number {
    const item = this.#items.findLast((each) => each.itemId === itemId)
    return item === undefined ? 0 : item.toMs - item.fromMs
  }

  /** How much of an item's sound was heard; undefined where it never had any. */
  heardMs(itemId: string): number | undefined {
    const item = this.#items.findLast((each) => each.itemId === itemId)
    if (item === undefined) return undefined
    return Math.max(0, Math.min(item.toMs, this.#track.playedMs) - item.fromMs)
  }

  #give(samples: Int16Array, sampleRate: number): void {
    this.#givenMs += durationMs(samples.length, sampleRate)
    if (this.#keeps) {
      const { playedMs } = this.#track
      this.#kept = this.#kept.filter(({ toMs }) => toMs > playedMs)
      this.#kept.push({ samples, sampleRate, toMs: this.#givenMs })
    }
    this.#track.play(samples, sampleRate)
  }

  /** What was kept and not played, from the sample on where that begins. */
  #unheard(): { samples: Int16Array; sampleRate: number }[] {
    const { playedMs } = this.#track
    return this.#kept
      .filter(({ toMs }) => toMs > playedMs)
      .map(({ samples, sampleRate, toMs }) => {
        const leftSamples = Math.round(((toMs - playedMs) * sampleRate) / 1000)
        return { samples: samples.subarray(Math.max(0, samples.length - leftSamples)), sampleRate }
      })
  }
}

/** Nobody talks over anything older. */
const mostItems = 20
