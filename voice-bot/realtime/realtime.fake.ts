import { once } from 'node:events'
import { createServer } from 'node:http'
import { WebSocket } from 'ws'
import { fakeParts, redisWiki, type Section } from '#conversation/conversation.fake.ts'
import type { ConversationParts } from '#conversation/parts.ts'
import type { Answer, Citation } from '#knowledge/answer.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import type { ScriptedSpeech } from '#providers/speech-to-text/scripted-speech.fake.ts'
import { ScriptedSpeechToText } from '#providers/speech-to-text/speech-to-text.fake.ts'
import type { SpeechToText } from '#providers/speech-to-text/speech-to-text.ts'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import type { TextToSpeech } from '#providers/text-to-speech/text-to-speech.ts'
import type { AnswerWire, CitationWire } from '../answer-wire.ts'
import { noFigures } from '../figures.ts'
import type { ServerEvent } from '../protocol.ts'
import { createTurnTaking } from '../turn-taking/create-turn-taking.ts'
import { fakeVoiceActivity } from '../voice-activity/voice-activity.fake.ts'
import { webSocketDoor } from '../websocket/websocket-door.ts'
import type { WebSocketLimits } from '../websocket/websocket-transport.ts'
import { realTiming } from './playback.ts'
import type { VoiceParts } from './session-parts.ts'
import type { SessionUpdate } from './session-update.ts'
import { VoiceSessions } from './sessions.ts'

export interface FakeVoice {
  script?: readonly ScriptedSpeech[]
  /** Instead of the script. */
  toText?: SpeechToText | undefined
  toSpeech?: TextToSpeech | undefined
  /** There is no recogniser at all. */
  deaf?: boolean
  sections?: readonly Section[]
  conversation?: Partial<Omit<ConversationParts, 'speech'>>
  voice?: Partial<VoiceParts>
  settings?: SessionUpdate
  limits?: WebSocketLimits
}

function fakeVoiceParts(given: FakeVoice = {}): VoiceParts {
  const { script = [], toText = new ScriptedSpeechToText(script), toSpeech = new FakeTextToSpeech() } = given
  return {
    conversation: fakeParts(given.sections ?? redisWiki, {
      ...given.conversation,
      speech: { toSpeech, ...(given.deaf === true ? {} : { toText }) },
    }),
    detector: fakeVoiceActivity(),
    createTurnTaking,
    answerToWire: fakeAnswerToWire,
    citationToWire: fakeCitationToWire,
    timing: realTiming,
    figures: noFigures,
    ...given.voice,
  }
}

/** A real server on 127.0.0.1 that takes every WebSocket for the local principal's. */
export async function startVoice(given: FakeVoice = {}) {
  const parts = fakeVoiceParts(given)
  const sessions = new VoiceSessions(parts)
  const door = webSocketDoor(sessions, given.limits)
  const http = createServer()
  http.on('upgrade', (request, socket, head) => {
    const query = new URL(request.url ?? '', 'http://localhost').searchParams
    door.accept(request, socket, head, {
      principal: localPrincipal,
      resumeToken: query.get('resume') ?? undefined,
      after: query.get('after') ?? undefined,
      conversationId: query.get('conversation_id') ?? undefined,
      settings: given.settings,
    })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const clients: FakeClient[] = []
  return {
    parts,
    sessions,
    port,
    url: `ws://127.0.0.1:${port}/v1/realtime?model=nightdesk`,
    async connect(query = ''): Promise<FakeClient> {
      const client = new FakeClient(`ws://127.0.0.1:${port}/v1/realtime?model=nightdesk${query}`)
      clients.push(client)
      await client.event('session.created')
      return client
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.socket.terminate()
      await sessions[Symbol.asyncDispose]()
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}

/** Some shapes serve several types. */
type EventOf<Type extends ServerEvent['type']> = ServerEvent extends infer Event
  ? Event extends { type: infer Own }
    ? Type extends Own
      ? Event
      : never
    : never
  : never

/** Less than a test has, so that what came instead is told. It proves nothing: a slow machine is no fault of the code. */
const givesUpMs = 20_000

/** A client that remembers all that it was sent. */
export class FakeClient {
  readonly socket: WebSocket
  readonly events: ServerEvent[] = []
  readonly #waiting = new Set<() => void>()

  constructor(url: string) {
    this.socket = new WebSocket(url)
    this.socket.on('message', (data) => {
      this.events.push(JSON.parse(Buffer.isBuffer(data) ? data.toString('utf8') : ''))
      for (const look of this.#waiting) look()
    })
    this.socket.on('error', () => undefined)
  }

  send(event: Record<string, unknown> | string): void {
    this.socket.send(typeof event === 'string' ? event : JSON.stringify(event))
  }

  /** The `nth` event of that type, from 1, as soon as it's there. */
  async event<Type extends ServerEvent['type']>(type: Type, nth = 1): Promise<EventOf<Type>> {
    return await this.when(() => this.all(type)[nth - 1], `${nth}. ${type}`)
  }

  async when<T>(find: () => T | undefined, what = 'it'): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const look = (): void => {
      const found = find()
      if (found !== undefined) resolve(found)
    }
    this.#waiting.add(look)
    const giveUp = setTimeout(() => {
      reject(new Error(`No ${what} among ${this.types().slice(-40).join(', ')}`))
    }, givesUpMs)
    look()
    try {
      return await promise
    } finally {
      clearTimeout(giveUp)
      this.#waiting.delete(look)
    }
  }

  all<Type extends ServerEvent['type']>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type)
  }

  types(): string[] {
    return this.events.map(({ type }) => type)
  }

  /** Those of OpenAI's protocol, each run of deltas as one. */
  openAiTypes(): string[] {
    return this.types().filter((type, at, all) => !type.startsWith('nightdesk.') && type !== all[at - 1])
  }

  say(text: string): void {
    this.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    })
  }

  ask(text: string): void {
    this.say(text)
    this.send({ type: 'response.create' })
  }

  audio(samples: Int16Array): void {
    this.send({ type: 'input_audio_buffer.append', audio: Buffer.from(samples.buffer).toString('base64') })
  }
}

const fakeCitationToWire = ({ n, quote, passageId, heading, document, freshness }: Citation): CitationWire => ({
  n,
  quote,
  passage_id: passageId,
  heading: [...heading],
  url: document.url,
  document: {
    id: document.id,
    source: document.source,
    path: document.path,
    url: document.url,
    title: document.title,
    owners: [...document.owners],
    kind: document.kind,
    lang: document.lang,
    edited_at: document.editedAt.toISOString(),
    masked_secrets: document.maskedSecrets,
  },
  freshness: {
    state: freshness.state,
    edited_at: freshness.editedAt.toISOString(),
    document_edited_at: freshness.documentEditedAt.toISOString(),
    reasons: [...freshness.reasons],
    broken_references: [],
    contradicted_by: [],
  },
})

const fakeAnswerToWire = (answer: Answer): AnswerWire => ({
  answer: answer.answer,
  spoken: answer.spoken,
  abstained: answer.abstained,
  confidence: answer.confidence,
  lang: answer.lang,
  citations: answer.citations.map(fakeCitationToWire),
  warnings: answer.warnings.map(({ code, message }) => ({ code, message })),
  conversation_id: answer.conversationId,
  trace_id: answer.traceId,
  provider: answer.provider,
  timings_ms: { ...answer.timingsMs },
  cost_usd: answer.costUsd,
})
