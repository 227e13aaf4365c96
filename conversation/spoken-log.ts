import { durationMs } from '#providers/audio/pcm.ts'
import type { SpokenAudio, SpokenWord } from '#providers/text-to-speech/text-to-speech.ts'
import { type Speakable, writtenUpTo } from './speech/speakable.ts'

interface Piece {
  /** What is remembered of it. */
  written: string
  said: Speakable
  /** In all that is said. */
  from: number
  /** Its first among the letters. */
  letter: number
  filler: boolean
}

interface PlacedWord {
  toMs: number
  /** Where it ends in the text. */
  end: number
}

/**
 * What was said in a turn, and when: so that afterwards exactly what was heard can be told from what was only made.
 * Fillers are heard but not remembered.
 */
export class SpokenLog {
  readonly #pieces: Piece[] = []
  readonly #words: PlacedWord[] = []
  #text = ''
  /** The text without spaces, which voices report as they like, and where each of its letters stands in it. */
  #letters = ''
  readonly #places: number[] = []
  /** In the letters. */
  #cursor = 0
  #audioMs = 0
  /** Where the sound of each piece begins, of those that have begun. */
  readonly #starts: number[] = []

  /** A sentence that will be said after all before. @returns What parts it from the one before, which the voice is to be handed too. */
  add(written: string, said: Speakable, filler: boolean): string {
    const { text } = said
    const joint = this.#text === '' || /[。！？」]$/.test(this.#text) ? '' : ' '
    const from = this.#text.length + joint.length
    this.#text += joint + text
    const letter = this.#letters.length
    for (let at = from; at < this.#text.length; at++) {
      const each = this.#text[at] ?? ''
      if (/\s/.test(each)) continue
      this.#letters += each
      this.#places.push(at)
    }
    this.#pieces.push({ written, said, from, letter, filler })
    return joint
  }

  /** Sound that was handed out. */
  play({ samples, words }: SpokenAudio, sampleRate: number): void {
    this.#audioMs += durationMs(samples.length, sampleRate)
    for (const word of words) this.#place(word)
  }

  /** Milliseconds of sound handed out. */
  get audioMs(): number {
    return this.#audioMs
  }

  /** Where the sound of each piece begins, milliseconds; of those whose first word has a time. */
  get starts(): readonly number[] {
    return this.#starts
  }

  /** Whether the words of all pieces have times. */
  get isTimed(): boolean {
    return this.#cursor >= this.#letters.length
  }

  /** Whether anything but fillers was given to be said. */
  get isEmpty(): boolean {
    return !this.#pieces.some(({ filler }) => !filler)
  }

  /**
   * What was heard, as it's written: up to the last word that was heard whole.
   * @param ms How much of the sound was heard; absent: all that was handed out.
   */
  heard(ms?: number): string {
    const end = ms === undefined || ms >= this.#audioMs ? this.#endOf(this.#audioMs) : this.#endOf(ms)
    return this.#upTo(end)
  }

  /** All that was given to be said, heard or not. */
  whole(): string {
    return this.#upTo(this.#text.length)
  }

  #upTo(end: number): string {
    return this.#pieces
      .filter(({ filler, from }) => !filler && from < end)
      .map(({ written, said, from }) => heardOf(written, said, end - from))
      .reduce(
        (before, piece) => (before === '' || /[。！？」]$/.test(before) ? before + piece : `${before} ${piece}`),
        '',
      )
      .trimEnd()
  }

  #endOf(ms: number): number {
    // A voice that tells no times: the text is spread evenly over the sound, and cut where a word ends.
    if (this.#words.length === 0)
      return this.#wordEndBefore(this.#audioMs === 0 ? 0 : (this.#text.length * ms) / this.#audioMs)
    let end = 0
    for (const word of this.#words) if (word.toMs <= ms + roundingMs) end = Math.max(end, word.end)
    return end
  }

  #wordEndBefore(at: number): number {
    if (at >= this.#text.length) return this.#text.length
    const before = this.#text.slice(0, Math.floor(at))
    return Math.max(0, before.search(/\s\S*$/))
  }

  /** The pieces up to that letter have begun by then. */
  #begin(letter: number, ms: number): void {
    while ((this.#pieces[this.#starts.length]?.letter ?? Number.POSITIVE_INFINITY) <= letter) this.#starts.push(ms)
  }

  /** Words come in order; one that is read otherwise than it is written ends where the one before it did. */
  #place({ text, fromMs, toMs }: SpokenWord): void {
    // All before the next piece was said: this word is its first, also where it isn't found in it.
    this.#begin(this.#cursor, fromMs)
    const word = text.replace(/\s+/g, '')
    const found = word === '' ? -1 : this.#letters.indexOf(word, this.#cursor)
    if (found >= 0 && found - this.#cursor <= longestGap) {
      this.#cursor = found + word.length
      this.#begin(found, fromMs)
    }
    const last = this.#cursor === 0 ? undefined : this.#places[this.#cursor - 1]
    this.#words.push({ toMs, end: last === undefined ? 0 : last + 1 })
  }
}

function heardOf(written: string, said: Speakable, length: number): string {
  return length >= said.text.length ? written : written.slice(0, writtenUpTo(said, length))
}

/** Times are rounded by those who give them. */
const roundingMs = 0.5
/** Characters that may lie between two words as they are reported; further away it is another word that looks the same. */
const longestGap = 80
