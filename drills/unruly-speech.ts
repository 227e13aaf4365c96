import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'

/** How the server behaves from now on. */
export type SpeechBehaviour =
  | 'well'
  /** Connections are closed without a word. */
  | 'down'
  | 'error-503'
  | 'rate-limited'
  /** The connection stays open, nothing comes. */
  | 'hanging'
  /** Answers take 1.7 s to begin. */
  | 'slow'
  /** Broken off in the middle. */
  | 'cut'
  /** A sign-in page with status 200, as of a captive portal. */
  | 'garbage'
  /** A transcript without words, speech without sound. */
  | 'silent'
  /** Another language: a transcript in Korean; speech that skips most of the text, as what it can't read. */
  | 'foreign'

/** What everybody says to it. */
const heardQuestion = 'What must never be logged?'
const heardInKorean = '절대로 로그에 남기면 안 되는 것은 무엇입니까'
/** What a voice of another language can read of a text. */
const readable = 0.1

const Speech = z.object({ input: z.string() })

const slowMs = 1_700
const firstMs = 30
const rate = 24_000
const msPerCharacter = 55
const pieceBytes = 9_600

/**
 * A server on 127.0.0.1 that speaks OpenAI's `/audio/transcriptions` and `/audio/speech`, and misbehaves on demand. It
 * hears the same question in every recording, and says everything as a tone.
 */
export class UnrulySpeech implements AsyncDisposable {
  behaviour: SpeechBehaviour = 'well'
  readonly url: string
  readonly #close: () => Promise<void>

  private constructor(port: number, close: () => Promise<void>) {
    this.url = `http://127.0.0.1:${port}/v1`
    this.#close = close
  }

  static async open(): Promise<UnrulySpeech> {
    let opened: UnrulySpeech | undefined
    const server = createServer((request, response) => {
      if (opened === undefined) response.destroy()
      else opened.#answer(request, response).catch(() => response.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    opened = new UnrulySpeech(typeof address === 'object' && address !== null ? address.port : 0, async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    return opened
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { behaviour } = this
    if (behaviour === 'down') return void response.destroy()
    const body = await bodyOf(request)
    if (behaviour === 'hanging') return
    if (behaviour === 'error-503') return void response.writeHead(503).end('overloaded')
    if (behaviour === 'rate-limited') return void response.writeHead(429, { 'retry-after': '3' }).end('slow down')
    if (behaviour === 'garbage')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>')
    await pause(behaviour === 'slow' ? slowMs : firstMs)
    if (request.url?.endsWith('/transcriptions') === true) return await hear(response, behaviour)
    await speak(response, Speech.parse(JSON.parse(body.toString('utf8'))).input.length, behaviour)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close()
  }
}

async function hear(response: ServerResponse, behaviour: SpeechBehaviour): Promise<void> {
  const text = behaviour === 'silent' ? '' : behaviour === 'foreign' ? heardInKorean : heardQuestion
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (event: object): void => void response.write(`data: ${JSON.stringify(event)}\n\n`)
  for (const word of text.split(' ')) send({ type: 'transcript.text.delta', delta: `${word} ` })
  await pause(firstMs)
  if (behaviour === 'cut') return void response.destroy()
  send({ type: 'transcript.text.done', text })
  response.end('data: [DONE]\n\n')
}

async function speak(response: ServerResponse, characters: number, behaviour: SpeechBehaviour): Promise<void> {
  response.writeHead(200, { 'content-type': 'audio/pcm' })
  if (behaviour === 'silent') return void response.end()
  const samples = Math.round((rate * msPerCharacter * characters * (behaviour === 'foreign' ? readable : 1)) / 1000)
  const bytes = Buffer.alloc(samples * 2)
  for (let at = 0; at < samples; at++)
    bytes.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * 440 * at) / rate)), at * 2)
  const until = behaviour === 'cut' ? Math.floor(bytes.length * 0.6) : bytes.length
  for (let at = 0; at < until; at += pieceBytes) response.write(bytes.subarray(at, Math.min(until, at + pieceBytes)))
  if (behaviour !== 'cut') return void response.end()
  await pause(firstMs)
  response.destroy()
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
