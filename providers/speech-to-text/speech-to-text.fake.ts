import { Arrivals } from '#providers/audio/arrivals.ts'
import { durationMs } from '#providers/audio/pcm.ts'
import { ScriptedEar, type ScriptedEvent, type ScriptedSpeech } from './scripted-speech.fake.ts'
import type { HearingEvent, HearingInput, HearingOptions, SpeechToText } from './speech-to-text.ts'
import { TurnHeard } from './turn-heard.ts'

/** Hears what the script says is in the audio, in the process and without waiting for anything but audio. */
export class ScriptedSpeechToText implements SpeechToText {
  readonly id = 'scripted'
  /** What each call was asked for, in order. */
  readonly heard: HearingOptions[] = []
  readonly #script: readonly ScriptedSpeech[]
  readonly #failAfterMs: number
  readonly #failure: unknown

  constructor(script: readonly ScriptedSpeech[], fails?: { afterMs: number; with: unknown }) {
    this.#script = script
    this.#failAfterMs = fails?.afterMs ?? Number.POSITIVE_INFINITY
    this.#failure = fails?.with
  }

  async *hear(audio: AsyncIterable<HearingInput>, options: HearingOptions, signal: AbortSignal) {
    signal.throwIfAborted()
    this.heard.push(options)
    const events = new Arrivals<HearingEvent>()
    events.push({ kind: 'connected' })
    const iterator = audio[Symbol.asyncIterator]()
    const stop = () => events.fail(signal.reason)
    signal.addEventListener('abort', stop)
    this.#take(iterator, options, events).then(
      () => events.end(),
      (error: unknown) => events.fail(error),
    )
    try {
      yield* events
    } finally {
      signal.removeEventListener('abort', stop)
      events.end()
      iterator.return?.().then(undefined, () => undefined)
    }
  }

  async #take(audio: AsyncIterator<HearingInput>, options: HearingOptions, events: Arrivals<HearingEvent>) {
    const ear = new ScriptedEar(this.#script, options.endOfTurnSilenceMs ?? 300)
    const turn = new TurnHeard()
    const tell = (heard: Iterable<ScriptedEvent>, cause: 'silence' | 'flush') => {
      for (const event of heard) {
        if (event.kind === 'started') {
          events.push({ kind: 'speech-started', atMs: event.atMs })
          continue
        }
        const words = event.words.map((word) => ({ ...word, confidence: 0.99 }))
        const text = words.map((word) => word.text).join(' ')
        const part = { text, words, confidence: text === '' ? 0 : 0.99 }
        if (event.kind === 'interim') for (const out of turn.interim(part)) events.push(out)
        else {
          for (const out of turn.final(part)) events.push(out)
          if (event.endsTurn) for (const out of turn.end(cause)) events.push(out)
        }
      }
    }
    let heardMs = 0
    for (let next = await audio.next(); next.done !== true; next = await audio.next()) {
      if (next.value.kind === 'flush') {
        tell(ear.flush(), 'flush')
        continue
      }
      const ms = durationMs(next.value.samples.length, options.sampleRate)
      heardMs += ms
      tell(ear.hear(ms), 'silence')
      if (heardMs >= this.#failAfterMs) throw this.#failure
    }
    for (const event of ear.flush()) {
      if (event.kind !== 'final') continue
      const words = event.words.map((word) => ({ ...word, confidence: 0.99 }))
      const text = words.map((word) => word.text).join(' ')
      for (const out of turn.final({ text, words, confidence: 0.99 })) events.push(out)
    }
    for (const out of turn.end('end-of-audio')) events.push(out)
  }
}
