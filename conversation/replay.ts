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
import { Conversation } from './conversation.ts'
import type { ConversationOptions } from './conversation-options.ts'
import type { ConversationEvent, ConversationInput } from './events.ts'
import type { KnownIncident } from './incidents/incident-memory.ts'
import { nextOrAborted, untilAborted } from './lifetimes.ts'
import type { ConversationParts, ReadDocument, Reading } from './parts.ts'
import { readBack, written } from './recorded-values.ts'
import type { RecordedPort } from './recording.ts'
import type { Lexicon } from './speech/lexicon.ts'
import type { AnsweringTurn } from './turn-reads.ts'

/** A file that is no recording of a conversation. */
class RecordingError extends OpsError {
  override readonly name = 'RecordingError'
  readonly code = 'recording_unreadable'
  readonly retryable = false
  readonly userMessage: string
  constructor(fault: string, options?: ErrorOptions) {
    super(`The recording can't be replayed: ${fault}`, options)
    this.userMessage = `The recording can't be replayed: ${fault}. Make one with \`nightdesk talk --record FILE\`.`
  }
}

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

const shaped = <T>() => z.custom<T>((value) => typeof value === 'object' && value !== null)
const kinded = <T>() => z.custom<T>((value) => z.object({ kind: z.string() }).safeParse(value).success)

const Entry = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('talk'),
    version: z.literal(1),
    options: shaped<ConversationOptions>(),
    voiceRate: z.number().optional(),
    model: z.string().optional(),
  }),
  z.object({ kind: z.literal('in'), input: kinded<ConversationInput>() }),
  z.object({ kind: z.literal('value'), port: z.string(), call: z.number(), value: z.unknown().optional() }),
  z.object({ kind: z.literal('end'), port: z.string(), call: z.number() }),
  z.object({
    kind: z.literal('error'),
    port: z.string(),
    call: z.number(),
    code: z.string(),
    message: z.string(),
    userMessage: z.string().optional(),
  }),
  z.object({ kind: z.literal('id'), value: z.string() }),
  z.object({ kind: z.literal('time'), value: z.date() }),
  z.object({ kind: z.literal('out'), event: kinded<ConversationEvent>() }),
])
type Entry = z.infer<typeof Entry>

/** @throws {RecordingError} */
export function readRecording(lines: string): Entry[] {
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, at) => {
      try {
        return Entry.parse(readBack(line))
      } catch (error) {
        throw new RecordingError(`line ${at + 1} is not one of its lines`, { cause: error })
      }
    })
}

/** What a replay gave out, and where it first differs from what was recorded; how long things took doesn't count. */
export interface Replayed {
  events: readonly ConversationEvent[]
  difference?: { at: number; recorded: string; replayed: string } | undefined
}

/**
 * Takes the recorded turns again, with everything from outside given back in the order in which it came. Nothing is
 * asked of the world; the same recording always gives the same events.
 * @param parts The lexicon has to be the one of the recording.
 * @throws {RecordingError} When there is nothing to replay.
 */
export async function replay(
  entries: readonly Entry[],
  parts: { lexicon: Lexicon; log: Log },
  signal: AbortSignal,
): Promise<Replayed> {
  const talk = entries.find((entry) => entry.kind === 'talk')
  if (talk === undefined) throw new RecordingError('it does not say whose conversation it is')
  const world = new RecordedWorld(entries)
  const conversation = new Conversation(world.parts({ ...talk, ...parts }), talk.options)
  const events: ConversationEvent[] = []
  const releasing = world.release(signal)
  for await (const event of conversation.turns(world.inputs, signal)) events.push(event)
  world.stop()
  await releasing
  const recorded = entries.flatMap((entry) => (entry.kind === 'out' ? [entry.event] : []))
  return { events, difference: firstDifference(recorded, events) }
}

/** What is heard, read and said goes on side by side: only within each is the order the same every time. */
const lanes: Readonly<Record<string, string>> = {
  interim: 'heard',
  final: 'heard',
  sentence: 'said',
  audio: 'sounding',
}

function firstDifference(
  recorded: readonly ConversationEvent[],
  replayed: readonly ConversationEvent[],
): Replayed['difference'] {
  const lane = (events: readonly ConversationEvent[], name: string) =>
    events.map((event, at) => ({ event, at })).filter(({ event }) => (lanes[event.kind] ?? 'read') === name)
  for (const name of ['heard', 'read', 'said', 'sounding']) {
    const [ones, others] = [lane(recorded, name), lane(replayed, name)]
    for (let at = 0; at < Math.max(ones.length, others.length); at++) {
      const [one, other] = [comparable(ones[at]?.event), comparable(others[at]?.event)]
      if (one !== other) return { at: ones[at]?.at ?? recorded.length, recorded: one, replayed: other }
    }
  }
  return undefined
}

function comparable(event: ConversationEvent | undefined): string {
  if (event === undefined) return 'nothing'
  if (event.kind === 'audio') {
    const sum = event.samples.reduce((all, sample) => (all * 31 + sample) % 1_000_003, 7)
    return written({ ...event, samples: `${event.samples.length} samples, sum ${sum}` })
  }
  if (event.kind === 'metrics') return written({ ...event, metrics: { ...event.metrics, timingsMs: {} } })
  if (event.kind === 'done') return written({ ...event, answer: { ...event.answer, timingsMs: {} } })
  return written(event)
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
class RecordedWorld {
  readonly inputs = new Channel<ConversationInput>(Number.POSITIVE_INFINITY)
  readonly #entries: readonly Entry[]
  readonly #calls = new Map<string, Channel<unknown>>()
  readonly #made = new Map<RecordedPort, number>()
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
      else if (entry.kind === 'value') await this.#channel(entry.port, entry.call).send(entry.value)
      else if (entry.kind === 'end') this.#channel(entry.port, entry.call).close()
      else if (entry.kind === 'error') {
        const { code, message, userMessage } = entry
        const error = userMessage === undefined ? new Error(message) : new RecordedError(code, message, userMessage)
        this.#channel(entry.port, entry.call).fail(error)
      } else continue
      await new Promise(setImmediate)
    }
    this.inputs.close()
  }

  parts({ voiceRate, model, lexicon, log }: WorldParts): ConversationParts {
    const store = (signal: AbortSignal): Promise<void> => this.#once('store', z.unknown(), signal).then(() => undefined)
    return {
      answering: (turn) => (_, signal) => this.#answer(turn, signal),
      search: (_, signal) => this.#once('search', shaped<SearchResult>(), signal),
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

  async #once<T>(port: RecordedPort, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const next = await nextOrAborted(this.#called(port), signal)
    return schema.parse(next.value)
  }

  async *#each<T>(port: RecordedPort, schema: z.ZodType<T>, signal: AbortSignal): AsyncGenerator<T> {
    for await (const value of untilAborted(this.#called(port), signal)) yield schema.parse(value)
  }

  #called(port: RecordedPort): Channel<unknown> {
    const call = (this.#made.get(port) ?? 0) + 1
    this.#made.set(port, call)
    return this.#channel(port, call)
  }

  #channel(port: string, call: number): Channel<unknown> {
    const name = `${port} ${call}`
    const channel = this.#calls.get(name) ?? new Channel<unknown>(Number.POSITIVE_INFINITY)
    this.#calls.set(name, channel)
    return channel
  }

  #has(port: RecordedPort): boolean {
    return this.#entries.some((entry) => entry.kind === 'value' && entry.port === port)
  }
}
