import { z } from 'zod'
import type { HeardWord, HearingEvent, Transcript } from '../speech-to-text.ts'
import { TurnHeard } from '../turn-heard.ts'
import { DeepgramComplaint, type Dialect, keytermsWithin } from './dialect.ts'

/** Deepgram finds the end of an utterance by its words too, where noise hides the silence; it allows no less than this. */
const utteranceEndMs = 1000

const Word = z.object({
  word: z.string(),
  punctuated_word: z.string().optional(),
  start: z.number(),
  end: z.number(),
  confidence: z.number(),
})
const Alternative = z.object({
  transcript: z.string(),
  confidence: z.number(),
  languages: z.array(z.string()).optional(),
  words: z.array(Word),
})
const Results = z.object({
  type: z.literal('Results'),
  start: z.number(),
  duration: z.number(),
  is_final: z.boolean().default(false),
  speech_final: z.boolean().default(false),
  from_finalize: z.boolean().default(false),
  channel: z.object({ alternatives: z.array(Alternative) }),
})
const Message = z.union([
  z.discriminatedUnion('type', [
    Results,
    z.object({ type: z.literal('SpeechStarted'), timestamp: z.number() }),
    z.object({ type: z.literal('UtteranceEnd') }),
    z.object({ type: z.literal('Error'), description: z.string().default(''), message: z.string().default('') }),
  ]),
  z.object({ type: z.string() }).transform(() => ({ type: 'other' as const })),
])

/** Deepgram's first protocol (listen v1), which the Nova models speak. */
export const nova: Dialect = {
  async dial(client, model, options, listener) {
    const silence = options.endOfTurnSilenceMs
    const socket = await client.listen.v1.connect({
      model,
      language: options.lang === 'auto' ? 'multi' : options.lang,
      encoding: 'linear16',
      sample_rate: options.sampleRate,
      channels: 1,
      interim_results: 'true',
      punctuate: 'true',
      numerals: 'true',
      vad_events: 'true',
      endpointing: silence === undefined ? 300 : Math.max(10, Math.round(silence)),
      utterance_end_ms: Math.max(utteranceEndMs, Math.round(silence ?? 0)),
      keyterm: keytermsWithin(options.keyterms ?? []),
      // developers.deepgram.com/docs/nova-3-language-prompting
      ...(options.lang === 'auto' ? { queryParams: { language_hint: ['en', 'ja'] } } : {}),
      reconnectAttempts: 0,
    })
    socket.on('open', () => listener.opened())
    socket.on('message', (message) => listener.message(message))
    socket.on('close', ({ code, reason }) => listener.closed(code, reason))
    socket.connect()
    return {
      sendAudio: (samples) => socket.sendMedia(samples),
      askForEndOfTurn: () => {
        socket.sendFinalize({ type: 'Finalize' })
        return true
      },
      finish: () => socket.sendCloseStream({ type: 'CloseStream' }),
      keepAlive: () => socket.sendKeepAlive({ type: 'KeepAlive' }),
      hangUp: () => socket.close(),
    }
  },
  reader: (flushed) => new NovaReader(flushed),
}

class NovaReader {
  readonly #turn = new TurnHeard()
  readonly #flushed: () => void
  /** What ends before this has been told already, when a turn was ended without waiting for it. */
  #toldUntilMs = 0

  constructor(flushed: () => void) {
    this.#flushed = flushed
  }

  *read(raw: unknown): Generator<HearingEvent> {
    const message = Message.parse(raw)
    if (message.type === 'Error') throw new DeepgramComplaint(`${message.description} ${message.message}`.trim())
    if (message.type === 'SpeechStarted') yield { kind: 'speech-started', atMs: ms(message.timestamp) }
    if (message.type === 'UtteranceEnd') yield* this.#turn.end('silence')
    if (message.type === 'Results') yield* this.#results(message)
  }

  *#results(results: z.infer<typeof Results>): Generator<HearingEvent> {
    const isTold = ms(results.start + results.duration) <= this.#toldUntilMs
    const [best] = results.channel.alternatives
    const part = best === undefined ? undefined : transcriptOf(best)
    // An answer to a flush that has no words takes back none of those that were told before; they may come once more.
    const saysNothing = results.from_finalize && part?.text === ''
    if (saysNothing && !isTold) this.#toldUntilMs = ms(results.start + results.duration)
    if (part !== undefined && !isTold && !saysNothing) {
      yield* results.is_final ? this.#turn.final(part) : this.#turn.interim(part)
    }
    if (results.from_finalize) {
      this.#flushed()
      if (!isTold) yield* this.#turn.end('flush')
    } else if (results.speech_final) yield* this.#turn.end('silence')
  }

  *end(cause: 'flush' | 'end-of-audio', fedMs: number): Generator<HearingEvent> {
    this.#toldUntilMs = fedMs
    yield* this.#turn.end(cause)
  }
}

function transcriptOf({ transcript, confidence, languages, words }: z.infer<typeof Alternative>): Transcript {
  const [language] = languages ?? []
  const lang = language?.startsWith('ja') === true ? 'ja' : language?.startsWith('en') === true ? 'en' : undefined
  return {
    text: transcript.trim(),
    words: words.map(wordOf),
    confidence: Math.min(1, Math.max(0, confidence)),
    ...(lang === undefined ? {} : { lang }),
  }
}

function wordOf({ word, punctuated_word, start, end, confidence }: z.infer<typeof Word>): HeardWord {
  return { text: punctuated_word ?? word, fromMs: ms(start), toMs: ms(end), confidence }
}

function ms(seconds: number): number {
  return Math.round(seconds * 1000)
}
