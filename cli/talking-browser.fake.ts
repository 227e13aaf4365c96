import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { durationMs } from '#providers/audio/pcm.ts'
import { readWav } from '#providers/audio/wav.ts'
import { fakeDeepgram } from '#providers/speech-to-text/deepgram/deepgram.fake.ts'
import { chromiumAt, flags } from '#server/page.fake.ts'

export const question = 'how do I fail over the payments database'
/**
 * The browser plays the file from its beginning when the microphone is opened; a slow machine makes a call only some seconds
 * later. And it shouldn't come again.
 */
const silence = { beforeS: 4, afterS: 60 }

/** Whether the tests have to be left out; says so on stderr. */
export function lacksVoices(): boolean {
  const missing = [chromiumAt, '/usr/bin/espeak-ng', '/usr/bin/sox'].filter((path) => !existsSync(path))
  if (missing.length > 0)
    process.stderr.write(`Talking in a browser is not tested: there is no ${missing.join(', ')}\n`)
  return missing.length > 0
}

/** A browser whose microphone hears the question once. */
export function launchAsker(folder: string): Promise<Browser> {
  const heard = join(folder, 'heard.wav')
  const pad = ['pad', String(silence.beforeS), String(silence.afterS)]
  execFileSync('sox', [join(folder, spokenFile), '-r', '48000', '-c', '1', '-b', '16', heard, ...pad])
  const args = [
    ...flags,
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${heard}`,
    '--autoplay-policy=no-user-gesture-required',
  ]
  return chromium.launch({ executablePath: chromiumAt, args })
}

/** The question, in the folder of the desk. */
export const spokenFile = 'spoken.wav'

/** @returns How long it takes to say. */
function speak(path: string): number {
  execFileSync('espeak-ng', ['-s', '150', '-w', path, question])
  const { format, samples } = readWav(readFileSync(path))
  return durationMs(samples.length, format.sampleRate)
}

/** `nightdesk start` on the samples, with a recogniser that hears the question wherever somebody speaks. */
export async function startDesk() {
  const folder = await mkdtemp(join(tmpdir(), 'nightdesk-browser-'))
  const lastsMs = speak(join(folder, spokenFile))
  const deepgram = await fakeDeepgram({ aloud: { text: question, lastsMs } })
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, DEEPGRAM_API_KEY: 'key-for-tests', DEEPGRAM_BASE_URL: deepgram.url }
  const args = [join(import.meta.dirname, 'main.ts'), 'start', '--port', '0', '--data-dir', join(folder, 'data')]
  // By the channel it ends with these tests, however they end; without the launcher it can be killed at once.
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (piece) => {
        said += String(piece)
        const ready = /ready at (http:\S+)/.exec(said)?.[1]
        if (ready !== undefined) resolve(ready)
      })
    child.once('exit', () => reject(new Error(said)))
  })
  return {
    folder,
    url,
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
      await deepgram[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A network between a browser and a server, whose connections can be torn. */
export class FakeNetwork implements AsyncDisposable {
  readonly #server = createServer((client) => this.#joined(client))
  readonly #target: number
  #sockets: Socket[] = []

  constructor(url: string) {
    this.#target = Number(new URL(url).port)
  }

  /** @returns Where the server is reached through it. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  }

  /** Every connection is reset, at both ends. */
  tear(): void {
    for (const socket of this.#sockets.splice(0)) socket.resetAndDestroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.tear()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #joined(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1')
    this.#sockets.push(client, server)
    for (const socket of [client, server]) {
      socket.setNoDelay()
      socket.on('error', () => socket.destroy())
    }
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
    client.pipe(server)
    server.pipe(client)
  }
}
