import { z } from 'zod'
import { steadyMs } from '../conversation/port-marks.ts'
import type { CallerLink, OpenCallerLink } from './caller-link.ts'

/** As the web client has them. */
const firstWaitMs = 250
const longestWaitMs = 5000
const openWithinMs = 6000

const Created = z.object({
  nightdesk: z.object({
    resume_token: z.string(),
    resumed: z.boolean().default(false),
    gap: z.boolean().default(false),
  }),
})

export interface KeptLineListener {
  event(type: string, event: Readonly<Record<string, unknown>>): void
  heard(isSilent: boolean): void
  /** A session is there: the first one, one that was gone on with, or another one. */
  opened(link: CallerLink, how: 'new' | 'resumed' | 'another'): void
}

/** Keeps a session over connections that break, as the web client does: tries again, and resumes where it was. */
export class KeptLine {
  link: CallerLink | undefined
  /** Each time that there was none. */
  readonly withoutMs: number[] = []
  lostEvents = 0
  doubledEvents = 0
  readonly #seen = new Set<string>()
  readonly #open: OpenCallerLink
  readonly #listener: KeptLineListener
  #resumeToken: string | undefined
  #lastEventId: string | undefined
  #attempts = 0
  #lostAt: number | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(open: OpenCallerLink, listener: KeptLineListener) {
    this.#open = open
    this.#listener = listener
    this.#connect()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.link?.close()
  }

  #connect(): void {
    const after = this.#lastEventId === undefined ? '' : `&after=${this.#lastEventId}`
    const query = this.#resumeToken === undefined ? '' : `&resume=${this.#resumeToken}${after}`
    let isOpen = false
    const link = this.#open(query, {
      event: (type, event) => {
        if (type === 'session.created') {
          isOpen = true
          this.#opened(link, event)
        }
        if (typeof event.event_id === 'string') this.#note(event.event_id)
        this.#listener.event(type, event)
      },
      heard: (isSilent) => this.#listener.heard(isSilent),
      gone: () => this.#gone(isOpen),
    })
    this.#timer = setTimeout(() => {
      link.close()
      this.#gone(false)
    }, openWithinMs)
  }

  #opened(link: CallerLink, event: Readonly<Record<string, unknown>>): void {
    const { resume_token, resumed, gap } = Created.parse(event).nightdesk
    clearTimeout(this.#timer)
    const before = this.#resumeToken
    this.#resumeToken = resume_token
    this.#attempts = 0
    this.link = link
    if (gap) this.lostEvents += 1
    if (this.#lostAt !== undefined) this.withoutMs.push(steadyMs() - this.#lostAt)
    this.#lostAt = undefined
    this.#listener.opened(link, before === undefined ? 'new' : resumed ? 'resumed' : 'another')
  }

  #note(eventId: string): void {
    if (this.#seen.has(eventId)) this.doubledEvents += 1
    this.#seen.add(eventId)
    this.#lastEventId = eventId
  }

  #gone(wasOpen: boolean): void {
    if (this.#isClosed) return
    clearTimeout(this.#timer)
    this.link = undefined
    this.#lostAt ??= steadyMs()
    const waitMs = wasOpen ? 0 : Math.min(firstWaitMs * 2 ** this.#attempts++, longestWaitMs)
    this.#timer = setTimeout(() => this.#connect(), waitMs)
  }
}
