import { setTimeout as pause } from 'node:timers/promises'
import type { ConversationParts } from '#conversation/parts.ts'
import { shippedLexicon } from '#conversation/speech/lexicon.ts'
import type { Search } from '#knowledge/answer.ts'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import { createLlmGateway } from '#providers/gateway/llm-gateway.ts'
import { createSpeechToTextGateway } from '#providers/gateway/speech-to-text-gateway.ts'
import { createTextToSpeechGateway } from '#providers/gateway/text-to-speech-gateway.ts'
import type { Llm } from '#providers/llm/llm.ts'
import { OpenAiCompatibleLlm } from '#providers/llm/openai-compatible/openai-compatible.ts'
import { DeepgramSpeechToText } from '#providers/speech-to-text/deepgram/deepgram-speech-to-text.ts'
import type { SpeechToText } from '#providers/speech-to-text/speech-to-text.ts'
import { CartesiaTextToSpeech } from '#providers/text-to-speech/cartesia/cartesia-text-to-speech.ts'
import type { TextToSpeech } from '#providers/text-to-speech/text-to-speech.ts'
import { createAnswering } from '#retrieval/answering.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { type SpokenScript, tokensOf } from '../stand-ins/spoken-script.ts'
import { type Mark, marked } from './port-marks.ts'
import { redisPassages } from './redis-passage.ts'

/** Providers as they are on a usual day; a turn every 4 seconds. Milliseconds. */
export const usualProviders: SpokenScript = {
  turnEveryMs: 4000,
  words: 'how do i fail over redis by hand'.split(' '),
  wordMs: 180,
  endpointingMs: 300,
  searchMs: 80,
  firstTokenMs: 200,
  tokenMs: 15,
  sentences: ['Promote one replica with `redis-cli failover` [1].', 'Then watch the lag for 5 minutes [1].'],
  firstSoundMs: 80,
  soundMs: 1500,
  betweenSoundsMs: 10,
}

/** The parts of one conversation as they are in service, gateways included, with every provider at the end of a socket. */
export interface BenchDesk extends AsyncDisposable {
  parts: ConversationParts
}

/**
 * @param key By which the stand-ins tell conversations apart.
 * @param mark Told of what goes through the ports.
 */
export function openDesk(
  { key, url, conversations }: { key: string; url: string; conversations: ConversationStore },
  mark: Mark = () => undefined,
): BenchDesk {
  const gateway = { clock: systemClock, log: silentLog }
  const model = new OpenAiCompatibleLlm({ model: 'bench', apiKey: key, baseUrl: `${url}/v1` })
  const llm = marked.llm(
    createLlmGateway([model], gateway),
    tokensOf(usualProviders.sentences[0] ?? '').length + 1,
    mark,
  )
  const voice = new CartesiaTextToSpeech({ apiKey: key, baseUrl: url, voiceId: 'bench' })
  const toSpeech = marked.voice(createTextToSpeechGateway([voice], gateway), mark)
  const ear = new DeepgramSpeechToText({ apiKey: key, baseUrl: url })
  const toText = marked.ear(createSpeechToTextGateway([ear], gateway), mark)
  const search = marked.search(async (_, signal) => {
    const answer = await fetch(`${url}/search`, { headers: { authorization: `Bearer ${key}` }, signal })
    await answer.text()
    return { passages: redisPassages(), relevance: 0.9, relevant: true, timingsMs: {}, warnings: [] }
  }, mark)
  const parts = deskParts({ search, llm, toText, toSpeech, conversations })
  return { parts, [Symbol.asyncDispose]: () => toSpeech[Symbol.asyncDispose]() }
}

export interface DeskPorts {
  search: Search
  llm: Llm
  toText: SpeechToText
  toSpeech: TextToSpeech
  conversations: ConversationStore
}

/** What a conversation is made of, whatever its providers are. */
export function deskParts({ search, llm, toText, toSpeech, conversations }: DeskPorts): ConversationParts {
  return {
    answering: (turn) =>
      createAnswering({
        search: turn.search,
        conversations: turn.conversations,
        llm,
        clock: systemClock,
        log: silentLog,
      }),
    search,
    reading: { passages: async () => [], document: async () => undefined },
    conversations,
    llm,
    speech: { toText, toSpeech, lexicon: shippedLexicon() },
    clock: systemClock,
    wait: (ms, signal) => pause(ms, undefined, { signal }),
    newId: () => crypto.randomUUID(),
    log: silentLog,
  }
}
