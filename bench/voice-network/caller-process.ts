import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import wrtc from '@roamhq/wrtc'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { inRealTime, realPace } from '#providers/audio/pacing.ts'
import { bytesOf } from '#providers/audio/pcm.ts'
import { HeardTone, PlayedPieces, tone } from './heard-tone.ts'
import { bufferMs, type CallerFindings, pieceMs, socketRate } from './wire.ts'

/** Talks over one line, listens, and says what it was like: `node caller-process.ts OPTIONS`. */
const Options = z.object({ kind: z.enum(['webrtc', 'websocket']), url: z.string(), seconds: z.number() })
const { kind, url, seconds } = Options.parse(JSON.parse(process.argv[2] ?? ''))
const Heard = z.object({ echo: z.number().optional(), audio: z.string().optional() })
const ongoing = new AbortController().signal
const frameRate = 48_000
const echoEveryMs = 100

function* tonePieces(sampleRate: number, ms: number): Generator<Int16Array> {
  const length = (sampleRate * ms) / 1000
  for (let at = 0; at < seconds * sampleRate; at += length) yield tone(at, length, sampleRate)
}

/** Sends the time of sending, which comes back. */
async function askForEchoes(send: (json: string) => void): Promise<void> {
  for (let left = (seconds * 1000) / echoEveryMs; left > 0; left--) {
    send(JSON.stringify({ echo: performance.now() }))
    await sleep(echoEveryMs)
  }
}

async function overWebrtc(): Promise<CallerFindings> {
  const heard = new HeardTone()
  const echoMs: number[] = []
  const connection = new wrtc.RTCPeerConnection()
  const channel = connection.createDataChannel('oai-events')
  const source = new wrtc.nonstandard.RTCAudioSource()
  connection.addTrack(source.createTrack())
  connection.ontrack = ({ track }) => {
    const sink = new wrtc.nonstandard.RTCAudioSink(track)
    const ondata = ({ samples, sampleRate }: { samples: Int16Array; sampleRate: number }) =>
      heard.hear(samples, sampleRate)
    Object.assign(sink, { ondata })
  }
  channel.onmessage = ({ data }: MessageEvent<string>) => {
    const { echo } = Heard.parse(JSON.parse(data))
    if (echo !== undefined) echoMs.push(performance.now() - echo)
  }
  const began = performance.now()
  await connection.setLocalDescription(await connection.createOffer())
  const answer = await fetch(url, { method: 'POST', body: connection.localDescription?.sdp ?? '' })
  await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() })
  if (channel.readyState !== 'open') await new Promise((resolve) => Object.assign(channel, { onopen: resolve }))
  const connectedMs = performance.now() - began
  const echoes = askForEchoes((json) => channel.send(json))
  for await (const samples of inRealTime(tonePieces(frameRate, 10), frameRate, realPace, ongoing))
    source.onData({ samples, sampleRate: frameRate, bitsPerSample: 16, channelCount: 1, numberOfFrames: 480 })
  await echoes
  return { connectedMs, heard: heard.gaps, echoMs }
}

async function overWebSocket(): Promise<CallerFindings> {
  const played = new PlayedPieces(bufferMs)
  const echoMs: number[] = []
  const began = performance.now()
  const socket = new WebSocket(url)
  socket.on('message', (data) => {
    const { echo, audio } = Heard.parse(JSON.parse(Buffer.isBuffer(data) ? data.toString() : ''))
    if (echo !== undefined) echoMs.push(performance.now() - echo)
    if (audio !== undefined) played.take(pieceMs, performance.now())
  })
  await once(socket, 'open')
  const connectedMs = performance.now() - began
  const echoes = askForEchoes((json) => socket.send(json))
  for await (const samples of inRealTime(tonePieces(socketRate, pieceMs), socketRate, realPace, ongoing))
    socket.send(JSON.stringify({ audio: Buffer.from(bytesOf(samples)).toString('base64') }))
  await echoes
  return { connectedMs, heard: played.gaps, echoMs }
}

// Whoever waits for it may be gone.
setTimeout(() => process.exit(1), (seconds + 60) * 1000).unref()
const findings = kind === 'webrtc' ? await overWebrtc() : await overWebSocket()
process.stdout.write(JSON.stringify(findings), () => process.exit(0))
