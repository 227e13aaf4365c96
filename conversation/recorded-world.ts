import { z } from 'zod'
import type { Vocabulary } from '#graph/vocabulary.ts'
import type { AnswerEvent, SearchQuery, SearchResult } from '#knowledge/answer.ts'
import type { Turn } from '#knowledge/conversation-store.ts'
import type { LlmPiece } from '#providers/llm/llm.ts'
import type { HearingEvent } from '#providers/speech-to-text/speech-to-text.ts'
import type { SpokenAudio } from '#providers/text-to-speech/text-to-speech.ts'
import { OpsError } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import { Channel } from './channel.ts'
import type { ConversationInput } from './events.ts'
import type { KnownIncident } from './incidents/incident-memory.ts'
import { nextOrAborted, untilAborted } from './lifetimes.ts'
import type { ConversationParts, ReadDocument, Reading } from './parts.ts'
import { type Entry, kinded, shaped } from './recorded-entries.ts'
import { nameOf, type RecordedPort } from './recording.ts'
import type { Lexicon } from './speech/lexicon.ts'
import type { AnsweringTurn } from './turn-reads.ts'

/** An error of a port, as it was when it was recorded. */
class RecordedError extends OpsError {
  override readonly name = 'RecordedError'
  readonly retryable = false
  readonly code: string
  readonly userMessage: string
  constructor(code: string, message: string, userMessage: string) {
    super(message)
    this.code = code
    this.userMessage = userMessage
  }
}

const Note = z.discriminatedUnion('note', [
  z.object({ note: z.literal('search'), query: shaped<SearchQuery>() }),
  z.object({ note: z.literal('read'), passages: z.array(z.object({ id: z.string(), text: z.string() })) }),
  z.object({ note: z.literal('turn'), turn: shaped<Turn>() }),
])

const Names = z.object({
  heard: z.string(),
  text: z.string(),
  corrections: z.array(z.object({ heard: z.string(), meant: z.string(), at: z.number(), confidence: z.number() })),
  doubts: z.array(z.object({ heard: z.string(), at: z.number(), candidates: z.array(z.string()) })),
})

interface WorldParts {
  voiceRate?: number | undefined
  model?: string | undefined
  lexicon: Lexicon
  log: Log
}

/** Everything outside of a conversation, as it was recorded. */
export class RecordedWorld {
  readonly inputs = new Channel<ConversationInput>(Number.POSITIVE_INFINITY)
  readonly #entries: readonly Entry[]
  readonly #calls = new Map<string, Channel<unknown>>()
  readonly #made = new Map<string, number>()
  readonly #ids: string[]
  readonly #times: Date[]
  #stopped = false

  constructor(entries: readonly Entry[]) {
    this.#entries = entries
    this.#ids = entries.flatMap((entry) => (entry.kind === 'id' ? [entry.value] : []))
    this.#times = entries.flatMap((entry) => (entry.kind === 'time' ? [entry.value] : []))
  }

  stop(): void {
    this.#stopped = true
  }

