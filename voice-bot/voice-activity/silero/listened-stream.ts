import { Resampler } from '#providers/audio/resample.ts'
import { frameStart } from '../frames-by-level.ts'
import { levelDb } from '../level.ts'
import { pitchHz } from '../pitch.ts'
import type { SampleRing } from './sample-ring.ts'
import { frameSamples, modelRate, noMemory, type SileroMemory } from './silero-model.ts'

/** Below it, in dB under full scale, nothing is said that could be understood. */
const faintDb = -62
/** The same of a piece of 10 ms, which may be the quiet part of a frame that isn't as quiet. */
const faintPieceDb = -66
/** Where nobody has spoken for so many frames, the model would only go on hearing nobody: it needn't be asked. */
const quietFrames = 16
const quietProbability = 0.1
/** No pitch is looked for where neither of these is reached. */
const pitchProbability = 0.2
const pitchDb = -45
/** Of the sound before a frame, so that three periods of the lowest voice lie in what its pitch is told from. */
const earlierSamples = 256
/** What may come out of the resampler at once, beside the 10 ms that went in. */
const slack = 32

/** One stream as the thread sees it: the sound that wasn't judged yet, and what the model remembers. */
export class ListenedStream {
  readonly id: number
  readonly memory: SileroMemory = noMemory()
  /** The frame that waits to be judged, as floats at the model's rate. */
  readonly samples: Float32Array
  readonly #ring: SampleRing
  readonly #resampler: Resampler | undefined
  readonly #piece: Int16Array
  /** A bit of what came before the frame, the frame, and a bit of what comes after it. */
  readonly #sound: Float32Array
  readonly #sampleRate: number
  #filled: number
  #read: number
  #frame: number
  #levelDb = -Infinity
  #quiet = 0

  constructor(id: number, sampleRate: number, ring: SampleRing, frame: number) {
    this.id = id
    this.#sampleRate = sampleRate
    this.#ring = ring
    this.#frame = frame
    this.#filled = earlierSamples + resamplingDelay(sampleRate)
    this.#read = frameStart(frame, sampleRate)
    this.#resampler = sampleRate === modelRate ? undefined : new Resampler(sampleRate, modelRate)
    this.#piece = new Int16Array(Math.ceil(sampleRate / 100))
    this.#sound = new Float32Array(earlierSamples + frameSamples + modelRate / 100 + slack)
    this.samples = this.#sound.subarray(earlierSamples, earlierSamples + frameSamples)
  }

  /** Reads until a frame is whole; false where the sound doesn't suffice for one. */
  fill(): boolean {
    const end = frameStart(this.#frame + 1, this.#sampleRate)
    if (this.#ring.available(this.#read) < end - this.#read) return false
    while (this.#filled < earlierSamples + frameSamples) {
      const count = Math.min(this.#ring.available(this.#read), this.#piece.length)
      if (count === 0) return false
      const piece = this.#piece.subarray(0, count)
      this.#ring.read(this.#read, piece)
      this.#read += count
      this.#take(this.#atModelRate(piece))
    }
    this.#levelDb = levelDb(this.samples)
    return true
  }

  /** Whether the frame can be told without asking the model: it is as good as silent, and so was all before it. */
  get isSilence(): boolean {
    return this.#levelDb < faintDb && this.#quiet >= quietFrames
  }

  /** Writes what is told of the frame, and makes room for the next one. */
  tell(probability: number, into: Float64Array, at: number): void {
    this.#quiet = probability < quietProbability ? this.#quiet + 1 : 0
    const mayBeVoice = probability >= pitchProbability || this.#levelDb >= pitchDb
    const pitch = mayBeVoice ? pitchHz(this.#sound.subarray(0, earlierSamples + frameSamples), modelRate) : undefined
    into.set([this.id, this.#frame, probability, this.#levelDb, pitch ?? 0], at)
    this.#frame += 1
    this.#sound.copyWithin(0, frameSamples, this.#filled)
    this.#filled -= frameSamples
  }

  #atModelRate(piece: Int16Array): Int16Array {
    if (this.#resampler === undefined) return piece
    const isFaint = this.#quiet >= quietFrames && levelDb(piece) < faintPieceDb
    return isFaint ? this.#resampler.pushRoughly(piece) : this.#resampler.push(piece)
  }

  #take(samples: Int16Array): void {
    const sound = this.#sound
    const from = this.#filled
    for (let k = 0; k < samples.length; k++) sound[from + k] = (samples[k] ?? 0) / 32_768
    this.#filled += samples.length
  }
}

/**
 * How many samples the resampler keeps back, because it must see what follows. The stream begins with as much silence:
 * a frame is whole when its last sample has come, not a packet later, and its sound is about 1 ms older than it says.
 */
function resamplingDelay(sampleRate: number): number {
  if (sampleRate === modelRate) return 0
  const tenth = new Resampler(sampleRate, modelRate).push(new Int16Array(Math.ceil(sampleRate / 10)))
  return Math.max(0, modelRate / 10 - tenth.length + 1)
}
