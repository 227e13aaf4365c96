import { durationMs } from '#providers/audio/pcm.ts'

export type SegmentEvent =
  | { kind: 'started'; atMs: number }
  /** A stretch of speech up to a pause, with a little around it. */
  | { kind: 'segment'; samples: Int16Array; fromMs: number; toMs: number }
  | { kind: 'turn-end' }

export interface SegmentOptions {
  sampleRate: number
  /** Silence that ends a turn. */
  endOfTurnMs: number
}

const blockMs = 10
/** Quieter than that is silence, whatever the room; of 32,768. */
const quietest = 180
/** Louder than the room by so much is speech. */
const aboveRoom = 3
/** So slowly a louder room becomes the usual, so fast a quieter one (per block). */
const louderBy = 0.002
const quieterBy = 0.1
const usualRoom = 60
/** A pause within a turn, of the silence that ends it; longer ones are no better. */
const pauseShare = 0.6
const longestPauseMs = 400
const beforeMs = 100

/**
 * Cuts audio into stretches of speech by its loudness alone, for recognisers that are sent whole recordings. It knows
 * nothing of words: where turns matter, whoever listens decides by more than this.
 */
export class SpeechSegments {
  readonly #sampleRate: number
  readonly #blockLength: number
  readonly #endOfTurnMs: number
  readonly #pauseMs: number
  #rest = new Int16Array()
  #heardMs = 0
  #room = usualRoom
  #before: Int16Array[] = []
  #open: { blocks: Int16Array[]; fromMs: number; loudUntilMs: number } | undefined
  #silentMs = 0
  #isTurnOpen = false

  constructor({ sampleRate, endOfTurnMs }: SegmentOptions) {
    this.#sampleRate = sampleRate
    this.#blockLength = Math.round((sampleRate * blockMs) / 1000)
    this.#endOfTurnMs = endOfTurnMs
    this.#pauseMs = Math.min(longestPauseMs, endOfTurnMs * pauseShare)
  }

  *hear(samples: Int16Array): Generator<SegmentEvent> {
    const all = new Int16Array(this.#rest.length + samples.length)
    all.set(this.#rest)
    all.set(samples, this.#rest.length)
    let at = 0
    for (; at + this.#blockLength <= all.length; at += this.#blockLength) {
      yield* this.#block(all.slice(at, at + this.#blockLength))
    }
    this.#rest = all.slice(at)
  }

  /** What is open ends here. */
  *cut(): Generator<SegmentEvent> {
    const { blocks, fromMs, loudUntilMs } = this.#open ?? { blocks: [], fromMs: 0, loudUntilMs: 0 }
    this.#open = undefined
    this.#isTurnOpen = false
    this.#silentMs = 0
    if (blocks.length > 0) yield { kind: 'segment', samples: joinedBlocks(blocks), fromMs, toMs: loudUntilMs }
  }

  *#block(samples: Int16Array): Generator<SegmentEvent> {
    const startMs = this.#heardMs
    this.#heardMs += durationMs(samples.length, this.#sampleRate)
    if (this.#isLoud(samples)) {
      if (this.#open === undefined) {
        yield { kind: 'started', atMs: startMs }
        const kept = this.#before
        this.#open = { blocks: [...kept], fromMs: startMs - kept.length * blockMs, loudUntilMs: this.#heardMs }
        this.#before = []
        this.#isTurnOpen = true
      }
      this.#open.loudUntilMs = this.#heardMs
      this.#silentMs = 0
    } else this.#silentMs += blockMs
    if (this.#open === undefined) this.#before = [...this.#before, samples].slice(-beforeMs / blockMs)
    else this.#open.blocks.push(samples)
    if (this.#open !== undefined && this.#silentMs >= this.#pauseMs) {
      const { blocks, fromMs, loudUntilMs } = this.#open
      this.#open = undefined
      yield { kind: 'segment', samples: joinedBlocks(blocks), fromMs, toMs: loudUntilMs }
    }
    if (this.#isTurnOpen && this.#open === undefined && this.#silentMs >= this.#endOfTurnMs) {
      this.#isTurnOpen = false
      yield { kind: 'turn-end' }
    }
  }

  #isLoud(samples: Int16Array): boolean {
    let sum = 0
    for (const sample of samples) sum += sample * sample
    const loudness = Math.sqrt(sum / Math.max(1, samples.length))
    const isLoud = loudness > Math.max(quietest, aboveRoom * this.#room)
    this.#room += (loudness - this.#room) * (loudness > this.#room ? louderBy : quieterBy)
    return isLoud
  }
}

function joinedBlocks(blocks: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(blocks.reduce((sum, block) => sum + block.length, 0))
  let at = 0
  for (const block of blocks) {
    whole.set(block, at)
    at += block.length
  }
  return whole
}
