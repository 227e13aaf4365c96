import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { bytesOf, durationMs } from '#providers/audio/pcm.ts'
import { tone } from '../text-to-speech.fake.ts'
import { wordsIn } from '../word-times.ts'

export interface CartesiaScript {
  /** The handshake is answered with this status. */
  refuse?: number | undefined
  /** A word takes so long to say. */
  wordMs?: number | undefined
  /** Milliseconds from a text to its first audio. */
  firstByteMs?: number | undefined
  /** Milliseconds between two chunks of audio. */
  betweenChunksMs?: number | undefined
  /** After so many chunks of a connection, this happens instead of what would. */
  after?: { chunks: number; does: 'cut' | 'garbage' | 'error' | 'silence' } | undefined
  /** Each request is answered with this error. */
  error?: { status: number; title: string } | undefined
  /** A cancel doesn't stop what is being made, as it may not. */
  deafToCancel?: boolean | undefined
  /** Bytes of a chunk; odd ones come too. Absent: 100 ms. */
  chunkBytes?: number | undefined
}

const Request = z.looseObject({
  context_id: z.string(),
  cancel: z.boolean().optional(),
  transcript: z.string().default(''),
  continue: z.boolean().default(false),
  language: z.enum(['en', 'ja']).default('en'),
  output_format: z.looseObject({ sample_rate: z.number() }).default({ sample_rate: 24_000 }),
})
type Request = z.infer<typeof Request>

export interface FakeCartesia extends AsyncDisposable {
  url: string
  connections: { path: string; authorization: string | undefined; version: string | undefined }[]
  /** Over all connections, in order. */
  requests: Request[]
  /** Contexts that were cancelled. */
  cancelled: string[]
  /** Chunks that were sent after the cancel of their context. */
  lateChunks(): number
  /** Connections that are open. */
  open(): number
  /** Ends the connections as an idle one is ended. */
  hangUp(): void
}

/** A server that speaks Cartesia's TTS WebSocket, and says each word as a tone. */
export async function fakeCartesia(script: CartesiaScript = {}): Promise<FakeCartesia> {
  const connections: FakeCartesia['connections'] = []
  const requests: Request[] = []
  const cancelled: string[] = []
  let lateChunks = 0
  const http = createServer()
  const sockets = new WebSocketServer({ noServer: true })
  http.on('upgrade', (request, socket, head) => {
    const version = request.headers['cartesia-version']
    connections.push({
      path: new URL(request.url ?? '/', 'http://fake').pathname,
      authorization: request.headers.authorization,
      version: typeof version === 'string' ? version : undefined,
    })
    if (script.refuse !== undefined) {
      socket.end(`HTTP/1.1 ${script.refuse} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (connection) => {
      const contexts = new Map<string, FakeContext>()
      const sender = new ChunkSender(connection, script)
      connection.on('message', (data) => {
        const asked = Request.parse(JSON.parse(Buffer.isBuffer(data) ? data.toString('utf8') : ''))
        requests.push(asked)
        if (asked.cancel === true) {
          cancelled.push(asked.context_id)
          if (script.deafToCancel !== true) contexts.get(asked.context_id)?.stop()
          return
        }
        const context =
          contexts.get(asked.context_id) ??
          new FakeContext(asked, script, sender, () => {
            if (cancelled.includes(asked.context_id)) lateChunks += 1
          })
        contexts.set(asked.context_id, context)
        context.take(asked)
      })
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    connections,
    requests,
    cancelled,
    lateChunks: () => lateChunks,
    open: () => sockets.clients.size,
    hangUp: () => {
      for (const client of sockets.clients) client.close(1000, 'idle')
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of sockets.clients) client.terminate()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

/** Counts a connection's chunks, and goes wrong where the script says so. */
class ChunkSender {
  readonly #connection: WebSocket
  readonly #script: CartesiaScript
  #chunks = 0

  constructor(connection: WebSocket, script: CartesiaScript) {
    this.#connection = connection
    this.#script = script
  }

  send(message: object): void {
    this.#connection.send(JSON.stringify(message), () => undefined)
  }

  /** False: it went wrong instead. */
  chunk(message: object): boolean {
    const { after } = this.#script
    if (after !== undefined && this.#chunks >= after.chunks) {
      if (after.does === 'cut') this.#connection.terminate()
      if (after.does === 'garbage') this.#connection.send('<html>bad gateway</html>')
      if (after.does === 'error')
        this.send({ type: 'error', status_code: 500, title: 'Internal', message: 'oops', done: true })
      return false
    }
    this.#chunks += 1
    this.send(message)
    return true
  }
}

/** Says what it is given, one text after the other. */
class FakeContext {
  readonly #id: string
  readonly #script: CartesiaScript
  readonly #sender: ChunkSender
  readonly #sent: () => void
  #work: Promise<void> = Promise.resolve()
  #saidMs = 0
  #isStopped = false

  constructor(first: Request, script: CartesiaScript, sender: ChunkSender, sent: () => void) {
    this.#id = first.context_id
    this.#script = script
    this.#sender = sender
    this.#sent = sent
  }

  stop(): void {
    this.#isStopped = true
  }

  take(request: Request): void {
    this.#work = this.#work.then(() => this.#say(request))
  }

  async #say({ transcript, language, output_format, continue: goesOn }: Request): Promise<void> {
    const of = { context_id: this.#id, status_code: 206, done: false }
    const { error, wordMs = 200, firstByteMs = 0, betweenChunksMs = 0, chunkBytes } = this.#script
    if (error !== undefined) {
      this.#sender.send({
        ...of,
        type: 'error',
        status_code: error.status,
        title: error.title,
        message: 'no',
        done: true,
      })
      this.#isStopped = true
      return
    }
    const rate = output_format.sample_rate
    const words = wordsIn(transcript, language)
    if (words.length > 0) {
      if (firstByteMs > 0) await after(firstByteMs)
      const at = words.map((_, k) => (this.#saidMs + k * wordMs) / 1000)
      const word_timestamps = { words, start: at, end: at.map((start) => start + wordMs / 1000) }
      if (!this.#isStopped) this.#sender.send({ ...of, type: 'timestamps', word_timestamps })
      const bytes = bytesOf(tone((rate * wordMs * words.length) / 1000, rate))
      for (const data of slices(bytes, chunkBytes ?? rate / 5)) {
        if (this.#isStopped) return
        this.#sent()
        if (!this.#sender.chunk({ ...of, type: 'chunk', data: Buffer.from(data).toString('base64'), step_time: 1 })) {
          this.#isStopped = true
          return
        }
        if (betweenChunksMs > 0) await after(betweenChunksMs)
      }
      this.#saidMs += durationMs(bytes.length / 2, rate)
    }
    if (!goesOn && !this.#isStopped) this.#sender.send({ ...of, type: 'done', done: true })
  }
}

function* slices(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += length) yield bytes.subarray(from, from + length)
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
