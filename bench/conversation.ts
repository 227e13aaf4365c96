import { setTimeout as pause } from 'node:timers/promises'
import { Conversation } from '#conversation/conversation.ts'
import type { ConversationInput } from '#conversation/events.ts'
import type { ConversationParts } from '#conversation/parts.ts'
import { parseLexicon } from '#conversation/speech/lexicon.ts'
import type { RankedPassage } from '#knowledge/answer.ts'
import type { Document } from '#knowledge/document.ts'
import { MemoryConversations } from '#knowledge/memory/memory-conversations.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import type { Llm } from '#providers/llm/llm.ts'
import type { HearingEvent, SpeechToText } from '#providers/speech-to-text/speech-to-text.ts'
import type { TextToSpeech } from '#providers/text-to-speech/text-to-speech.ts'
import { createAnswering } from '#retrieval/answering.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { chance } from './chance.ts'

/** Delays of the providers, which the loop can't help; about what FIELD services take. Milliseconds. */
export const providerDelays = { search: 80, llmFirstToken: 200, perToken: 15, voiceFirstByte: 80 } as const

export interface ConversationBenchRow {
  conversations: number
  turns: number
  /** Between the last byte of a provider that was needed and the first sound handed out, in milliseconds. */
  added: { p50: number; p95: number; p99: number }
  /** Of the time that searching takes, how much was over when the turn ended. */
  hiddenShare: number
  heapGrowthMb: number
}

/** One turn as it is spoken: words as interims, a final, the end of the turn. */
const said = 'how do i fail over redis by hand'
const reply = 'Promote one replica with `redis-cli failover` [1]. Then watch the lag for 5 minutes [1].'

interface Marks {
  /** When the loop was given the last byte that it needed to go on. */
  given: number
  added: number
  /** The voice has got its first sentence. */
  voiced: boolean
}

/** Spoken turns of many conversations at once, against providers of known delays in this process. */
export async function benchConversation(
  { conversations, turnsEach }: { conversations: number; turnsEach: number },
  signal: AbortSignal,
): Promise<ConversationBenchRow> {
  const added: number[] = []
  const hidden: number[] = []
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  const random = chance(7)
  await Promise.all(
    Array.from({ length: conversations }, async () => {
      await pause(random.unit() * 3000, undefined, { signal })
      for (let turn = 0; turn < turnsEach; turn++) await oneTurn(added, hidden, signal)
    }),
  )
  globalThis.gc?.()
  const sorted = added.toSorted((one, other) => one - other)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return {
    conversations,
    turns: added.length,
    added: { p50: at(0.5), p95: at(0.95), p99: at(0.99) },
    hiddenShare: hidden.reduce((sum, share) => sum + share, 0) / Math.max(1, hidden.length),
    heapGrowthMb: (process.memoryUsage().heapUsed - before) / 1e6,
  }
}

async function oneTurn(added: number[], hidden: number[], signal: AbortSignal): Promise<void> {
  const marks: Marks = { given: 0, added: 0, voiced: false }
  const lap = (): void => {
    marks.added += performance.now() - marks.given
  }
  let endedAt = 0
  let searchedAt = 0
  const parts = partsOf(
    marks,
    lap,
    () => {
      endedAt = performance.now()
    },
    () => {
      searchedAt = performance.now()
    },
  )
  const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'spoken' })
  const inputs = async function* (): AsyncGenerator<ConversationInput> {
    yield { kind: 'audio', samples: new Int16Array(320), sampleRate: 16_000 }
  }
  let sounded = false
  for await (const event of conversation.turns(inputs(), signal)) {
    if (event.kind !== 'audio' || sounded) continue
    sounded = true
    lap()
    added.push(marks.added)
    const late = Math.max(0, searchedAt - endedAt)
    hidden.push(1 - Math.min(1, late / providerDelays.search))
  }
}

