import type { ClientEvent, Resumption, ServerEvent } from '#voice-bot/protocol.ts'
import type { Link, OpenLink } from './link.ts'

/** A connection that is back by then was never gone, for all that one can see. */
const quietlyLostMs = 1500
/** The first attempt comes at once; the wait doubles from the first to the longest. */
const firstWaitMs = 250
const longestWaitMs = 5000
/** Reconnecting clients shouldn't all come at the same moment. */
const jitter = 0.2
/** Longer than a handshake and a session's start take on a bad network. */
const openWithinMs = 6000
/** Four seconds of speech that didn't leave: nobody is at the other end. */
const longestBacklogBytes = 256 * 1024
/** What is said while the line is down is kept for so long: 20 ms a piece, so 4 s. */
const keptPieces = 200
const keptEvents = 50
/** Whatever is asked over a line that is there is answered by then, on a bad network too. */
const answerWithinMs = 3000
/** An item is confirmed as soon as it arrives. */
const confirmWithinMs = 1500
/** Who changes from one network to another isn't told that the old connection is dead: silence is asked about. */
const silentMs = 4000
const lookEveryMs = 1000
/** Far more than a gap in the network can make come twice. */
const rememberedIds = 2000

/** `closed`: not wanted. `lost`: tries again by itself. */
export type LineState = 'closed' | 'connecting' | 'open' | 'lost'

export interface LineParts {
  open: () => OpenLink
  /** For one connection; nothing where nobody is asked who they are. May fail: then it's tried again later. */
  secret: (signal: AbortSignal) => Promise<string | undefined>
  /** Why the server takes no connection although it's there, in words, empty if it gives no reason; nothing where it isn't there. */
  diagnose: (signal: AbortSignal) => Promise<string | undefined>
  /** What has to be said first in a session that is new. */
  greeting: () => readonly ClientEvent[]
  event: (event: ServerEvent) => void
  /** @param reason In words, where the server gave one. */
  changed: (state: LineState, reason?: string) => void
}

/**
 * Keeps a session going over connections that break: tries again, resumes where it was, tells no event twice, and sends
 * what was said in the meantime.
 */
export class Line {
  readonly #parts: LineParts
  #link: Link | undefined
  #state: LineState = 'closed'
  #wanted = new AbortController()
  #attempts = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #quietly: ReturnType<typeof setTimeout> | undefined
  #resumption: Resumption | undefined
  #conversationId: string | undefined
  #lastEventId: string | undefined
  readonly #seen = new Set<string>()
  #waiting: ClientEvent[] = []
  /** By the id of their item: what the server has not confirmed yet. */
  #unconfirmed = new Map<string, readonly ClientEvent[]>()
  #probe: ReturnType<typeof setTimeout> | undefined
  #lastEventAt = 0

  constructor(parts: LineParts) {
    this.#parts = parts
  }

  /** As it's seen: a break counts once it has lasted for a moment. */
  get state(): LineState {
    return this.#quietly === undefined ? this.#state : 'open'
  }

