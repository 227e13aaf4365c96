import { z } from 'zod'
import { childOf } from '#conversation/lifetimes.ts'
import type { WorkLedger } from '#knowledge/work-ledger.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { AlertAsked } from './alerts/alert.ts'
import type { Progress } from './asking.ts'
import { Clip } from './clips/clip.ts'
import type { AskedInSlack } from './incoming.ts'
import { jsonOf } from './threads.ts'

const Note = z.object({
  asked: z.object({
    kind: z.literal('asked'),
    id: z.string(),
    via: z.enum(['mention', 'direct', 'thread', 'command', 'shortcut', 'alert', 'unasked']),
    team: z.string(),
    channel: z.string(),
    isDirect: z.boolean(),
    user: z.string(),
    text: z.string(),
    ts: z.string().optional(),
    thread: z.string().optional(),
    responseUrl: z.string().optional(),
    alert: AlertAsked.optional(),
    clip: Clip.optional(),
  }),
  posted: z.array(z.string()),
  /** How often it was begun; absent in what was written down before this was. */
  tries: z.number().int().default(1),
  /** It was answered, so that nobody is at it. */
  isDone: z.boolean().default(false),
})
/** What became of a question after it was asked, which may be heard of first, or by another process. */
const Since = z.union([
  z.object({ gone: z.literal(true) }),
  z.object({ text: z.string(), edited: z.string(), gone: z.undefined().optional() }),
])
type Since = z.infer<typeof Since>
/** Questions and calls alike name their workspace. */
const OfTeam = z.union([
  z.object({ asked: z.object({ team: z.string() }) }).transform(({ asked }) => asked.team),
  z.object({ team: z.string() }).transform(({ team }) => team),
])

/** Something that was begun by a process which died. */
export interface LeftLying {
  id: string
  note: string
}

export interface JobsParts {
  ledger: WorkLedger
  clock: Clock
  log: Log
  /** A question that nobody has said a word of for so long was left lying by a process that died. */
  leaseMs: number
  /** As many answers are made side by side; the others wait their turn. */
  atOnce: number
  /** Hands over what is of another workspace. @returns undefined: it is of ours. false: nobody takes it. */
  elsewhere: (team: string, work: LeftLying) => Promise<boolean> | undefined
  /** Goes on with work that is no question, as its note says. @returns false: it is one. */
  goneOnWith: (note: string, signal: AbortSignal) => Promise<boolean>
  /** Removes what stands in Slack of an answer. */
  takeBack: (channel: string, posted: readonly string[], signal: AbortSignal) => Promise<void>
  answer: (
    asked: AskedInSlack,
    progress: Progress,
    onPosted: (posted: readonly string[]) => Promise<void>,
    signal: AbortSignal,
  ) => Promise<void>
}

interface Running {
  abort: AbortController
  ended: Promise<void>
}

const mostAtOnce = 50

class Replaced extends Error {}

/** Questions that are being answered: each once, whoever else hears of it, and again if it was cut off. */
export class Jobs {
  readonly #parts: JobsParts
  readonly #running = new Map<string, Running>()
  readonly #waiting: (() => void)[] = []
  #busy = 0

  constructor(parts: JobsParts) {
    this.#parts = parts
  }

  /**
   * Resolves once the question can no longer be lost; answering goes on by itself.
   * @returns false: somebody has it already, or it was taken back.
   */
  async take(given: AskedInSlack, signal: AbortSignal): Promise<boolean> {
    const { ledger, clock, leaseMs } = this.#parts
    const since = await this.#since(given.id, signal)
    if (since?.gone === true) return false
    const asked = since === undefined ? given : { ...given, text: since.text }
    const at = clock.now()
    const leaseUntil = new Date(at.getTime() + leaseMs)
    const work = { id: keyOf(asked.id), note: noteOf(asked, []), at, leaseUntil }
    if (!(await ledger.begin(work, signal))) return false
    this.#start(asked, { posted: [], tries: 1 }, signal)
    return true
  }

