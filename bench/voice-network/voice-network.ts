import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import { inRealTime, realPace } from '#providers/audio/pacing.ts'
import { bytesOf } from '#providers/audio/pcm.ts'
import { silentLog } from '#runtime/log.ts'
import type { LinkListener, Transport } from '#voice-bot/transport.ts'
import { WebrtcCalls } from '#voice-bot/webrtc/webrtc-calls.ts'
import { webSocketTransport } from '#voice-bot/websocket/websocket-transport.ts'
import { chance } from '../chance.ts'
import { type Percentiles, percentiles } from '../search.ts'
import { type Gaps, HeardTone, PlayedPieces, tone } from './heard-tone.ts'
import { type Line, type LineQuality, lossyConnection, lossyDatagrams } from './lossy-line.ts'
import { bufferMs, type CallerFindings, type CallerOptions, pieceMs, socketRate } from './wire.ts'

export interface VoiceNetworkRow {
  name: string
  connectedMs: number
  /** What the caller heard of us, and we of the caller. */
  caller: Gaps
  agent: Gaps
  /** Of events there and back. */
  echo: Percentiles
}

const run = promisify(execFile)
const lines: readonly { name: string; quality: LineQuality }[] = [
  { name: 'good line', quality: { loss: 0, delayMs: 20, jitterMs: 0 } },
  { name: '5 % loss, 30 ms jitter', quality: { loss: 0.05, delayMs: 20, jitterMs: 30 } },
]
const Echo = z.object({ echo: z.number().optional(), audio: z.string().optional() })

/** A tone both ways for so long, over WebRTC and over a WebSocket, on a good line and on a bad one. */
export async function benchVoiceNetwork(
  seconds: number,
  seed: number,
  signal: AbortSignal,
): Promise<VoiceNetworkRow[]> {
  const rows: VoiceNetworkRow[] = []
  for (const { name, quality } of lines) {
    rows.push({ name: `WebRTC, ${name}`, ...(await overWebrtc(quality, seconds, seed, signal)) })
    rows.push({ name: `WebSocket, ${name}`, ...(await overWebSocket(quality, seconds, seed, signal)) })
  }
  return rows
}

async function overWebrtc(quality: LineQuality, seconds: number, seed: number, signal: AbortSignal) {
  await using calls = new WebrtcCalls({ log: silentLog })
  await using stack = new AsyncDisposableStack()
  const heard = new HeardTone()
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    // The caller's own addresses would lead round the line.
    const offer = Buffer.concat(pieces)
      .toString()
      .replace(/^a=candidate:.*\r\n/gm, '')
    const { sdp, transport } = await calls.begin(offer, 'bench', signal)
    const port = Number(/^a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+)/m.exec(sdp)?.[1])
    const line: Line = stack.use(await lossyDatagrams(port, quality, chance(seed)))
    listen(transport, { audio: (samples, sampleRate) => heard.hear(samples, sampleRate) })
    transport.track?.play(tone(0, seconds * socketRate, socketRate), socketRate)
    response.end(
      sdp
        .replace(/^a=candidate:.*\r\n/gm, '')
        .replace(/^a=mid:/gm, `a=candidate:1 1 udp 2122260223 127.0.0.1 ${line.port} typ host\r\na=mid:`),
    )
  }
  const server = createServer((request, response) => void answer(request, response))
  const url = `http://127.0.0.1:${await listening(server, stack)}/`
  return found(await caller({ kind: 'webrtc', url, seconds }, signal), heard.gaps)
}

async function overWebSocket(quality: LineQuality, seconds: number, seed: number, signal: AbortSignal) {
  await using stack = new AsyncDisposableStack()
  const played = new PlayedPieces(bufferMs)
  const server = createServer()
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  sockets.on('connection', (socket, { socket: stream }) => {
    const transport = webSocketTransport(socket, stream)
    listen(transport, { piece: () => played.take(pieceMs, performance.now()) })
    void talk(transport, seconds, signal)
  })
  const line = stack.use(await lossyConnection(await listening(server, stack), quality, chance(seed)))
  const url = `ws://127.0.0.1:${line.port}/`
  return found(await caller({ kind: 'websocket', url, seconds }, signal), played.gaps)
}

/** What goes as events goes in real time: a session that is spoken with sends little ahead. */
async function talk(transport: Transport, seconds: number, signal: AbortSignal): Promise<void> {
  const length = (socketRate * pieceMs) / 1000
  const pieces = Array.from({ length: (seconds * 1000) / pieceMs }, (_, k) => tone(k * length, length, socketRate))
  for await (const samples of inRealTime(pieces, socketRate, realPace, signal))
    transport.send(JSON.stringify({ audio: Buffer.from(bytesOf(samples)).toString('base64') }))
}

function listen(transport: Transport, to: { audio?: LinkListener['audio']; piece?: () => void }): void {
  transport.listen({
    message: (json) => {
      if (Echo.parse(JSON.parse(json)).echo !== undefined) transport.send(json)
      else to.piece?.()
    },
    audio: (samples, sampleRate) => to.audio?.(samples, sampleRate),
    played: () => {},
    closed: () => {},
  })
}

async function listening(server: Server, stack: AsyncDisposableStack): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stack.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const GapsFound = z.object({ heardMs: z.number(), share: z.number(), longestMs: z.number() })
const Findings = z.object({ connectedMs: z.number(), heard: GapsFound, echoMs: z.array(z.number()) })

async function caller(options: CallerOptions, signal: AbortSignal): Promise<CallerFindings> {
  const program = fileURLToPath(new URL('./caller-process.ts', import.meta.url))
  const args = ['--disable-warning=ExperimentalWarning', program, JSON.stringify(options)]
  const { stdout } = await run(process.execPath, args, { signal, maxBuffer: 1e8 })
  return Findings.parse(JSON.parse(stdout))
}

function found({ connectedMs, heard, echoMs }: CallerFindings, agent: Gaps): Omit<VoiceNetworkRow, 'name'> {
  return { connectedMs, caller: heard, agent, echo: percentiles(echoMs) }
}
