import { DeepgramClient } from '@deepgram/sdk'
import { z } from 'zod'
import { Arrivals } from '#providers/audio/arrivals.ts'
import { durationMs } from '#providers/audio/pcm.ts'
import { SpeechToTextError, type SpeechToTextFault, type SpeechToTextProvider } from '../errors.ts'
import type { HearingEvent, HearingInput, HearingOptions } from '../speech-to-text.ts'
import { DeepgramComplaint, type Dialect, type Line, type MessageReader } from './dialect.ts'
import { type DirectTransport, directTransport, RefusedHandshake } from './transport.ts'

const deepgram: SpeechToTextProvider = {
  name: 'Deepgram',
  keySetting: 'DEEPGRAM_API_KEY',
  addressSetting: 'DEEPGRAM_BASE_URL',
}

/** Deepgram hangs up after 10 s without a word from us (developers.deepgram.com/docs/audio-keep-alive). */
const keepAliveMs = 4000
/** So much unsent audio (about 30 s at 16 kHz) means that the network has stopped. */
const mostWaitingBytes = 1_000_000

/** Codes of a connection that is closed on purpose: with a reason, or with none. */
const farewells: ReadonlySet<number> = new Set([1000, 1005])

export interface HearingSetup {
  dialect: Dialect
  apiKey: string
  /** ws:// or wss:// */
  address: string
  model: string
  options: HearingOptions
  /** A flush that nothing was heard before is often not answered: after so long, it's answered from here. */
  flushAnswerMs: number
  /** How long it may take to tell the rest, once it knows that there is no more audio. */
  farewellMs: number
}

/** One connection's life: audio in, events out. */
export class Hearing implements AsyncDisposable {
  readonly events = new Arrivals<HearingEvent>()
  readonly #setup: HearingSetup
  readonly #audio: AsyncIterator<HearingInput>
  readonly #reader: MessageReader
  /** What came before the connection was there; undefined: it is there. */
  #early: HearingInput[] | undefined = []
  #line: Line | undefined
  #transport: DirectTransport | undefined
  #failure: Error | undefined
  #state: 'connecting' | 'open' | 'finishing' | 'over' = 'connecting'
  #audioIsOver = false
  #fedMs = 0
  #keepAlive: NodeJS.Timeout | undefined
  #farewell: NodeJS.Timeout | undefined
  /** Those that wait for their answer, the oldest first. */
  readonly #flushes: NodeJS.Timeout[] = []

  constructor(audio: AsyncIterable<HearingInput>, setup: HearingSetup) {
    this.#setup = setup
    this.#audio = audio[Symbol.asyncIterator]()
    this.#reader = setup.dialect.reader(() => clearTimeout(this.#flushes.shift()))
  }

  start(): void {
    this.#dial().catch((error: unknown) => this.#fail('unreachable', error))
    this.#takeAudio().catch((error: unknown) => this.fail(error))
  }

  /** Over at once; nothing of what waits is told. */
  fail(error: unknown): void {
    this.events.fail(error)
    this.#close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.events.end()
    this.#close()
  }

  async #dial(): Promise<void> {
    const { address, apiKey, dialect, model, options } = this.#setup
    const client = new DeepgramClient({
      apiKey,
      environment: { base: address, production: address, agent: address, agentRest: address },
      transportFactory: (url, headers) => {
        this.#transport = directTransport(url, headers)
        this.#transport.onError((error) => {
          this.#failure = error
        })
        return this.#transport
      },
    })
    this.#line = await dialect.dial(client, model, options, {
      opened: () => this.#opened(),
      message: (message) => this.#read(message),
      closed: (code, reason) => this.#closed(code, reason),
    })
    this.#transport?.onError((error) => this.#fail(faultOf(error, this.#state), error))
    if (this.#state === 'over') this.#line.hangUp()
  }

  async #takeAudio(): Promise<void> {
    for (let next = await this.#audio.next(); next.done !== true; next = await this.#audio.next()) {
      if (this.#state === 'over') return
      if (this.#early === undefined) this.#feed(next.value)
      else this.#early.push(next.value)
    }
    this.#audioIsOver = true
    if (this.#state === 'open') this.#finish()
  }

  #opened(): void {
    if (this.#state !== 'connecting') return
    this.#state = 'open'
    this.events.push({ kind: 'connected' })
    const early = this.#early ?? []
    this.#early = undefined
    for (const input of early) this.#feed(input)
    this.#keepAlive = setInterval(() => this.#line?.keepAlive(), keepAliveMs)
    if (this.#audioIsOver) this.#finish()
  }

  #feed(input: HearingInput): void {
    if (this.#state !== 'open') return
    if (input.kind === 'audio') {
      if (input.samples.length === 0) return
      this.#line?.sendAudio(input.samples)
      this.#fedMs += durationMs(input.samples.length, this.#setup.options.sampleRate)
      if ((this.#transport?.waitingBytes() ?? 0) > mostWaitingBytes) this.#fail('too-slow', undefined)
      return
    }
    const fedMs = this.#fedMs
    const isAsked = this.#line?.askForEndOfTurn() === true
    const answer = () => {
      this.#flushes.shift()
      this.#tell(this.#reader.end('flush', fedMs))
    }
    this.#flushes.push(setTimeout(answer, isAsked ? this.#setup.flushAnswerMs : 0))
  }

  #finish(): void {
    this.#state = 'finishing'
    this.#line?.finish()
    this.#farewell = setTimeout(() => this.#conclude(), this.#setup.farewellMs)
  }

  #read(message: unknown): void {
    if (this.#state === 'over') return
    try {
      this.#tell(this.#reader.read(message))
    } catch (error) {
      if (error instanceof DeepgramComplaint) this.#fail('rejected', error)
      else if (error instanceof z.ZodError) this.#fail('malformed', error)
      else this.fail(error)
    }
  }

  #tell(events: Iterable<HearingEvent>): void {
    if (this.#state === 'over') return
    for (const event of events) this.events.push(event)
  }

  #closed(code: number, reason: string): void {
    if (this.#state === 'finishing' && farewells.has(code)) this.#conclude()
    else if (this.#failure !== undefined) this.#fail(faultOf(this.#failure, this.#state), this.#failure)
    else {
      const fault = this.#state === 'connecting' ? 'unreachable' : code === 1008 ? 'rejected' : 'broken-off'
      this.#fail(fault, new Error(`the connection was closed: ${code} ${reason}`.trim()))
    }
  }

  /** All that there was to hear was heard. */
  #conclude(): void {
    for (const _ of this.#flushes) this.#tell(this.#reader.end('flush', this.#fedMs))
    this.#tell(this.#reader.end('end-of-audio', this.#fedMs))
    this.events.end()
    this.#close()
  }

  #fail(fault: SpeechToTextFault, cause: unknown): void {
    if (this.#state !== 'over') this.fail(new SpeechToTextError(fault, deepgram, cause))
  }

  #close(): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#early = undefined
    clearInterval(this.#keepAlive)
    clearTimeout(this.#farewell)
    for (const flush of this.#flushes) clearTimeout(flush)
    this.#line?.hangUp()
    void this.#transport?.close()
    this.#audio.return?.().then(undefined, () => undefined)
  }
}

function faultOf(error: Error, state: string): SpeechToTextFault {
  if (!(error instanceof RefusedHandshake)) return state === 'connecting' ? 'unreachable' : 'broken-off'
  if (error.status === 401 || error.status === 403) return 'unauthorized'
  if (error.status === 402) return 'no-quota'
  if (error.status === 429) return 'rate-limited'
  return error.status >= 500 ? 'unreachable' : 'rejected'
}
