import { createServer } from 'node:http'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { durationMs, samplesOf } from '#providers/audio/pcm.ts'
import { EarForSound, type SaidAloud, SpeakerAloud } from '../said-aloud.fake.ts'
import { ScriptedEar, type ScriptedEvent, type ScriptedSpeech, type ScriptedWord } from '../scripted-speech.fake.ts'

export interface DeepgramScript {
  /** What is in the audio of each connection, whatever it sounds like. */
  speech?: readonly ScriptedSpeech[] | undefined
  /** What is said wherever the audio is as loud as speech, over all connections. */
  aloud?: SaidAloud | undefined
  /** The handshake is answered with this status. */
  refuse?: { status: number; reason?: string | undefined } | undefined
  /** Milliseconds from the audio being there to its results being sent. */
  delayMs?: number | undefined
  /** After so much audio, this happens instead of what would. */
  after?: { audioMs: number; does: 'cut' | 'close' | 'garbage' | 'error' | 'silence' } | undefined
  /** Whether a Finalize with nothing to finalise is answered; Deepgram mostly doesn't. */
  answersEmptyFinalize?: boolean | undefined
  /** Flux need not tell when a word was said. */
  timeless?: boolean | undefined
  /** Never says farewell after CloseStream. */
  lingers?: boolean | undefined
}

export interface FakeDeepgram extends AsyncDisposable {
  url: string
  /** Of each connection, in order: its path with its query, and its Authorization. */
  connections: { path: string; query: URLSearchParams; authorization: string | undefined }[]
  /** JSON messages that came, over all connections. */
  received: string[]
  /** Audio that came, over all connections. */
  audioMs(): number
  /** Audio that came, over each connection that is open. */
  openAudioMs(): number[]
  /** Connections that are open. */
  open(): number
  /** Breaks them all off. */
  cut(): void
  /** Resolves when a client hangs up. */
  hungUp: Promise<void>
}

const ClientMessage = z.object({ type: z.string() })

