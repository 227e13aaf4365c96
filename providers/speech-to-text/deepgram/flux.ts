import { z } from 'zod'
import type { HearingEvent, Transcript } from '../speech-to-text.ts'
import { TurnHeard } from '../turn-heard.ts'
import { DeepgramComplaint, type Dialect, keytermsWithin } from './dialect.ts'

const Word = z.object({
  word: z.string(),
  confidence: z.number(),
  start: z.number().optional(),
  end: z.number().optional(),
})
const TurnInfo = z.object({
  type: z.literal('TurnInfo'),
  event: z.string(),
  turn_index: z.number().default(0),
  audio_window_start: z.number(),
  audio_window_end: z.number(),
  transcript: z.string(),
  words: z.array(Word),
  end_of_turn_confidence: z.number().default(0),
  languages: z.array(z.string()).optional(),
})
const Message = z.union([
  z.discriminatedUnion('type', [
    TurnInfo,
    z.object({ type: z.literal('Error'), code: z.string().default(''), description: z.string().default('') }),
  ]),
  z.object({ type: z.string() }).transform(() => ({ type: 'other' as const })),
])

/**
 * Deepgram's second protocol (listen v2), which the Flux models speak: they tell the end of a turn by what is said, not by
 * silence alone, and when it is likely. A turn can't be ended from here, so a flush takes what was heard until then.
 */
export const flux: Dialect = {
  async dial(client, model, options, listener) {
    const silence = options.endOfTurnSilenceMs
    const socket = await client.listen.v2.connect({
      model,
      encoding: 'linear16',
      sample_rate: options.sampleRate,
      eager_eot_threshold: 0.5,
      ...(silence === undefined ? {} : { eot_timeout_ms: Math.min(60_000, Math.max(500, Math.round(silence))) }),
      ...(model.endsWith('multi') ? { language_hint: options.lang === 'auto' ? ['en', 'ja'] : options.lang } : {}),
      keyterm: keytermsWithin(options.keyterms ?? []),
      reconnectAttempts: 0,
    })
    socket.on('open', () => listener.opened())
    socket.on('message', (message) => listener.message(message))
    socket.on('close', ({ code, reason }) => listener.closed(code, reason))
    socket.connect()
    return {
      sendAudio: (samples) => socket.sendMedia(samples),
      askForEndOfTurn: () => false,
      finish: () => socket.sendCloseStream({ type: 'CloseStream' }),
      keepAlive: () => undefined,
      hangUp: () => socket.close(),
    }
  },
  reader: () => new FluxReader(),
}

class FluxReader {
  readonly #turn = new TurnHeard()
  /** Words before this belong to a turn that was ended from here. */
  #toldUntilMs = 0
  /** What Flux has told last; where words have no times, as many as that of the same turn were told. */
  #last = { turn: -1, words: 0 }
  #told = { turn: -1, words: 0 };

  *read(raw: unknown): Generator<HearingEvent> {
    const message = Message.parse(raw)
    if (message.type === 'Error') throw new DeepgramComplaint(`${message.code} ${message.description}`.trim())
    if (message.type !== 'TurnInfo') return
    const transcript = this.#transcriptOf(message)
    switch (message.event) {
      case 'StartOfTurn':
        yield { kind: 'speech-started', atMs: transcript.words[0]?.fromMs ?? ms(message.audio_window_start) }
        yield* this.#turn.interim(transcript)
        return
      case 'EagerEndOfTurn':
        yield* this.#turn.interim(transcript)
        if (transcript.text !== '')
          yield { kind: 'likely-end-of-turn', transcript, confidence: message.end_of_turn_confidence }
        return
      case 'TurnResumed':
        yield { kind: 'turn-resumed' }
        yield* this.#turn.interim(transcript)
        return
      case 'EndOfTurn':
        yield* this.#turn.final(transcript)
        yield* this.#turn.end('silence')
        return
      default:
        yield* this.#turn.interim(transcript)
    }
  }

  *end(cause: 'flush' | 'end-of-audio', fedMs: number): Generator<HearingEvent> {
    this.#toldUntilMs = fedMs
    this.#told = this.#last
    yield* this.#turn.end(cause)
  }

  #transcriptOf({
    turn_index: turn,
    transcript,
    words,
    audio_window_start,
    audio_window_end,
    languages,
  }: z.infer<typeof TurnInfo>): Transcript {
    const timed = words.map(({ word, confidence, start, end }) => ({
      text: word,
      fromMs: ms(start ?? audio_window_start),
      toMs: ms(end ?? audio_window_end),
      confidence,
    }))
    this.#last = { turn, words: words.length }
    const told = turn === this.#told.turn ? this.#told.words : 0
    const fresh = timed.filter(({ toMs }, at) => {
      return words[at]?.end === undefined ? at >= told : toMs > this.#toldUntilMs
    })
    const text = fresh.length === timed.length ? transcript.trim() : fresh.map((word) => word.text).join(' ')
    return {
      text,
      words: fresh,
      confidence: text === '' || fresh.length === 0 ? 0 : Math.min(...fresh.map(({ confidence }) => confidence)),
      ...(languages?.[0] === 'ja' || languages?.[0] === 'en' ? { lang: languages[0] } : {}),
    }
  }
}

function ms(seconds: number): number {
  return Math.round(seconds * 1000)
}
