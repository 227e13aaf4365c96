import { isLoud } from '#providers/audio/loudness.ts'
import { durationMs } from '#providers/audio/pcm.ts'
import type { ScriptedEvent, ScriptedWord } from './scripted-speech.fake.ts'

/** What somebody says in the audio of a test, and how long they take. */
export interface SaidAloud {
  text: string
  lastsMs: number
}

const frameMs = 20
/** Within a word, and between two of them. */
const longestGapMs = 250
/** Who is silent for so long and speaks again says it again; and sooner who had said all of it. */
const overAfterMs = 1_000
const doneAfterMs = 500

/** How far somebody has come with what they say. */
class Saying {
  readonly #words: readonly string[]
  readonly wordMs: number
  #soundMs = 0
  #silentMs = 0
  #said = 0

  constructor({ text, lastsMs }: SaidAloud) {
    this.#words = text.split(/\s+/)
    // The softest of its sound doesn't count, and the last word is known before that is over.
    this.wordMs = (lastsMs / this.#words.length) * 0.85
  }

  get silentMs(): number {
    return this.#silentMs
  }

  get hasBegun(): boolean {
    return this.#soundMs > 0
  }

  /** @returns The words that were said in it. */
  sounds(loud: boolean, ms: number): readonly string[] {
    this.#silentMs = loud ? 0 : this.#silentMs + ms
    if (this.#silentMs >= (this.#said === this.#words.length ? doneAfterMs : overAfterMs)) {
      this.#soundMs = 0
      this.#said = 0
    }
    if (loud || (this.hasBegun && this.#silentMs <= longestGapMs)) this.#soundMs += ms
    const before = this.#said
    this.#said = Math.max(before, Math.min(this.#words.length, Math.floor(this.#soundMs / this.wordMs)))
    return this.#words.slice(before, this.#said)
  }
}

/** Somebody speaks, and nobody says a word twice because another connection listens now. */
export class SpeakerAloud {
  readonly #aloud: SaidAloud
  /** What a connection that is gone has heard only half of. */
  #unheard: Saying | undefined

  constructor(aloud: SaidAloud) {
    this.#aloud = aloud
  }

  begins(): Saying {
    const saying = this.#unheard ?? new Saying(this.#aloud)
    this.#unheard = undefined
    return saying
  }

  isNotHeard(saying: Saying | undefined): void {
    if (saying?.hasBegun === true) this.#unheard = saying
  }
}

/** A recogniser that goes by the sound: words come while it is as loud as speech, and what is final after `silenceMs` without. */
export class EarForSound {
  readonly #speaker: SpeakerAloud
  readonly #sampleRate: number
  readonly #silenceMs: number
  #saying: Saying | undefined
  #heardMs = 0
  #isStarted = false
  #words: ScriptedWord[] = []

  constructor(speaker: SpeakerAloud, { sampleRate, silenceMs }: { sampleRate: number; silenceMs: number }) {
    this.#speaker = speaker
    this.#sampleRate = sampleRate
    this.#silenceMs = silenceMs
  }

  *hear(samples: Int16Array): Generator<ScriptedEvent> {
    const length = (this.#sampleRate * frameMs) / 1000
    for (let from = 0; from < samples.length; from += length) yield* this.#frame(samples.subarray(from, from + length))
  }

  /** Asked to say at once what was heard. */
  *flush(): Generator<ScriptedEvent> {
    yield this.#final()
  }

  /** Its connection is gone. */
  close(): void {
    this.#speaker.isNotHeard(this.#saying)
    this.#saying = undefined
  }

  *#frame(samples: Int16Array): Generator<ScriptedEvent> {
    const ms = durationMs(samples.length, this.#sampleRate)
    const loud = isLoud(samples)
    if (loud && !this.#isStarted) yield { kind: 'started', atMs: this.#heardMs }
    this.#isStarted ||= loud
    this.#heardMs += ms
    if (loud) this.#saying ??= this.#speaker.begins()
    if (this.#saying === undefined) return
    const { wordMs } = this.#saying
    const said = this.#saying.sounds(loud, ms)
    for (const text of said)
      this.#words.push({ text, fromMs: Math.max(0, this.#heardMs - wordMs), toMs: this.#heardMs })
    if (said.length > 0) yield { kind: 'interim', words: [...this.#words] }
    if (this.#words.length > 0 && this.#saying.silentMs >= this.#silenceMs) yield this.#final()
  }

  #final(): ScriptedEvent {
    const words = this.#words
    this.#words = []
    this.#isStarted = false
    return { kind: 'final', words, endsTurn: true }
  }
}