  /** One after the other, each once all that the ones before set off has come to rest. */
  async release(signal: AbortSignal): Promise<void> {
    for (const entry of this.#entries) {
      if (this.#stopped || signal.aborted) return
      if (entry.kind === 'in') await this.inputs.send(entry.input)
      // Names are put right as they are heard, without waiting.
      else if (entry.kind === 'value' && (entry.port === 'names' || entry.port === 'keyterms')) continue
      else if (entry.kind === 'value') await this.#channel(entry).send(entry.value)
      else if (entry.kind === 'end') this.#channel(entry).close()
      else if (entry.kind === 'error') {
        const { code, message, userMessage } = entry
        const error = userMessage === undefined ? new Error(message) : new RecordedError(code, message, userMessage)
        this.#channel(entry).fail(error)
      } else continue
      await new Promise(setImmediate)
    }
    this.inputs.close()
  }

  parts({ voiceRate, model, lexicon, log }: WorldParts): ConversationParts {
    const store = (signal: AbortSignal): Promise<void> => this.#once('store', z.unknown(), signal).then(() => undefined)
    return {
      answering: (turn) => (_, signal) => this.#answer(turn, signal),
      search: ({ text }, signal) => this.#once('search', shaped<SearchResult>(), signal, text),
      reading: {
        passages: (_ids, _principal, signal) =>
          this.#once('passages', shaped<Awaited<ReturnType<Reading['passages']>>>(), signal),
        document: (_id, _principal, signal) => this.#once('document', shaped<ReadDocument>().optional(), signal),
      },
      conversations: {
        addTurn: (_, signal) => store(signal),
        turns: (_id, _principal, _limit, signal) => this.#once('turns', shaped<Turn[]>(), signal),
        turn: (_trace, signal) => this.#once('stored-turn', shaped<Turn>().optional(), signal),
        addFeedback: async () => {},
        feedback: async () => [],
        reviseAnswer: (_trace, _answer, signal) => store(signal),
        savePosition: (_, signal) => store(signal),
        position: (_id, _principal, signal) => this.#once('position', z.string().optional(), signal),
        forgetTurn: (_, signal) => store(signal),
        forget: async () => {},
        forgetBefore: async () => {},
        [Symbol.asyncDispose]: async () => {},
      },
      ...(model !== undefined
        ? {
            llm: {
              id: model,
              reply: (_messages, _options, signal) => this.#each('llm', kinded<LlmPiece>(), signal),
            },
          }
        : {}),
      speech: {
        lexicon,
        ...(this.#has('hear')
          ? {
              toText: {
                id: 'recorded',
                hear: (_audio, _options, signal) => this.#each('hear', kinded<HearingEvent>(), signal),
              },
            }
          : {}),
        ...(voiceRate === undefined
          ? {}
          : {
              toSpeech: {
                id: 'recorded',
                sampleRate: voiceRate,
                say: (_text, _options, signal) => this.#each('say', shaped<SpokenAudio>(), signal),
                [Symbol.asyncDispose]: async () => {},
              },
            }),
      },
      ...(this.#has('incident')
        ? {
            incidents: {
              knownTo: (_id, signal) => this.#once('incident', shaped<KnownIncident>().optional(), signal),
            },
          }
        : {}),
      ...(this.#has('names') || this.#has('keyterms') ? { vocabulary: () => this.#vocabulary() } : {}),
      clock: { now: () => this.#times.shift() ?? new Date(0) },
      wait: (_, signal) => this.#once('wait', z.unknown(), signal).then(() => undefined),
      newId: () => this.#ids.shift() ?? 'more ids than were recorded',
      log,
    }
  }

  #vocabulary(): Vocabulary {
    const known = new Map(
      this.#entries.flatMap((entry) => {
        if (entry.kind !== 'value' || entry.port !== 'names') return []
        const { heard, ...corrected } = Names.parse(entry.value)
        return [[heard, corrected] as const]
      }),
    )
    const counts = this.#entries.flatMap((entry) =>
      entry.kind === 'value' && entry.port === 'keyterms' ? [z.number().parse(entry.value)] : [],
    )
    return {
      keyterms: () => Array.from({ length: counts.shift() ?? 0 }, (_, at) => `name ${at}`),
      correct: (text) => known.get(text) ?? { text, corrections: [], doubts: [] },
    }
  }

  async *#answer(turn: AnsweringTurn, signal: AbortSignal): AsyncGenerator<AnswerEvent> {
    for await (const value of this.#each('answering', z.unknown(), signal)) {
      const note = Note.safeParse(value)
      if (!note.success) yield kinded<AnswerEvent>().parse(value)
      else if (note.data.note === 'search') await turn.search(note.data.query, signal)
      else if (note.data.note === 'read') turn.read(note.data.passages)
      else await turn.conversations.addTurn(note.data.turn, signal)
    }
  }

  async #once<T>(port: RecordedPort, schema: z.ZodType<T>, signal: AbortSignal, what?: string): Promise<T> {
    const next = await nextOrAborted(this.#called(port, what), signal)
    return schema.parse(next.value)
  }

  async *#each<T>(port: RecordedPort, schema: z.ZodType<T>, signal: AbortSignal): AsyncGenerator<T> {
    for await (const value of untilAborted(this.#called(port), signal)) yield schema.parse(value)
  }

  #called(port: RecordedPort, what?: string): Channel<unknown> {
    const counted = nameOf(port, what)
    const call = (this.#made.get(counted) ?? 0) + 1
    this.#made.set(counted, call)
    return this.#channel({ port, call, for: what })
  }

  #channel({ port, call, for: what }: { port: string; call: number; for?: string | undefined }): Channel<unknown> {
    const name = `${nameOf(port, what)} ${call}`
    const channel = this.#calls.get(name) ?? new Channel<unknown>(Number.POSITIVE_INFINITY)
    this.#calls.set(name, channel)
    return channel
  }

  #has(port: RecordedPort): boolean {
    return this.#entries.some((entry) => entry.kind === 'value' && entry.port === port)
  }
}
