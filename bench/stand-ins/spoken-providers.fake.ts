import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { bytesOf } from '#providers/audio/pcm.ts'
import { listenToSound } from './sound-ear.fake.ts'
import { type ProviderMark, type SpokenScript, tokensOf } from './spoken-script.ts'

export interface SpokenProviders extends AsyncDisposable {
  url: string
  /** Of each key that was used, in order. */
  marks: Map<string, ProviderMark[]>
  /** Sockets that are open. */
  open: () => Promise<number>
}

function steadyMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/**
 * Recogniser, search, model and voice on one port, as Deepgram (listen v1), a POST, OpenAI (chat, streamed) and Cartesia
 * speak, with delays that are known. They are told apart by their paths, and their clients by their keys.
 */
export async function spokenProviders(script: SpokenScript): Promise<SpokenProviders> {
  const marks: SpokenProviders['marks'] = new Map()
  const markerOf = (request: IncomingMessage) => {
    const key = request.headers.authorization?.split(' ').at(-1) ?? ''
    const own = marks.get(key) ?? []
    marks.set(key, own)
    return (what: ProviderMark['what']) => void own.push({ what, at: steadyMs() })
  }
  const server = createServer((request, response) => {
    const mark = markerOf(request)
    const answering = request.url?.startsWith('/search') === true ? search : reply
    answering(request, response, script, mark).catch(() => response.destroy())
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    const mark = markerOf(request)
    sockets.handleUpgrade(request, socket, head, (connection) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in')
      const sampleRate = Number(searchParams.get('sample_rate'))
      const { finalMs } = script
      if (pathname !== '/v1/listen') speak(connection, script, mark)
      else if (finalMs === undefined) listen(connection, sampleRate, script, mark)
      else listenToSound(connection, sampleRate, { ...script, finalMs }, () => mark('heard'))
    })
  })
  // As nginx keeps connections; Node's own 5 s would have each turn of a conversation open another one.
  server.keepAliveTimeout = 75_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    marks,
    open: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      ),
    [Symbol.asyncDispose]: async () => {
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Mark = (what: ProviderMark['what']) => void

async function search(
  request: IncomingMessage,
  response: ServerResponse,
  { searchMs }: SpokenScript,
  mark: Mark,
): Promise<void> {
  mark('search-asked')
  request.resume()
  response.on('close', () => {
    if (!response.writableFinished) mark('search-left')
  })
  await after(searchMs)
  if (response.destroyed) return
  mark('search-given')
  response.end('{}')
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  { firstTokenMs, tokenMs, sentences }: SpokenScript,
  mark: Mark,
): Promise<void> {
  mark('model-asked')
  request.resume()
  response.on('close', () => {
    if (!response.writableFinished) mark('model-left')
  })
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'bench', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  const askedAt = steadyMs()
  await after(firstTokenMs)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const tokens = tokensOf(sentences.join(' '))
  const needed = tokensOf(sentences[0] ?? '').length
  for (const [at, token] of tokens.entries()) {
    if (response.destroyed) return
    if (at === needed) mark('sentence-given')
    response.write(chunk({ role: 'assistant', content: token }))
    // By the clock, so that a timer that is late once isn't late for all that follow.
    await after(askedAt + firstTokenMs + (at + 1) * tokenMs - steadyMs())
  }
  response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`)
}

/** Hears the script's words at their times in the audio, whatever sounds. */
function listen(connection: WebSocket, sampleRate: number, script: SpokenScript, mark: Mark): void {
  const { turnEveryMs, words, wordMs, endpointingMs } = script
  let heardMs = 0
  let said = 0
  const results = (count: number, isFinal: boolean) =>
    JSON.stringify({
      type: 'Results',
      start: Math.floor(heardMs / turnEveryMs) * (turnEveryMs / 1000),
      duration: (heardMs % turnEveryMs) / 1000,
      is_final: isFinal,
      speech_final: isFinal,
      from_finalize: false,
      channel: { alternatives: [{ transcript: words.slice(0, count).join(' '), confidence: 0.98, words: [] }] },
    })
  connection.on('close', () => mark('hearing-left'))
  connection.on('message', (data, isBinary) => {
    if (!isBinary) {
      if (textOf(data).includes('CloseStream')) connection.close(1000)
      return
    }
    const before = heardMs % turnEveryMs
    heardMs += Buffer.isBuffer(data) ? (data.length / 2 / sampleRate) * 1000 : 0
    const now = heardMs % turnEveryMs
    if (now < before) said = 0
    const count = Math.min(words.length, Math.floor(now / wordMs))
    if (count > said) connection.send(results(count, false))
    said = count
    const endMs = words.length * wordMs + endpointingMs
    if (before >= endMs || now < endMs) return
    mark('heard')
    connection.send(results(words.length, true))
  })
}

const Asked = z.looseObject({
  context_id: z.string(),
  cancel: z.boolean().optional(),
  transcript: z.string().default(''),
  continue: z.boolean().default(false),
})

/** A voice that says nothing is taken for one that fails. */
const hum = Int16Array.from({ length: 2400 }, (_, at) => 3000 * Math.sin((2 * Math.PI * 200 * at) / 24_000))

/** Says each sentence as a hum of a fixed length, in pieces of 100 ms. */
function speak(connection: WebSocket, script: SpokenScript, mark: Mark): void {
  const { firstSoundMs, soundMs, betweenSoundsMs } = script
  const data = Buffer.from(bytesOf(hum)).toString('base64')
  const contexts = new Map<string, { work: Promise<void>; saidMs: number; begun: boolean; stopped: boolean }>()
  const send = (message: object) => connection.send(JSON.stringify(message), () => undefined)
  connection.on('close', () => mark('voice-left'))
  connection.on('message', (message) => {
    const { context_id, cancel, transcript, continue: goesOn } = Asked.parse(JSON.parse(textOf(message)))
    const context = contexts.get(context_id) ?? { work: Promise.resolve(), saidMs: 0, begun: false, stopped: false }
    contexts.set(context_id, context)
    if (cancel === true) {
      mark('voice-cancelled')
      context.stopped = true
      contexts.delete(context_id)
      return
    }
    const isFirst = !context.begun && transcript.trim() !== ''
    if (isFirst) mark('voice-asked')
    context.begun ||= isFirst
    context.work = context.work.then(async () => {
      const of = { context_id, status_code: 206, done: false }
      const words = transcript.split(/\s+/).filter((word) => word !== '')
      if (words.length > 0) {
        await after(firstSoundMs)
        const at = words.map((_, k) => (context.saidMs + (k * soundMs) / words.length) / 1000)
        const word_timestamps = { words, start: at, end: at.map((from) => from + soundMs / words.length / 1000) }
        send({ ...of, type: 'timestamps', word_timestamps })
        for (let ms = 0; ms < soundMs && !context.stopped; ms += 100) {
          if (isFirst && ms === 0) mark('sound-given')
          send({ ...of, type: 'chunk', data, step_time: 1 })
          await after(betweenSoundsMs)
        }
        context.saidMs += soundMs
      }
      if (goesOn || context.stopped) return
      send({ ...of, type: 'done', done: true })
      contexts.delete(context_id)
    })
  })
}

function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString('utf8') : ''
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => (ms > 0 ? setTimeout(resolve, ms) : setImmediate(resolve)))
}
