/** Something said in the audio of a test: the words spread evenly over its time. */
export interface ScriptedSpeech {
  text: string
  fromMs: number
  toMs: number
}

export interface ScriptedWord {
  text: string
  fromMs: number
  toMs: number
}

export type ScriptedEvent =
  | { kind: 'started'; atMs: number }
  /** Words of one speech said so far. */
  | { kind: 'interim'; words: readonly ScriptedWord[] }
  | { kind: 'final'; words: readonly ScriptedWord[]; endsTurn: boolean }

/**
 * A recogniser that hears what a script says is in the audio, as that much of the audio has come: each word as an
 * interim, all of them at the end of the speech, and the end of the turn after `silenceMs`, or the next speech, or when
 * asked. The samples themselves don't matter.
 */
export class ScriptedEar {
  readonly #script: ScriptedSpeech[]
  readonly #silenceMs: number
  #heardMs = 0
  #at = 0
  #words = 0
  #stage: 'before' | 'within' | 'after' = 'before'

  constructor(script: readonly ScriptedSpeech[], silenceMs: number) {
    this.#script = [...script]
    this.#silenceMs = silenceMs
  }

  *hear(ms: number): Generator<ScriptedEvent> {
    this.#heardMs += ms
    for (let speech = this.#script[this.#at]; speech !== undefined; speech = this.#script[this.#at]) {
      const words = wordsOf(speech)
      if (this.#stage === 'before') {
        if (this.#heardMs < speech.fromMs) return
        this.#stage = 'within'
        this.#words = 0
        yield { kind: 'started', atMs: speech.fromMs }
      }
      if (this.#stage === 'within') {
        const said = words.filter(({ toMs }) => toMs <= this.#heardMs)
        if (said.length < words.length && said.length > this.#words) yield { kind: 'interim', words: said }
        this.#words = said.length
        if (this.#heardMs < speech.toMs) return
        this.#stage = 'after'
        yield { kind: 'interim', words }
      }
      const next = this.#script[this.#at + 1]
      const silentUntil = Math.min(speech.toMs + this.#silenceMs, next?.fromMs ?? Number.POSITIVE_INFINITY)
      if (this.#heardMs < silentUntil) return
      this.#advance()
      yield { kind: 'final', words, endsTurn: silentUntil === speech.toMs + this.#silenceMs }
    }
  }

  /** Asked to say at once what was heard: the words so far; the rest of that speech is never heard. */
  *flush(): Generator<ScriptedEvent> {
    const speech = this.#script[this.#at]
    const begun = speech !== undefined && this.#stage !== 'before'
    const said = begun ? wordsOf(speech).filter(({ toMs }) => toMs <= this.#heardMs) : []
    if (begun) this.#advance()
    yield { kind: 'final', words: said, endsTurn: true }
  }

  #advance(): void {
    this.#at += 1
    this.#stage = 'before'
  }
}

function wordsOf({ text, fromMs, toMs }: ScriptedSpeech): ScriptedWord[] {
  const words = text.split(/\s+/).filter((word) => word !== '')
  const each = (toMs - fromMs) / words.length
  return words.map((word, at) => ({ text: word, fromMs: fromMs + at * each, toMs: fromMs + (at + 1) * each }))
}