  /** @param conversationId To go on with one that was begun elsewhere. */
  start(conversationId: string | undefined): void {
    this.close()
    this.#wanted = new AbortController()
    this.#conversationId = conversationId
    this.#become('connecting')
    void this.#connect()
    const looking = setInterval(() => {
      if (performance.now() - this.#lastEventAt > silentMs) this.#ask()
    }, lookEveryMs)
    this.#wanted.signal.addEventListener('abort', () => clearInterval(looking))
  }

  /** Sends it now, or when the line is back; old speech is given up first. */
  send(event: ClientEvent): void {
    if (this.#state === 'closed') return
    if (this.#link !== undefined && this.#state === 'open') {
      this.#link.send(event)
      if (this.#link.backlogBytes > longestBacklogBytes) this.#lose()
      return
    }
    this.#waiting.push(event)
    const spoken = this.#waiting.filter(({ type }) => type === 'input_audio_buffer.append')
    const others = this.#waiting.length - spoken.length
    const old = spoken.length > keptPieces ? spoken[0] : others > keptEvents ? this.#waiting[0] : undefined
    if (old !== undefined) this.#waiting = this.#waiting.filter((kept) => kept !== old)
  }

  /** Sends an item and what belongs to it, again after a break if the server never confirmed it. */
  sendItem(itemId: string, events: readonly ClientEvent[]): void {
    if (this.#state === 'closed') return
    this.#unconfirmed.set(itemId, events)
    if (this.#state === 'open') for (const event of events) this.#link?.send(event)
    const { signal } = this.#wanted
    setTimeout(() => {
      if (!signal.aborted && this.#unconfirmed.has(itemId)) this.check()
    }, confirmWithinMs)
  }

  /** For when it may have broken without a word: a line that is there answers, one that is lost is tried again at once. */
  check(): void {
    this.#ask()
    if (this.#state === 'lost' && this.#timer !== undefined) {
      clearTimeout(this.#timer)
      this.#timer = undefined
      void this.#connect()
    }
  }

  #ask(): void {
    if (this.#state !== 'open' || this.#probe !== undefined) return
    this.#link?.send({ type: 'session.update', session: { type: 'realtime' } })
    this.#probe = setTimeout(() => this.#lose(), answerWithinMs)
  }

  /** Another microphone, or none. */
  listenTo(stream: MediaStream | undefined): void {
    this.#link?.listenTo(stream)
  }

  /** Hangs up and connects anew, for a server that is about to end. */
  renew(): void {
    if (this.#state !== 'open') return
    this.#resumption = undefined
    this.#lose()
  }

  close(): void {
    this.#wanted.abort()
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#answered()
    this.#link?.close()
    this.#link = undefined
    this.#resumption = undefined
    this.#lastEventId = undefined
    this.#waiting = []
    this.#unconfirmed.clear()
    this.#attempts = 0
    this.#become('closed')
  }

  async #connect(): Promise<void> {
    const { signal } = this.#wanted
    this.#link?.close()
    this.#link = undefined
    const overdue = setTimeout(() => this.#failed(signal), openWithinMs)
    this.#timer = overdue
    try {
      const secret = await this.#parts.secret(signal)
      if (signal.aborted || this.#timer !== overdue) return
      this.#link = this.#parts.open()(this.#query(), secret, {
        event: (event) => {
          if (event.type === 'session.created') this.#opened(event.nightdesk, overdue)
          this.#take(event)
        },
        closed: () => {
          if (this.#state === 'open') this.#lose()
          else this.#failed(signal)
        },
      })
    } catch {
      // Whatever kept us from a secret keeps us from a session: the diagnosis says what it is.
      this.#failed(signal)
    }
  }

  #query(): URLSearchParams {
    const query = new URLSearchParams({ model: 'nightdesk' })
    if (this.#resumption !== undefined) {
      query.set('resume', this.#resumption.resume_token)
      if (this.#lastEventId !== undefined) query.set('after', this.#lastEventId)
    }
    // Where the session is gone, the conversation goes on in another.
    if (this.#conversationId !== undefined) query.set('conversation_id', this.#conversationId)
    return query
  }

  #opened(resumption: Resumption | undefined, overdue: ReturnType<typeof setTimeout>): void {
    clearTimeout(overdue)
    this.#timer = undefined
    this.#attempts = 0
    this.#resumption = resumption
    this.#conversationId = resumption?.conversation_id ?? this.#conversationId
    this.#become('open')
    const begins =
      resumption?.resumed === true
        ? // Each may have arrived, with its confirmation lost: said twice, it would be answered twice.
          [...this.#unconfirmed.keys()].map(
            (itemId) => ({ event_id: asksFor(itemId), type: 'conversation.item.retrieve', item_id: itemId }) as const,
          )
        : [...this.#parts.greeting(), ...[...this.#unconfirmed.values()].flat()]
    for (const event of [...begins, ...this.#waiting.splice(0)]) this.#link?.send(event)
  }

  #take(event: ServerEvent): void {
    if (this.#seen.has(event.event_id)) return
    this.#seen.add(event.event_id)
    for (const oldest of this.#seen.size > rememberedIds ? this.#seen.keys().take(1) : []) this.#seen.delete(oldest)
    this.#lastEventId = event.event_id
    this.#answered()
    this.#confirm(event)
    this.#parts.event(event)
  }

  #confirm(event: ServerEvent): void {
    if (event.type === 'conversation.item.added' || event.type === 'conversation.item.retrieved') {
      this.#unconfirmed.delete(event.item.id)
    } else if (event.type === 'error') {
      for (const [itemId, events] of this.#unconfirmed) {
        // It isn't there.
        if (event.error.event_id === asksFor(itemId)) for (const each of events) this.#link?.send(each)
      }
    }
  }

  #answered(): void {
    this.#lastEventAt = performance.now()
    clearTimeout(this.#probe)
    this.#probe = undefined
  }

  #lose(): void {
    this.#answered()
    this.#link?.close()
    this.#link = undefined
    this.#become('lost')
    this.#timer = setTimeout(() => void this.#connect(), 0)
  }

  #failed(signal: AbortSignal): void {
    if (signal.aborted) return
    clearTimeout(this.#timer)
    this.#link?.close()
    this.#link = undefined
    const waitMs = Math.min(firstWaitMs * 2 ** this.#attempts++, longestWaitMs)
    this.#timer = setTimeout(() => void this.#connect(), waitMs * (1 - jitter + 2 * jitter * Math.random()))
    if (this.#state !== 'lost') this.#become('lost')
    void this.#parts.diagnose(signal).then((reason) => {
      if (signal.aborted || this.#state !== 'lost' || reason === undefined || reason === '') return
      this.#become('lost', reason)
    })
  }

  #become(state: LineState, reason?: string): void {
    if (state === this.#state && reason === undefined) return
    const before = this.#state
    this.#state = state
    clearTimeout(this.#quietly)
    this.#quietly = undefined
    if (before !== 'open' || state !== 'lost') {
      this.#parts.changed(state, reason)
      return
    }
    this.#quietly = setTimeout(() => {
      this.#quietly = undefined
      this.#parts.changed('lost')
    }, quietlyLostMs)
  }
}

/** Names the question whether an item has arrived, so that the answer can be told. */
function asksFor(itemId: string): string {
  return `asks_${itemId}`
}
