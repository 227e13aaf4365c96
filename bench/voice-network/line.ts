import type { Chance } from '../chance.ts'

/** What a line does to the packets that go over it, each way. */
export interface LineQuality {
  /** Of packets that get lost, 0..1. */
  loss: number
  delayMs: number
  /** A packet takes so much longer or shorter, evenly spread, so that later ones overtake it: as `netem delay 40ms 30ms`. */
  jitterMs: number
}

/** @returns For one packet after the other how long it takes, milliseconds, or that it's lost. */
export function packetFates({ loss, delayMs, jitterMs }: LineQuality, random: Chance): () => number | 'lost' {
  return () => {
    // Both are drawn for each packet, so that lines that differ in loss alone delay their packets alike.
    const isLost = random.unit() < loss
    const takesMs = Math.max(0, delayMs + (2 * random.unit() - 1) * jitterMs)
    return isLost ? 'lost' : takesMs
  }
}
