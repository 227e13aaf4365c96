import { childOf } from '#conversation/lifetimes.ts'
import type { WorkLedger } from '#knowledge/work-ledger.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { Progress } from '../asking/asking.ts'
import type { AskedInSlack } from '../incoming.ts'
import { type JobNote, jobIn, keyOf, noteOf, type Since, sinceIn, sinceKeyOf, teamIn } from './job-notes.ts'
import { Places } from './places.ts'

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
  readonly #places: Places

  constructor(parts: JobsParts) {
    this.#parts = parts
    this.#places = new Places(parts.atOnce)
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
      const team = teamIn(work.note)
      const handedOver = team === undefined ? undefined : this.#parts.elsewhere(team, work)
      if (handedOver === undefined) await this.goOnWith(work, signal)
      else if (!(await handedOver)) await ledger.keep({ ...work, leaseUntil: now }, signal)
    }
  }

  /** Goes on with something that nobody else is at any more. */
  async goOnWith({ id, note }: LeftLying, signal: AbortSignal): Promise<void> {
    const { ledger, clock, leaseMs, log } = this.#parts
    if (await this.#parts.goneOnWith(note, signal)) return
    const known = jobIn(note)
    if (known === undefined) return await ledger.finish(id, note, signal)
    const { posted } = known
    if (this.#running.has(known.asked.id)) return
    const since = await this.#since(known.asked.id, signal)
    if (since?.gone === true) {
      await this.#parts.takeBack(known.asked.channel, posted, signal)
      return await ledger.finish(id, noteOf(known.asked, [], 1, true), signal)
    }
    const asked = since === undefined ? known.asked : { ...known.asked, text: since.text }
    const tries = known.tries + 1
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
      await this.#places.take(signal)
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
        this.#places.giveBack()
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
    return note === undefined ? undefined : sinceIn(note)
  }

  async #keepInMind(id: string, since: Since, signal: AbortSignal): Promise<void> {
    const { ledger, clock, leaseMs } = this.#parts
    const at = clock.now()
    const note = JSON.stringify(since)
    await ledger.begin({ id: sinceKeyOf(id), note, at, leaseUntil: new Date(at.getTime() + leaseMs) }, signal)
    await ledger.finish(sinceKeyOf(id), note, signal)
  }

  async #stop(id: string, signal: AbortSignal): Promise<JobNote | undefined> {
    const running = this.#running.get(id)
    running?.abort.abort(new Replaced('the question was changed or taken back'))
    await running?.ended
    return await this.#known(id, signal)
  }

  async #known(id: string, signal: AbortSignal): Promise<JobNote | undefined> {
    const note = await this.#parts.ledger.note(keyOf(id), signal)
    return note === undefined ? undefined : jobIn(note)
  }
}
