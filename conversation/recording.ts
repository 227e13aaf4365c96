import { OpsError, reasonOf } from '#runtime/errors.ts'
import type { ConversationOptions } from './conversation-options.ts'
import type { ConversationEvent, ConversationInput } from './events.ts'
import type { ConversationParts } from './parts.ts'

/** What a conversation asked of the world outside, by name. */
export type RecordedPort =
  | 'answering'
  | 'search'
  | 'passages'
  | 'document'
  | 'turns'
  | 'stored-turn'
  | 'position'
  | 'store'
  | 'hear'
  | 'say'
  | 'llm'
  | 'wait'
  | 'names'
  | 'keyterms'
  | 'incident'
  | 'tool'

/** The `call`th call of the port, from 1; where calls may be given up before they are made, the `call`th for the same. */
export interface RecordedCall {
  port: RecordedPort
  call: number
  for?: string | undefined
}

/** A line of a recording: all that came from outside, in its order, and what came of it. */
export type RecordedEntry =
  | {
      kind: 'talk'
      version: 2
      options: Pick<ConversationOptions, 'mode' | 'lang' | 'principal' | 'conversationId'>
      voiceRate?: number | undefined
      /** The model that writes, where there is one. */
      model?: string | undefined
    }
  | { kind: 'in'; input: ConversationInput }
  | ({ kind: 'value'; value: unknown } & RecordedCall)
  | ({ kind: 'end' } & RecordedCall)
  | ({ kind: 'error'; code: string; message: string; userMessage: string | undefined } & RecordedCall)
  | { kind: 'id'; value: string }
  | { kind: 'time'; value: Date }
  | { kind: 'out'; event: ConversationEvent }

export type Record = (entry: RecordedEntry) => void

/** What tells the calls apart that are counted together. */
export const nameOf = (port: string, what: string | undefined): string =>
  what === undefined ? port : `${port} for ${what}`

