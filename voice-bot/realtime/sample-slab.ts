/** Of sound that one piece of memory holds. */
const slabSeconds = 1

/**
 * PCM16 as it comes in, decoded into memory that many pieces share: a microphone sends 50 pieces a second, and each with
 * memory of its own would be work for the collector. Pieces that follow each other lie behind each other.
 */
export class SampleSlab {
  readonly #usualBytes: number
  #bytes: Buffer<ArrayBuffer>
  #used = 0
  /** Half of a sample, which the next piece completes. */
  #half: number | undefined

  constructor(sampleRate: number) {
    this.#usualBytes = sampleRate * slabSeconds * 2
    this.#bytes = Buffer.allocUnsafeSlow(this.#usualBytes)
  }

  /**
   * Little-endian, as it is on the wire and on every machine that Node runs on. Nobody writes over what is returned.
   * @param check Is told how many bytes came of the text, and throws where those are too few; then nothing was read.
   */
  readBase64(base64: string, check: (base64: string, bytes: number) => void): Int16Array {
    // One byte more, for the half of a sample before it.
    this.#makeRoom(Math.ceil((base64.length * 3) / 4) + 1)
    const from = this.#used
    const lead = this.#half === undefined ? 0 : 1
    const written = this.#bytes.write(base64, from + lead, 'base64')
    check(base64, written)
    if (this.#half !== undefined) this.#bytes[from] = this.#half
    const length = lead + written
    const whole = length - (length % 2)
    this.#half = whole === length ? undefined : this.#bytes[from + whole]
    this.#used = from + whole
    return new Int16Array(this.#bytes.buffer, this.#bytes.byteOffset + from, whole / 2)
  }

  #makeRoom(bytes: number): void {
    if (this.#bytes.length - this.#used >= bytes) return
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(this.#usualBytes, bytes))
    this.#used = 0
  }
}
