import { randomBytes } from 'node:crypto'
import { openTalk } from '#conversation/talk.ts'
import type { Transport } from '../transport.ts'
import { type Fault, faultOf } from './faults.ts'
import { RealtimeSession } from './session.ts'
import type { Caller, VoiceParts } from './session-parts.ts'
import { newSession, updated } from './session-settings.ts'
import { SessionUpdate } from './session-update.ts'

export interface Connecting extends Caller {
  link: Transport
  /** As its `session.created` gave it. */
  resumeToken?: string | undefined
  /** The last event that the client has seen. */
  after?: string | undefined
  /** Goes on with a conversation of the caller's. */
  conversationId?: string | undefined
  /** As `checkedSettings` gave them. */
  settings?: SessionUpdate | undefined
}

const usualKeepsMs = 60_000

/** All the voice sessions of a process, connected or waiting for their client to come back. */
export class VoiceSessions {
  readonly #parts: VoiceParts
  readonly #sessions = new Map<string, RealtimeSession>()
  /** Sessions without a connection, and what will end them. */
  readonly #waiting = new Map<RealtimeSession, () => void>()
  readonly #closing = new AbortController()
  #draining: { idle: () => void } | undefined

  constructor(parts: VoiceParts) {
    this.#parts = parts
  }

  get count(): number {
    return this.#sessions.size
  }

  /** Those that somebody is connected to. */
  get connectedCount(): number {
    return [...this.#sessions.values()].filter(({ isConnected }) => isConnected).length
  }

  /** Begins a session on this link, or goes on with the one that the token names, if it's still there and the caller's own. */
  connect({ link, resumeToken, after, conversationId, settings, principal }: Connecting): void {
    if (this.#draining !== undefined) {
      link.close(1012, 'shutting down')
      return
    }
    const known = resumeToken === undefined ? undefined : this.#sessions.get(resumeToken)
    if (known !== undefined && known.caller.principal.name === principal.name) {
      this.#keep(known)
      this.#parts.figures.resumed()
      known.attach(link, { isResumed: true, after })
      return
    }
    if (conversationId === undefined) this.#begin({ link, conversationId, settings, principal })
    else void this.#beginIn(conversationId, { link, settings, principal })
  }

  /** A conversation that isn't the caller's, or isn't there, is a new one, by a name of our own. */
  async #beginIn(conversationId: string, connecting: Connecting): Promise<void> {
    const { conversation } = this.#parts
    const asked = { conversationId, principal: connecting.principal, mode: 'spoken' } as const
    const talk = await openTalk(conversation, asked, this.#closing.signal).catch(() => undefined)
    if (talk === undefined || this.#draining !== undefined) connecting.link.close(1012, 'shutting down')
    else this.#begin({ ...connecting, conversationId: talk.conversationId })
  }

  #begin({ link, conversationId, settings, principal }: Connecting): void {
    const session: RealtimeSession = new RealtimeSession(
      this.#parts,
      { principal },
      {
        id: `sess_${randomBytes(9).toString('hex')}`,
        resumeToken: randomBytes(24).toString('base64url'),
        conversationId,
        settings,
        onEnd: () => this.#ended(session),
        onIdle: () => this.#idle(session),
      },
    )
    this.#sessions.set(session.resumeToken, session)
    this.#parts.figures.sessions(this.count)
    session.attach(link, { isResumed: false, after: undefined })
  }

  /** Takes no new sessions, tells those that there are, and ends each when nothing of it would be cut off, or at the signal. */
  async drain(deadlineMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#draining = { idle: resolve }
    for (const session of this.#sessions.values()) {
      session.announceEnd(deadlineMs)
      this.#idle(session)
    }
    if (this.count === 0) resolve()
    const stop = (): void => resolve()
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    await promise
    signal.removeEventListener('abort', stop)
    await this[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error('voice is over'))
    await Promise.all([...this.#sessions.values()].map((session) => session.close(1012, 'shutting down')))
  }

  #ended(session: RealtimeSession): void {
    this.#keep(session)
    this.#sessions.delete(session.resumeToken)
    this.#parts.figures.sessions(this.count)
    if (this.count === 0) this.#draining?.idle()
  }

  #idle(session: RealtimeSession): void {
    if (this.#draining !== undefined) {
      if (session.isIdle || !session.isConnected) void session.close(1012, 'shutting down')
      return
    }
    if (session.isConnected || this.#waiting.has(session)) return
    const stop = this.#parts.timing.after(this.#parts.keepsMs ?? usualKeepsMs, () => {
      void session.close(1000, 'the client did not come back')
    })
    this.#waiting.set(session, stop)
  }

  #keep(session: RealtimeSession): void {
    this.#waiting.get(session)?.()
    this.#waiting.delete(session)
  }
}

/** Settings that a client secret brings along, and the session as it would begin with them. */
export function checkedSettings(
  given: unknown,
  now: Date,
): { kind: 'settings'; settings: SessionUpdate; session: Record<string, unknown> } | { kind: 'fault'; fault: Fault } {
  const read = SessionUpdate.safeParse(given)
  if (!read.success) return { kind: 'fault', fault: faultOf(read.error) }
  const id = `sess_${randomBytes(9).toString('hex')}`
  return { kind: 'settings', settings: read.data, session: { ...updated(newSession(id, now), read.data, false) } }
}