/** The same parts, with everything that they give written down. */
export function recordedParts(parts: ConversationParts, record: Record): ConversationParts {
  const calls = new Map<string, number>()
  const next = (port: RecordedPort, what?: string): RecordedCall => {
    const name = nameOf(port, what)
    const call = (calls.get(name) ?? 0) + 1
    calls.set(name, call)
    return what === undefined ? { port, call } : { port, call, for: what }
  }
  const failed = (call: RecordedCall, error: unknown): void => {
    const ops = error instanceof OpsError ? error : undefined
    record({
      kind: 'error',
      ...call,
      code: ops?.code ?? 'unexpected',
      message: reasonOf(error),
      userMessage: ops?.userMessage,
    })
  }
  const once = async <T>(port: RecordedPort, work: () => Promise<T>, what?: string): Promise<T> => {
    const call = next(port, what)
    try {
      const value = await work()
      record({ kind: 'value', ...call, value })
      return value
    } catch (error) {
      failed(call, error)
      throw error
    }
  }
  async function* each<T>(call: RecordedCall, values: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      for await (const value of values) {
        record({ kind: 'value', ...call, value })
        yield value
      }
      record({ kind: 'end', ...call })
    } catch (error) {
      failed(call, error)
      throw error
    }
  }
  const { conversations, reading, speech, llm, vocabulary, incidents } = parts
  return {
    ...parts,
    answering: (turn) => (question, signal) => {
      const call = next('answering')
      const noted = (value: unknown): void => record({ kind: 'value', ...call, value })
      const ask = parts.answering({
        search: async (query, stop) => {
          noted({ note: 'search', query })
          return await turn.search(query, stop)
        },
        read: (passages) => {
          noted({ note: 'read', passages: passages.map(({ id, text }) => ({ id, text })) })
          turn.read(passages)
        },
        conversations: {
          ...turn.conversations,
          // What answering reads for itself is in its events already.
          turns: (...read) => conversations.turns(...read),
          addTurn: async (made, stop) => {
            noted({ note: 'turn', turn: made })
            await turn.conversations.addTurn(made, stop)
          },
        },
      })
      return each(call, ask(question, signal))
    },
    search: (query, signal) => once('search', () => parts.search(query, signal), query.text),
    reading: {
      passages: (...asked) => once('passages', () => reading.passages(...asked)),
      document: (...asked) => once('document', () => reading.document(...asked)),
    },
    conversations: {
      addTurn: (...asked) => once('store', () => conversations.addTurn(...asked)),
      turns: (...asked) => once('turns', () => conversations.turns(...asked)),
      turn: (...asked) => once('stored-turn', () => conversations.turn(...asked)),
      addFeedback: (...asked) => conversations.addFeedback(...asked),
      feedback: (...asked) => conversations.feedback(...asked),
      reviseAnswer: (...asked) => once('store', () => conversations.reviseAnswer(...asked)),
      savePosition: (...asked) => once('store', () => conversations.savePosition(...asked)),
      position: (...asked) => once('position', () => conversations.position(...asked)),
      forgetTurn: (...asked) => once('store', () => conversations.forgetTurn(...asked)),
      forget: (...asked) => conversations.forget(...asked),
      forgetBefore: (...asked) => conversations.forgetBefore(...asked),
      [Symbol.asyncDispose]: () => conversations[Symbol.asyncDispose](),
    },
    ...(llm === undefined ? {} : { llm: { id: llm.id, reply: (...asked) => each(next('llm'), llm.reply(...asked)) } }),
    ...(speech === undefined ? {} : { speech: recordedSpeech(speech, (port, values) => each(next(port), values)) }),
    ...(incidents === undefined
      ? {}
      : { incidents: { knownTo: (...asked) => once('incident', () => incidents.knownTo(...asked)) } }),
    ...(vocabulary === undefined
      ? {}
      : {
          vocabulary: (principal) => {
            const names = vocabulary(principal)
            return {
              // How many there were decides what becomes of the recogniser's connection; which, it alone is told.
              keyterms: (limit) => {
                const terms = names.keyterms(limit)
                record({ kind: 'value', ...next('keyterms'), value: terms.length })
                return terms
              },
              correct: (text, lang, unsure) => {
                const value = names.correct(text, lang, unsure)
                if (value.corrections.length > 0 || value.doubts.length > 0)
                  record({ kind: 'value', ...next('names'), value: { heard: text, ...value } })
                return value
              },
            }
          },
        }),
    wait: (...asked) => once('wait', () => parts.wait(...asked)),
    newId: () => {
      const value = parts.newId()
      record({ kind: 'id', value })
      return value
    },
    clock: {
      now: () => {
        const value = parts.clock.now()
        record({ kind: 'time', value })
        return value
      },
    },
  }
}

function recordedSpeech(
  speech: NonNullable<ConversationParts['speech']>,
  each: <T>(port: RecordedPort, values: AsyncIterable<T>) => AsyncIterable<T>,
): NonNullable<ConversationParts['speech']> {
  const { toText, toSpeech } = speech
  return {
    ...speech,
    ...(toText === undefined
      ? {}
      : { toText: { id: toText.id, hear: (...asked) => each('hear', toText.hear(...asked)) } }),
    ...(toSpeech === undefined
      ? {}
      : {
          toSpeech: {
            id: toSpeech.id,
            sampleRate: toSpeech.sampleRate,
            say: (...asked) => each('say', toSpeech.say(...asked)),
            [Symbol.asyncDispose]: () => toSpeech[Symbol.asyncDispose](),
          },
        }),
  }
}

/** The same inputs, written down as they are taken. */
export async function* recordedInputs(
  inputs: AsyncIterable<ConversationInput>,
  record: Record,
): AsyncGenerator<ConversationInput> {
  for await (const input of inputs) {
    record({ kind: 'in', input })
    yield input
  }
}
