import { chance } from '../chance.ts'
import { type LineQuality, packetFates } from './line.ts'

/** What relays ask about each packet. */
export class RelayedLine {
  isCut = false
  #quality: LineQuality = { loss: 0, delayMs: 0, jitterMs: 0 }
  #fates = this.#drawn(0)

  become(quality: LineQuality, seed: number): void {
    this.#quality = quality
    this.#fates = this.#drawn(seed)
  }

  fate(way: 'there' | 'back'): number | 'lost' {
    return this.#fates[way]()
  }

  get roundTripMs(): number {
    return 2 * (this.#quality.delayMs + this.#quality.jitterMs)
  }

  #drawn(seed: number) {
    return { there: packetFates(this.#quality, chance(seed)), back: packetFates(this.#quality, chance(seed + 1)) }
  }
}