  /**
   * The question says something else now: what was answered is replaced, by whoever is at it.
   * @param edited When, as Slack tells: an older edit that comes late changes nothing.
   * @param mayBeAsked It is to be kept in mind even if nobody has heard of the question yet.
   */
  async replace(
    id: string,
    { text, edited, mayBeAsked }: { text: string; edited: string; mayBeAsked: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const before = await this.#known(id, signal)
    if (before === undefined && !mayBeAsked) return
    const since = await this.#since(id, signal)
    if (since?.gone === true || (since !== undefined && Number(since.edited) > Number(edited))) return
    await this.#keepInMind(id, { text, edited, gone: undefined }, signal)
    const known = await this.#known(id, signal)
    if (known === undefined || known.asked.text === text) return
    // Another process that is at it reads what we kept in mind, as soon as it is done.
    if (!this.#running.has(id) && !known.isDone) return
    await this.#again(id, text, signal)
  }

  /** The question was taken back, and what was answered goes. */
  async drop(id: string, signal: AbortSignal): Promise<void> {
    await this.#keepInMind(id, { gone: true }, signal)
    const isOurs = this.#running.has(id)
    const known = await this.#stop(id, signal)
    if (known === undefined || !(isOurs || known.isDone)) return
    await this.#parts.takeBack(known.asked.channel, known.posted, signal)
    await this.#parts.ledger.finish(keyOf(id), noteOf(known.asked, [], 1, true), signal)
  }

  /** Goes on with what processes that died left lying. */
  async resume(signal: AbortSignal): Promise<void> {
    const { ledger, clock, leaseMs } = this.#parts
    const now = clock.now()
    const left = await ledger.takeOver(now, new Date(now.getTime() + leaseMs), mostAtOnce, signal)
    for (const work of left) {
      const team = OfTeam.safeParse(jsonOf(work.note)).data
      const handedOver = team === undefined ? undefined : this.#parts.elsewhere(team, work)
      if (handedOver === undefined) await this.goOnWith(work, signal)
      else if (!(await handedOver)) await ledger.keep({ ...work, leaseUntil: now }, signal)
    }
  }

  /** Goes on with something that nobody else is at any more. */
  async goOnWith({ id, note }: LeftLying, signal: AbortSignal): Promise<void> {
    const { ledger, clock, leaseMs, log } = this.#parts
    if (await this.#parts.goneOnWith(note, signal)) return
    const read = Note.safeParse(jsonOf(note))
    if (!read.success) return await ledger.finish(id, note, signal)
    const { posted } = read.data
    if (this.#running.has(read.data.asked.id)) return
    const since = await this.#since(read.data.asked.id, signal)
    if (since?.gone === true) {
      await this.#parts.takeBack(read.data.asked.channel, posted, signal)
      return await ledger.finish(id, noteOf(read.data.asked, [], 1, true), signal)
    }
    const asked = since === undefined ? read.data.asked : { ...read.data.asked, text: since.text }
    const tries = read.data.tries + 1
    const leaseUntil = new Date(clock.now().getTime() + leaseMs)
    await ledger.keep({ id, note: noteOf(asked, posted, tries), leaseUntil }, signal)
    log.info({ question: id, tries }, 'a question that was cut off is answered again')
    this.#start(asked, { posted, tries }, signal)
  }

  /** Waits for what is under way, as long as the signal lets it. */
  async settle(signal: AbortSignal): Promise<void> {
    while (this.#running.size > 0 && !signal.aborted) {
      const all = Promise.all([...this.#running.values()].map(({ ended }) => ended))
      const aborted = Promise.withResolvers<void>()
      const stop = () => aborted.resolve()
      signal.addEventListener('abort', stop, { once: true })
      await Promise.race([all, aborted.promise])
      signal.removeEventListener('abort', stop)
    }
  }

  /** Stops everything that is under way, so that it is gone on with at the next start at once. @returns what it was. */
  async leave(): Promise<{ asked: AskedInSlack; posted: readonly string[] }[]> {
    const ids = [...this.#running.keys()]
    for (const { abort } of this.#running.values()) abort.abort(new Error('the bot is being stopped'))
    await Promise.all([...this.#running.values()].map(({ ended }) => ended))
    const brief = AbortSignal.timeout(3000)
    const left = []
    for (const id of ids) {
      const known = await this.#known(id, brief)
      if (known === undefined) continue
      const note = noteOf(known.asked, known.posted, known.tries)
      await this.#parts.ledger.keep({ id: keyOf(id), note, leaseUntil: this.#parts.clock.now() }, brief)
      left.push(known)
    }
    return left
  }

  #start(asked: AskedInSlack, progress: Progress, signal: AbortSignal): void {
    const abort = childOf(signal)
    const ended = this.#run(asked, progress, abort.signal).finally(() => {
      abort[Symbol.dispose]()
      if (this.#running.get(asked.id)?.ended === ended) this.#running.delete(asked.id)
    })
    this.#running.set(asked.id, { abort, ended })
  }

  async #run(asked: AskedInSlack, progress: Progress, signal: AbortSignal): Promise<void> {
    const { ledger, clock, leaseMs, answer, log } = this.#parts
    const id = keyOf(asked.id)
    let posted = progress.posted
    const note = async () => {
      const leaseUntil = new Date(clock.now().getTime() + leaseMs)
      await ledger.keep({ id, note: noteOf(asked, posted, progress.tries), leaseUntil }, signal)
    }
    const heartbeat = setInterval(() => {
      note().catch((err: unknown) => log.debug({ err }, 'the ledger was not told that a question is still answered'))
    }, leaseMs / 3)
    try {
      await this.#turn(signal)
      try {
        await answer(
          asked,
          progress,
          async (now) => {
            posted = now
            await note()
          },
          signal,
        )
        await ledger.finish(id, noteOf(asked, posted, 1, true), signal)
      } finally {
        this.#free()
      }
      await this.#lookBack(asked, posted, signal)
    } catch (err) {
      if (!signal.aborted) log.error({ err, question: asked.id }, 'a question of Slack was given up for now')
    } finally {
      clearInterval(heartbeat)
    }
  }

  /** What another process heard of the question while we were at it. */
  async #lookBack(asked: AskedInSlack, posted: readonly string[], signal: AbortSignal): Promise<void> {
    const { ledger, takeBack } = this.#parts
    const since = await this.#since(asked.id, signal)
    if (since === undefined) return
    if (since.gone === true) {
      await takeBack(asked.channel, posted, signal)
      return await ledger.finish(keyOf(asked.id), noteOf(asked, [], 1, true), signal)
    }
    const { text } = since
    if (text !== asked.text && (await this.#reopened({ ...asked, text }, posted, signal)))
      await this.#run({ ...asked, text }, { posted, tries: 1 }, signal)
  }

  /** What is under way here is left, and the question is answered anew in the same place. */
  async #again(id: string, text: string, signal: AbortSignal): Promise<void> {
    const isOurs = this.#running.has(id)
    const known = await this.#stop(id, signal)
    if (known === undefined) return
    const { posted } = known
    const asked = { ...known.asked, text }
    if (isOurs && !known.isDone) {
      const leaseUntil = new Date(this.#parts.clock.now().getTime() + this.#parts.leaseMs)
      await this.#parts.ledger.keep({ id: keyOf(id), note: noteOf(asked, posted), leaseUntil }, signal)
    } else if (!(await this.#reopened(asked, posted, signal))) return
    this.#start(asked, { posted, tries: 1 }, signal)
  }

  async #reopened(asked: AskedInSlack, posted: readonly string[], signal: AbortSignal): Promise<boolean> {
    const { ledger, clock, leaseMs } = this.#parts
    const leaseUntil = new Date(clock.now().getTime() + leaseMs)
    return await ledger.reopen({ id: keyOf(asked.id), note: noteOf(asked, posted), leaseUntil }, signal)
  }

  async #since(id: string, signal: AbortSignal): Promise<Since | undefined> {
    const note = await this.#parts.ledger.note(sinceKeyOf(id), signal)
    return note === undefined ? undefined : Since.safeParse(jsonOf(note)).data
  }

  async #keepInMind(id: string, since: Since, signal: AbortSignal): Promise<void> {
    const { ledger, clock, leaseMs } = this.#parts
    const at = clock.now()
    const note = JSON.stringify(since)
    await ledger.begin({ id: sinceKeyOf(id), note, at, leaseUntil: new Date(at.getTime() + leaseMs) }, signal)
    await ledger.finish(sinceKeyOf(id), note, signal)
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#busy < this.#parts.atOnce) {
      this.#busy += 1
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const next = () => resolve()
    const stop = () => {
      const at = this.#waiting.indexOf(next)
      if (at >= 0) {
        this.#waiting.splice(at, 1)
        reject(signal.reason)
      }
    }
    this.#waiting.push(next)
    signal.addEventListener('abort', stop, { once: true })
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  /** Hands the place on, or gives it back. */
  #free(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#busy -= 1
    else next()
  }

  async #stop(id: string, signal: AbortSignal) {
    const running = this.#running.get(id)
    running?.abort.abort(new Replaced('the question was changed or taken back'))
    await running?.ended
    return await this.#known(id, signal)
  }

  async #known(id: string, signal: AbortSignal) {
    const note = await this.#parts.ledger.note(keyOf(id), signal)
    return note === undefined ? undefined : Note.safeParse(jsonOf(note)).data
  }
}

function keyOf(id: string): string {
  return `slack/${id}`
}

function sinceKeyOf(id: string): string {
  return `slack/since/${id}`
}

function noteOf(asked: AskedInSlack, posted: readonly string[], tries = 1, isDone = false): string {
  return JSON.stringify({ asked, posted, tries, isDone })
}