/** A server that speaks Deepgram's live transcription, v1 and v2, and hears what the script says is in the audio. */
export async function fakeDeepgram(script: DeepgramScript = {}): Promise<FakeDeepgram> {
  const connections: FakeDeepgram['connections'] = []
  const received: string[] = []
  const hangUp = Promise.withResolvers<void>()
  const speaker = script.aloud === undefined ? undefined : new SpeakerAloud(script.aloud)
  let audioMs = 0
  const openAudioMs = new Map<WebSocket, number>()
  const http = createServer()
  const sockets = new WebSocketServer({ noServer: true })
  http.on('upgrade', (request, socket, head) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake')
    connections.push({ path: pathname, query: searchParams, authorization: request.headers.authorization })
    if (script.refuse !== undefined) {
      const body = JSON.stringify({ err_code: 'REFUSED', err_msg: script.refuse.reason ?? 'no' })
      const head = `HTTP/1.1 ${script.refuse.status} No\r\ncontent-type: application/json\r\ndg-error: ${script.refuse.reason ?? 'no'}`
      socket.end(`${head}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (connection) => {
      const sampleRate = Number(searchParams.get('sample_rate'))
      const ear = (silenceMs: number): Ear =>
        speaker === undefined
          ? new EarForScript(script.speech ?? [], { sampleRate, silenceMs })
          : new EarForSound(speaker, { sampleRate, silenceMs })
      const line =
        pathname === '/v2/listen'
          ? new FluxLine(connection, script, ear(300))
          : new NovaLine(connection, script, ear(Number(searchParams.get('endpointing') ?? 10)))
      openAudioMs.set(connection, 0)
      connection.on('close', () => {
        openAudioMs.delete(connection)
        line.close()
        hangUp.resolve()
      })
      connection.on('message', (data, isBinary) => {
        if (isBinary) {
          const samples = samplesOf(bytesOf(data))
          const ms = durationMs(samples.length, sampleRate)
          audioMs += ms
          openAudioMs.set(connection, (openAudioMs.get(connection) ?? 0) + ms)
          line.hear(samples, ms)
          return
        }
        const text = Buffer.isBuffer(data) ? data.toString('utf8') : ''
        received.push(text)
        line.told(ClientMessage.parse(JSON.parse(text)).type)
      })
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  return {
    url: `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    connections,
    received,
    audioMs: () => Math.round(audioMs),
    openAudioMs: () => [...openAudioMs.values()].map(Math.round),
    open: () => sockets.clients.size,
    cut: () => {
      for (const client of sockets.clients) client.terminate()
    },
    hungUp: hangUp.promise,
    [Symbol.asyncDispose]: async () => {
      for (const client of sockets.clients) client.terminate()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}

/** Hears what is in the audio. */
interface Ear {
  hear(samples: Int16Array): Iterable<ScriptedEvent>
  flush(): Iterable<ScriptedEvent>
  close(): void
}

/** Hears what a script says, whatever the audio sounds like. */
class EarForScript implements Ear {
  readonly #ear: ScriptedEar
  readonly #sampleRate: number

  constructor(speech: readonly ScriptedSpeech[], { sampleRate, silenceMs }: { sampleRate: number; silenceMs: number }) {
    this.#ear = new ScriptedEar(speech, silenceMs)
    this.#sampleRate = sampleRate
  }

  hear(samples: Int16Array): Iterable<ScriptedEvent> {
    return this.#ear.hear(durationMs(samples.length, this.#sampleRate))
  }

  flush(): Iterable<ScriptedEvent> {
    return this.#ear.flush()
  }

  close(): void {}
}

/** What both protocols have in common. */
abstract class FakeLine {
  protected readonly ear: Ear
  protected readonly script: DeepgramScript
  protected heardMs = 0
  readonly #connection: WebSocket
  #broken = false

  constructor(connection: WebSocket, script: DeepgramScript, ear: Ear) {
    this.#connection = connection
    this.script = script
    this.ear = ear
  }

  hear(samples: Int16Array, ms: number): void {
    if (this.#broken) return
    this.heardMs += ms
    if (this.script.after !== undefined && this.heardMs >= this.script.after.audioMs) this.#break()
    else for (const event of this.ear.hear(samples)) this.say(event)
  }

  /** Its connection is gone. */
  close(): void {
    this.ear.close()
  }

  abstract told(type: string): void
  protected abstract say(event: ScriptedEvent, fromFinalize?: boolean): void

  protected send(message: unknown): void {
    const text = typeof message === 'string' ? message : JSON.stringify(message)
    if (this.script.delayMs === undefined) this.#connection.send(text)
    else setTimeout(() => this.#connection.send(text, () => undefined), this.script.delayMs)
  }

  protected farewell(): void {
    if (this.script.lingers === true || this.#broken) return
    const bye = () => this.#connection.close(1000)
    if (this.script.delayMs === undefined) bye()
    else setTimeout(bye, this.script.delayMs + 5)
  }

  #break(): void {
    this.#broken = true
    switch (this.script.after?.does) {
      case 'cut':
        this.#connection.terminate()
        return
      case 'close':
        this.#connection.close(1011, 'NET-0001')
        return
      case 'garbage':
        this.#connection.send('<html>bad gateway</html>')
        return
      case 'error':
        this.#connection.send(
          JSON.stringify({ type: 'Error', code: 'DATA-0000', description: 'cannot decode', message: '' }),
        )
        return
      default:
        return
    }
  }
}

class NovaLine extends FakeLine {
  #segmentFromMs = 0

  told(type: string): void {
    if (type !== 'Finalize' && type !== 'CloseStream') return
    for (const event of this.ear.flush()) {
      const isEmpty = event.kind === 'final' && event.words.length === 0
      if (type === 'CloseStream' ? !isEmpty : !isEmpty || this.script.answersEmptyFinalize === true)
        this.say(event, type === 'Finalize')
    }
    if (type === 'Finalize') return
    this.send({
      type: 'Metadata',
      transaction_key: 'deprecated',
      request_id: 'fake',
      sha256: '',
      created: '',
      duration: this.heardMs / 1000,
      channels: 1,
    })
    this.farewell()
  }

  protected say(event: ScriptedEvent, fromFinalize = false): void {
    if (event.kind === 'started') {
      this.send({ type: 'SpeechStarted', channel: [0, 1], timestamp: event.atMs / 1000 })
      return
    }
    const isFinal = event.kind === 'final'
    this.send({
      type: 'Results',
      channel_index: [0, 1],
      start: this.#segmentFromMs / 1000,
      duration: (this.heardMs - this.#segmentFromMs) / 1000,
      is_final: isFinal,
      speech_final: isFinal && event.endsTurn && !fromFinalize,
      from_finalize: fromFinalize,
      channel: {
        alternatives: [
          {
            transcript: textOf(event.words),
            confidence: event.words.length === 0 ? 0 : 0.98,
            words: event.words.map(novaWord),
          },
        ],
      },
      metadata: { request_id: 'fake', model_uuid: 'fake', model_info: { name: 'fake', version: '1', arch: 'nova-3' } },
    })
    if (isFinal) this.#segmentFromMs = this.heardMs
  }
}

class FluxLine extends FakeLine {
  #sequence = 0
  #turn = 0
  /** Of this turn, in earlier speeches. */
  #before: readonly ScriptedWord[] = []
  #eager = false

  constructor(connection: WebSocket, script: DeepgramScript, ear: Ear) {
    super(connection, script, ear)
    this.send({ type: 'Connected', request_id: 'fake', sequence_id: this.#sequence++ })
  }

  told(type: string): void {
    // CloseStream brings no EndOfTurn.
    if (type === 'CloseStream') this.farewell()
  }

  protected say(event: ScriptedEvent): void {
    if (event.kind === 'started') {
      if (this.#eager) this.#info('TurnResumed', this.#before)
      else this.#info('StartOfTurn', [], event.atMs)
      this.#eager = false
      return
    }
    const words = [...this.#before, ...event.words]
    if (event.kind === 'interim') {
      this.#info('Update', words)
      return
    }
    this.#info('EagerEndOfTurn', words)
    this.#eager = !event.endsTurn
    this.#before = event.endsTurn ? [] : words
    if (!event.endsTurn) return
    this.#info('EndOfTurn', words)
    this.#turn += 1
  }

  #info(event: string, words: readonly ScriptedWord[], fromMs = words[0]?.fromMs ?? this.heardMs): void {
    this.send({
      type: 'TurnInfo',
      request_id: 'fake',
      sequence_id: this.#sequence++,
      event,
      turn_index: this.#turn,
      audio_window_start: fromMs / 1000,
      audio_window_end: this.heardMs / 1000,
      transcript: textOf(words),
      words: words.map(({ text, fromMs: from, toMs }) => ({
        word: text,
        confidence: 0.97,
        ...(this.script.timeless === true ? {} : { start: from / 1000, end: toMs / 1000 }),
      })),
      end_of_turn_confidence: event === 'EndOfTurn' ? 0.9 : 0.6,
    })
  }
}

function textOf(words: readonly ScriptedWord[]): string {
  return words.map(({ text }) => text).join(' ')
}

function novaWord({ text, fromMs, toMs }: ScriptedWord) {
  const word = text.toLowerCase().replace(/[.,?!]$/, '')
  return { word, punctuated_word: text, start: fromMs / 1000, end: toMs / 1000, confidence: 0.98 }
}
