import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Log } from '#runtime/log.ts'
import type { Transport } from '../transport.ts'
import { CallLink } from './call-link.ts'
import { CallsUnavailableError, OfferRefusedError } from './errors.ts'
import { checkOffer } from './offer.ts'
import type { CallsAsk, CallsTold, IceServer } from './wire.ts'

export interface WebrtcCallsOptions {
  log: Log
  /** At once; more are refused. */
  mostCalls?: number
  /** STUN and TURN; without them clients must reach this machine's own addresses. */
  iceServers?: readonly IceServer[]
}

export interface BegunCall {
  /** As it stands in the address of the call, `rtc_…`. */
  id: string
  /** The answer to the offer. */
  sdp: string
  transport: Transport
}

interface Call {
  id: string
  owner: string
  link: CallLink
  answered: (sdp: string) => void
  failed: (error: Error) => void
}

/** How long the process may take to answer an offer, its own start included. */
const answerMs = 10_000
const usuallyMost = 200

/** Calls over WebRTC, all of them in a process of their own, which is begun with the first call. */
export class WebrtcCalls implements AsyncDisposable {
  readonly #log: Log
  readonly #mostCalls: number
  readonly #iceServers: readonly IceServer[]
  readonly #calls = new Map<number, Call>()
  #process: ChildProcess | undefined
  #begun = 0
  #isClosed = false

  constructor({ log, mostCalls = usuallyMost, iceServers = [] }: WebrtcCallsOptions) {
    this.#log = log
    this.#mostCalls = mostCalls
    this.#iceServers = iceServers
  }

  get count(): number {
    return this.#calls.size
  }

  /** Of the process that holds the calls, while there is one: its figures are in /proc. */
  get processId(): number | undefined {
    return this.#process?.pid
  }

  /**
   * Answers an offer; the connection itself is made afterwards, and `closed` is told if it never is.
   * @param owner Who may hang up.
   * @throws {OfferRefusedError} When there's something wrong with the offer.
   * @throws {CallsUnavailableError} When there are too many calls, or the process can't be had.
   */
  async begin(offer: string, owner: string, signal: AbortSignal): Promise<BegunCall> {
    signal.throwIfAborted()
    checkOffer(offer)
    if (this.#isClosed) throw new CallsUnavailableError('we are shutting down')
    if (this.#calls.size >= this.#mostCalls) throw new CallsUnavailableError('there are as many calls as we can hold')
    this.#begun += 1
    const call = this.#begun
    const id = `rtc_${randomBytes(12).toString('hex')}`
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const link = new CallLink(
      (ask) => this.#ask({ ...ask, call }),
      () => performance.now(),
    )
    this.#calls.set(call, { id, owner, link, answered: resolve, failed: reject })
    const tooLong = setTimeout(() => reject(new CallsUnavailableError('the answer took too long')), answerMs)
    const giveUp = () => reject(signal.reason)
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      this.#ask({ kind: 'answer', call, sdp: offer, iceServers: this.#iceServers })
      return { id, sdp: await promise, transport: link }
    } catch (error) {
      this.#calls.delete(call)
      this.#ask({ kind: 'close', call })
      throw error
    } finally {
      clearTimeout(tooLong)
      signal.removeEventListener('abort', giveUp)
    }
  }

  /** @returns Whether there's such a call of that owner's. */
  hangUp(id: string, owner: string): boolean {
    for (const call of this.#calls.values()) {
      if (call.id !== id || call.owner !== owner) continue
      call.link.close()
      return true
    }
    return false
  }

  /** Hangs up on everybody. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    const ended = this.#process
    this.#process = undefined
    this.#lose(new CallsUnavailableError('we are shutting down'))
    if (ended === undefined || ended.exitCode !== null || ended.signalCode !== null) return
    const exit = once(ended, 'exit')
    ended.kill('SIGKILL')
    await exit
  }

  #ask(ask: CallsAsk): void {
    if (this.#process === undefined && ask.kind !== 'answer') return
    this.#process ??= this.#beginProcess()
    // A process that is gone is heard of by its exit.
    this.#process.send(ask, () => {})
  }

  #beginProcess(): ChildProcess {
    const child = fork(fileURLToPath(new URL('./calls-process.ts', import.meta.url)), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    child.on('message', (told: CallsTold) => this.#take(told))
    const gone = (cause: unknown) => {
      if (this.#process !== child) return
      this.#process = undefined
      this.#log.error({ err: cause, calls: this.#calls.size }, 'the process that holds the calls ended')
      this.#lose(new CallsUnavailableError('the process that holds the calls ended', { cause }))
    }
    child.on('error', gone)
    child.on('exit', (code, signalName) => gone(new Error(`it exited with ${signalName ?? code}`)))
    return child
  }

  #take(told: CallsTold): void {
    if (told.kind === 'sound') {
      for (const { call, samples } of told.heard) this.#calls.get(call)?.link.takeHeard(samples)
      for (const played of told.played) this.#calls.get(played.call)?.link.takePlayed(played)
      return
    }
    const call = this.#calls.get(told.call)
    if (call === undefined) return
    switch (told.kind) {
      case 'answered':
        call.answered(told.sdp)
        return
      case 'refused':
        call.failed(new OfferRefusedError(told.reason))
        return
      case 'message':
        call.link.takeMessage(told.json)
        return
      case 'closed':
        this.#calls.delete(told.call)
        call.failed(new CallsUnavailableError(told.reason))
        call.link.takeClosed(told.reason)
    }
  }

  #lose(error: CallsUnavailableError): void {
    const calls = [...this.#calls.values()]
    this.#calls.clear()
    for (const call of calls) {
      call.failed(error)
      call.link.takeClosed(error.message)
    }
  }
}