function partsOf(marks: Marks, lap: () => void, onEnd: () => void, onSearched: () => void): ConversationParts {
  const passages = [redisPassage()]
  const llm = slowLlm(marks)
  const speech = {
    toText: slowEar(marks, onEnd),
    toSpeech: slowVoice(marks, lap),
    lexicon: parseLexicon(''),
  }
  const conversations = new MemoryConversations()
  return {
    answering: (turn) =>
      createAnswering({
        search: turn.search,
        conversations: turn.conversations,
        llm,
        clock: systemClock,
        log: silentLog,
      }),
    search: async (_, signal) => {
      await pause(providerDelays.search, undefined, { signal })
      onSearched()
      return { passages, relevance: 0.9, relevant: true, timingsMs: {}, warnings: [] }
    },
    reading: { passages: async () => [], document: async () => undefined },
    conversations,
    llm,
    speech,
    clock: systemClock,
    wait: (ms, signal) => pause(ms, undefined, { signal }),
    newId: () => crypto.randomUUID(),
    log: silentLog,
  }
}

/** The end of the turn comes 300 ms after the last word, as recognisers with endpointing do. */
function slowEar(marks: Marks, onEnd: () => void): SpeechToText {
  return {
    id: 'bench',
    async *hear(_, __, signal): AsyncGenerator<HearingEvent> {
      const words = said.split(' ')
      const transcript = (count: number) => ({ text: words.slice(0, count).join(' '), words: [], confidence: 0.9 })
      for (let count = 1; count <= words.length; count++) {
        await pause(60, undefined, { signal })
        yield { kind: 'interim', transcript: transcript(count) }
      }
      await pause(300, undefined, { signal })
      marks.given = performance.now()
      onEnd()
      yield { kind: 'end-of-turn', transcript: transcript(words.length), cause: 'silence' }
    },
  }
}

function slowLlm(marks: Marks): Llm {
  return {
    id: 'bench',
    async *reply(_, __, signal) {
      // What was added until the model was asked.
      marks.added += performance.now() - marks.given
      await pause(providerDelays.llmFirstToken, undefined, { signal })
      const tokens = reply.match(/\S+\s*/g) ?? []
      for (const token of tokens) {
        await pause(providerDelays.perToken, undefined, { signal })
        if (!marks.voiced) marks.given = performance.now()
        yield { kind: 'text', text: token }
      }
      yield { kind: 'end', reason: 'stop', model: 'bench' }
    },
  }
}

function slowVoice(marks: Marks, lap: () => void): TextToSpeech {
  return {
    id: 'bench',
    sampleRate: 24_000,
    async *say(text, _, signal) {
      for await (const piece of text) {
        if (!marks.voiced) lap()
        marks.voiced = true
        await pause(providerDelays.voiceFirstByte, undefined, { signal })
        marks.given = performance.now()
        yield { samples: new Int16Array(2400), words: [{ text: piece.trim(), fromMs: 0, toMs: 100 }] }
      }
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

function redisPassage(): RankedPassage {
  const editedAt = new Date('2026-05-01T00:00:00Z')
  const document: Document = {
    id: 'redis.md',
    source: 'bench',
    entry: 'redis.md',
    kind: 'page',
    path: 'redis.md',
    url: 'https://wiki.example/redis',
    title: 'Redis runbook',
    owners: [],
    lang: 'en',
    audience: [],
    editedAt,
    maskedSecrets: 0,
  }
  const text =
    'Fail over Redis by hand: promote one replica with `redis-cli failover`. Then watch the lag for 5 minutes.'
  return {
    rank: 1,
    score: 0.9,
    passage: {
      id: 'redis.md#0',
      documentId: 'redis.md',
      ordinal: 0,
      heading: ['Fail over'],
      lang: 'en',
      kind: 'steps',
      text,
      fromLine: 1,
      toLine: 1,
      editedAt,
      context: '',
      suspicious: false,
    },
    document,
    freshness: {
      state: 'fresh',
      editedAt,
      documentEditedAt: editedAt,
      reasons: [],
      brokenReferences: [],
      contradictedBy: [],
    },
  }
}
