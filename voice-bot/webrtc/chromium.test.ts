import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeWav } from '#providers/audio/wav.ts'
import { silentLog } from '#runtime/log.ts'
import type { Transport } from '../transport.ts'
import { WebrtcCalls } from './webrtc-calls.ts'

const chromiumAt = '/usr/bin/chromium'
const lacksChromium = !existsSync(chromiumAt)
if (lacksChromium) process.stderr.write(`The tests of calls from a browser are skipped: there is no ${chromiumAt}\n`)

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
]
const tone = (hz: number, seconds: number, sampleRate: number) =>
  Int16Array.from({ length: seconds * sampleRate }, (_, k) => 12_000 * Math.sin((2 * Math.PI * hz * k) / sampleRate))

/** What a Realtime client in a browser does, and how loud it is at 440 Hz, where we speak. */
const calling = `
window.begin = async () => {
  const connection = new RTCPeerConnection()
  const channel = connection.createDataChannel('oai-events')
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } })
  connection.addTrack(microphone.getAudioTracks()[0])
  window.messages = []
  channel.onmessage = ({ data }) => window.messages.push(data)
  connection.ontrack = ({ streams, track }) => {
    const stream = streams[0] ?? new MediaStream([track])
    const element = document.createElement('audio')
    element.muted = true
    element.srcObject = stream
    element.play()
    const audio = new AudioContext()
    window.ear = audio.createAnalyser()
    window.ear.fftSize = 1024
    audio.createMediaStreamSource(stream).connect(window.ear)
  }
  await connection.setLocalDescription(await connection.createOffer())
  const answer = await fetch('/call', { method: 'POST', body: connection.localDescription.sdp })
  await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() })
  if (channel.readyState !== 'open') await new Promise((resolve) => { channel.onopen = resolve })
  channel.send('{"type":"session.update"}')
  window.hangUp = () => { channel.close(); connection.close() }
}
window.loudness = () => {
  const samples = new Float32Array(1024)
  window.ear.getFloatTimeDomainData(samples)
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / 1024)
}
`

/** A page that calls, and what the other end of its call is told. */
async function openCaller(browser: Browser) {
  const calls = new WebrtcCalls({ log: silentLog })
  const heard = { messages: [] as string[], tonesMs: 0, closed: '' }
  const begun = Promise.withResolvers<Transport>()
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === 'GET') {
      response
        .setHeader('content-type', 'text/html')
        .end(`<!doctype html><title>Call</title><script>${calling}</script>`)
      return
    }
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const { sdp, transport } = await calls.begin(
      Buffer.concat(pieces).toString(),
      'browser',
      AbortSignal.timeout(20_000),
    )
    transport.listen({
      message: (json) => heard.messages.push(json),
      audio: (samples, sampleRate) => {
        if (share(samples, sampleRate, 1000) > 0.5) heard.tonesMs += (samples.length * 1000) / sampleRate
      },
      played: () => heard.messages.push('played'),
      closed: (reason) => {
        heard.closed = reason
      },
    })
    begun.resolve(transport)
    response.end(sdp)
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`)
  await page.evaluate('begin()')
  return {
    page,
    heard,
    transport: await begun.promise,
    async [Symbol.asyncDispose]() {
      await page.close()
      await calls[Symbol.asyncDispose]()
      server.close()
      server.closeAllConnections()
    },
  }
}

/** How much of the sound's energy is a tone of so many hertz. */
function share(samples: Int16Array, sampleRate: number, hz: number): number {
  let cos = 0
  let sin = 0
  let energy = 1
  for (const [k, sample] of samples.entries()) {
    cos += sample * Math.cos((2 * Math.PI * hz * k) / sampleRate)
    sin += sample * Math.sin((2 * Math.PI * hz * k) / sampleRate)
    energy += sample * sample
  }
  return (2 * (cos * cos + sin * sin)) / samples.length / energy
}

const until = (page: Page, isTrue: string) => page.waitForFunction(isTrue, undefined, { polling: 20, timeout: 20_000 })

describe.skipIf(lacksChromium)('a call from Chromium', () => {
  let browser: Browser
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nightdesk-call-'))
    const file = join(folder, 'microphone.wav')
    await writeFile(file, writeWav(tone(1000, 2, 48_000), 48_000))
    const args = [...flags, `--use-file-for-fake-audio-capture=${file}`]
    browser = await chromium.launch({ executablePath: chromiumAt, args })
  })
  afterAll(async () => {
    await browser.close()
    await rm(folder, { recursive: true })
  })

  it('carries events and sound both ways, and falls silent when it is interrupted', async () => {
    await using caller = await openCaller(browser)
    await expect.poll(() => caller.heard.messages, { timeout: 10_000 }).toEqual(['{"type":"session.update"}'])
    await expect.poll(() => caller.heard.tonesMs, { timeout: 10_000 }).toBeGreaterThan(500)
    caller.transport.send('{"type":"session.updated"}')
    await until(caller.page, 'messages.length === 1')
    expect(await caller.page.evaluate('messages')).toEqual(['{"type":"session.updated"}'])
    caller.transport.track?.play(tone(440, 60, 24_000), 24_000)
    await until(caller.page, 'loudness() > 0.1')
    const playedMs = caller.transport.track?.clear() ?? 0
    await until(caller.page, 'loudness() < 0.001')
    expect(playedMs).toBeGreaterThan(20)
    expect(playedMs).toBeLessThan(20_000)
    expect(caller.heard.messages).not.toContain('played')
  })

  it('ends when the page hangs up', async () => {
    await using caller = await openCaller(browser)
    await caller.page.evaluate('hangUp()')
    await expect.poll(() => caller.heard.closed, { timeout: 10_000 }).toBe('the client hung up')
  })
})
