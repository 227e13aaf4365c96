import { Resampler } from './resampler.ts'

/** Two minutes at 24 kHz without growing. */
const firstCapacity = 2 ** 21
/** How many samples the audio thread asks for at once. */
const renderQuantum = 128
/** The level falls by this factor in each render quantum, so that a meter doesn't flicker. */
const levelDecay = 0.9

/** How much of an item of the conversation has been played. */
export interface PlayedItem {
  itemId: string
  playedMs: number
}

interface Item {
  itemId: string
  /** Both counted in samples since the beginning of all. */
  from: number
  to: number
}

/**
 * What is to be heard, in a ring buffer at the rate of the wire, read at the rate of the loudspeaker. To clear or hold it
 * takes effect in the very next output: that fades out instead of clicking, and all after it is silence.
 */
export class Playback {
  readonly #resampler: Resampler
  readonly #wireRate: number
  #ring = new Float32Array(firstCapacity)
  /** Both count samples since the beginning; the ring is indexed by their rest. */
  #written = 0
  #read = 0
  #items: Item[] = []
  #isHeld = false
  #fade: 'none' | 'out' | 'in' = 'none'
  #level = 0

  constructor(wireRate: number, outputRate: number) {
    this.#wireRate = wireRate
    this.#resampler = new Resampler(wireRate, outputRate)
  }

  /** Whether nothing is left to be heard. */
  get isEmpty(): boolean {
    return this.#read >= this.#written
  }

  get isHeld(): boolean {
    return this.#isHeld
  }

  /** Loudness of what is heard now, 0..1. */
  get level(): number {
    return this.#level
  }

  get bufferedMs(): number {
    return this.#ms(this.#written - this.#read)
  }

  /** The item that is being heard, or that was heard last. */
  get current(): PlayedItem | undefined {
    const item = this.#items.findLast(({ from }) => from < this.#read) ?? this.#items[0]
    return item && { itemId: item.itemId, playedMs: this.#ms(Math.min(this.#read, item.to) - item.from) }
  }

  /** @param samples PCM16 at the rate of the wire. */
  push(itemId: string, samples: Int16Array): void {
    this.#makeRoom(samples.length)
    const mask = this.#ring.length - 1
    for (let at = 0; at < samples.length; at++) this.#ring[(this.#written + at) & mask] = (samples[at] ?? 0) / 0x8000
    const last = this.#items.at(-1)
    if (last?.itemId === itemId) last.to += samples.length
    else this.#items.push({ itemId, from: this.#written, to: this.#written + samples.length })
    this.#written += samples.length
    // What was heard to its end is only kept for as long as it is the latest.
    while (this.#items.length > 1 && (this.#items[0]?.to ?? 0) <= this.#read) this.#items.shift()
  }

  /** Throws away what wasn't heard yet, and says where the listener was. */
  clear(): PlayedItem | undefined {
    const heard = this.isEmpty ? undefined : this.current
    // One more output fades out; what is pushed from now on comes after it.
    const tail = this.isEmpty || this.#isHeld ? 0 : this.#resampler.needed(renderQuantum)
    if (tail > 0) this.#fade = 'out'
    this.#written = Math.min(this.#written, this.#read + tail)
    this.#isHeld = false
    this.#items = []
    return heard
  }

  hold(): void {
    if (this.#isHeld) return
    this.#isHeld = true
    if (!this.isEmpty) this.#fade = 'out'
  }

  /** Goes on where `hold` stopped. */
  goOn(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#fade = 'in'
  }

  /** Fills the next output, with silence where there is nothing to be heard. */
  render(output: Float32Array): void {
    output.fill(0)
    const fade = this.#fade
    this.#fade = 'none'
    const isSilent = this.isEmpty || (this.#isHeld && fade !== 'out')
    if (!isSilent) {
      const made = this.#resampler.push(this.#take(this.#resampler.needed(output.length)))
      const length = output.length
      for (let at = 0; at < length; at++) output[at] = (made[at] ?? 0) * gainAt(fade, at / length)
    }
    this.#level = Math.max(rms(output), this.#level * levelDecay)
  }

  #take(count: number): Float32Array {
    const mask = this.#ring.length - 1
    const taken = new Float32Array(count)
    const available = Math.min(count, this.#written - this.#read)
    for (let at = 0; at < available; at++) taken[at] = this.#ring[(this.#read + at) & mask] ?? 0
    this.#read += available
    return taken
  }

  #makeRoom(count: number): void {
    const needed = this.#written - this.#read + count
    if (needed <= this.#ring.length) return
    const larger = new Float32Array(2 ** Math.ceil(Math.log2(needed)))
    for (let at = this.#read; at < this.#written; at++) {
      larger[at & (larger.length - 1)] = this.#ring[at & (this.#ring.length - 1)] ?? 0
    }
    this.#ring = larger
  }

  #ms(samples: number): number {
    return Math.max(0, Math.round((samples / this.#wireRate) * 1000))
  }
}

function gainAt(fade: 'none' | 'out' | 'in', share: number): number {
  if (fade === 'none') return 1
  return fade === 'out' ? 1 - share : share
}

function rms(samples: Float32Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return Math.sqrt(sum / samples.length)
}
