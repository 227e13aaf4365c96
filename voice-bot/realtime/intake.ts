export interface IntakeParts {
  audio: (samples: Int16Array, sampleRate: number) => void
  message: (json: string) => void
  /** It is more than we keep. */
  tooMuch: () => void
}

/** Audio that is taken at once; more of it is taken in parts of that length. */
const atOnceS = 2
/** Who sends more than this before we have taken in what came before is hung up on. */
const mostLaterChars = 64 * 1024 * 1024

/** Takes long audio in parts, so that nobody else waits for it; what the client sent after it comes after it. */
export class Intake {
  readonly #parts: IntakeParts
  /** What came while long audio was taken in. */
  #later: string[] | undefined
  #laterChars = 0
  #isClosed = false

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  message(json: string): void {
    if (this.#later === undefined) {
      this.#parts.message(json)
      return
    }
    this.#laterChars += json.length
    if (this.#laterChars > mostLaterChars) this.#parts.tooMuch()
    else this.#later.push(json)
  }

  audio(samples: Int16Array, sampleRate: number): void {
    const most = sampleRate * atOnceS
    if (samples.length <= most) {
      this.#parts.audio(samples, sampleRate)
      return
    }
    this.#later = []
    const take = (from: number): void => {
      if (this.#isClosed) return
      this.#parts.audio(samples.subarray(from, from + most), sampleRate)
      if (from + most < samples.length) setImmediate(take, from + most)
      else this.#catchUp()
    }
    take(0)
  }

  close(): void {
    this.#isClosed = true
    this.#later = undefined
  }

  #catchUp(): void {
    const later = this.#later ?? []
    this.#later = undefined
    this.#laterChars = 0
    for (let json = later.shift(); json !== undefined; json = later.shift()) this.message(json)
  }
}
