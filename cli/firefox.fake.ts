import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { z } from 'zod'

const firefoxAt = '/usr/bin/firefox-esr'
/** Whatever is waited for in the page. */
const patienceMs = 60_000
const lookEveryMs = 100
/** It has its own profile, microphone and voice, and asks nobody for anything. */
const preferences: Readonly<Record<string, string | number | boolean>> = {
  // Its own loudspeaker and microphones, which keep time where there is no sound card.
  'media.cubeb.force_mock_context': true,
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  'intl.accept_languages': 'en-US',
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.update.disabledForTesting': true,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'browser.safebrowsing.update.enabled': false,
  'extensions.update.enabled': false,
  'app.normandy.enabled': false,
}

/** Whether the tests have to be left out; says so on stderr. */
export function lacksFirefox(): boolean {
  if (existsSync(firefoxAt)) return false
  process.stderr.write(`Firefox is not tested: there is no ${firefoxAt}\n`)
  return true
}

const Reply = z.union([
  z.object({ type: z.literal('success'), id: z.number(), result: z.unknown() }),
  z.object({ type: z.literal('error'), id: z.number().nullable(), error: z.string(), message: z.string() }),
  z.object({ type: z.literal('event') }),
])
const Opened = z.object({ context: z.string() })
const Evaluated = z.union([
  z.object({ type: z.literal('success'), result: z.object({ value: z.unknown().optional() }) }),
  z.object({ type: z.literal('exception'), exceptionDetails: z.object({ text: z.string() }) }),
])
const Located = z.object({ nodes: z.array(z.object({ sharedId: z.string() })) })

/** Firefox as it is installed, driven by WebDriver BiDi over its WebSocket. */
export class Firefox implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #profile: string
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  #lastId = 0

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = child
    this.#profile = profile
    this.#socket = socket
    socket.on('message', (data) => this.#take(Buffer.isBuffer(data) ? data.toString() : ''))
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('Firefox is gone'))
    })
  }

  static async launch(): Promise<Firefox> {
    const profile = await mkdtemp(join(tmpdir(), 'nightdesk-firefox-'))
    const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`)
    await writeFile(join(profile, 'user.js'), lines.join('\n'))
    const args = ['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', profile]
    const child = spawn(firefoxAt, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, HOME: profile },
    })
    const address = await new Promise<string>((resolve, reject) => {
      let said = ''
      child.stderr?.on('data', (piece) => {
        said += String(piece)
        const listening = /WebDriver BiDi listening on (ws:\S+)/.exec(said)?.[1]
        if (listening !== undefined) resolve(listening)
      })
      child.once('exit', () => reject(new Error(said)))
    })
    const socket = new WebSocket(`${address}/session`)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    const firefox = new Firefox(child, profile, socket)
    await firefox.ask('session.new', { capabilities: {} })
    return firefox
  }

  /** @param before Runs in the page before anything of it does: the source of a function. */
  async open(url: string, before: string): Promise<FirefoxPage> {
    const { userContext } = z.object({ userContext: z.string() }).parse(await this.ask('browser.createUserContext', {}))
    const made = await this.ask('browsingContext.create', { type: 'tab', userContext })
    const { context } = Opened.parse(made)
    await this.ask('script.addPreloadScript', { functionDeclaration: before, contexts: [context] })
    await this.ask('browsingContext.navigate', { context, url, wait: 'complete' })
    return new FirefoxPage(this, context)
  }

  /** @returns The result of a command of WebDriver BiDi (w3c.github.io/webdriver-bidi). */
  ask(method: string, params: object): Promise<unknown> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#socket.send(JSON.stringify({ id, method, params }))
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill('SIGKILL')
    await gone
    this.#socket.terminate()
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }

  #take(text: string): void {
    const reply = Reply.parse(JSON.parse(text))
    if (reply.type === 'event' || reply.id === null) return
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (reply.type === 'success') waiting?.resolve(reply.result)
    else waiting?.reject(new Error(`${reply.error}: ${reply.message}`))
  }
}

/** A tab of Firefox. */
export class FirefoxPage {
  readonly #firefox: Firefox
  readonly #context: string

  constructor(firefox: Firefox, context: string) {
    this.#firefox = firefox
    this.#context = context
  }

  /** @returns What the expression comes to; a text, a number, or nothing. */
  async evaluate(expression: string): Promise<unknown> {
    const target = { context: this.#context }
    const asked = { expression, target, awaitPromise: true, userActivation: false }
    const evaluated = Evaluated.parse(await this.#firefox.ask('script.evaluate', asked))
    if (evaluated.type === 'exception') throw new Error(evaluated.exceptionDetails.text)
    return evaluated.result.value
  }

  /** Resolves once the expression is true in the page. */
  async until(expression: string): Promise<void> {
    const end = performance.now() + patienceMs
    while ((await this.evaluate(`Boolean(${expression})`)) !== true) {
      if (performance.now() > end) {
        throw new Error(
          `Never so: ${expression}. The page says: ${String(await this.evaluate('document.body.innerText'))}`,
        )
      }
      await delay(lookEveryMs)
    }
  }

  /** As a finger does it. */
  async click(role: string, name: string): Promise<void> {
    const context = this.#context
    const locator = { type: 'accessibility', value: { role, name } }
    const { nodes } = Located.parse(await this.#firefox.ask('browsingContext.locateNodes', { context, locator }))
    const [node] = nodes
    if (node === undefined) throw new Error(`There is no ${role} “${name}”`)
    const origin = { type: 'element', element: { sharedId: node.sharedId } }
    const actions = [
      { type: 'pointerMove', x: 0, y: 0, origin },
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ]
    const pointer = { type: 'pointer', id: 'finger', parameters: { pointerType: 'mouse' }, actions }
    await this.#firefox.ask('input.performActions', { context, actions: [pointer] })
  }
}

/** What `speak()` is to say in a page: its fake microphone is silent otherwise. */
export async function microphoneThatSays(wavPath: string): Promise<string> {
  const sound = (await readFile(wavPath)).toString('base64')
  return `() => {
    const { mediaDevices } = navigator
    const real = mediaDevices.getUserMedia.bind(mediaDevices)
    const context = new AudioContext()
    const microphone = context.createMediaStreamDestination()
    // A microphone goes on where nobody speaks.
    const room = new ConstantSourceNode(context, { offset: 0 })
    room.connect(microphone)
    room.start()
    const bytes = Uint8Array.from(atob('${sound}'), (each) => each.charCodeAt(0))
    const said = context.decodeAudioData(bytes.buffer)
    mediaDevices.getUserMedia = async (wanted) => {
      window.wanted = wanted.audio
      // What Firefox itself allows or refuses; its own sound is a tone.
      for (const track of (await real(wanted)).getTracks()) track.stop()
      await context.resume()
      return microphone.stream
    }
    window.speak = async () => {
      const mouth = new AudioBufferSourceNode(context, { buffer: await said })
      mouth.connect(microphone)
      mouth.start()
      await new Promise((resolve) => mouth.addEventListener('ended', resolve))
    }
  }`
}
