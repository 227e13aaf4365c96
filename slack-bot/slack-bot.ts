import { childOf } from '#conversation/lifetimes.ts'
import type { ConversationParts, SpeechParts } from '#conversation/parts.ts'
import { CallTickets } from '#knowledge/call-tickets.ts'
import { detectLang } from '#knowledge/language.ts'
import type { WorkLedger } from '#knowledge/work-ledger.ts'
import type { ActingParts } from './acting-parts.ts'
import { AlertBoard } from './alerts/alert-board.ts'
import type { AlertmanagerNotification } from './alerts/alertmanager.ts'
import { answerInSlack } from './asking/asking.ts'
import { type ChannelSettings, channelsOfAlert } from './channel-settings.ts'
import { SlackFiles } from './clips/slack-files.ts'
import { readIncoming } from './deliveries/read-incoming.ts'
import { SlackUnreachableError } from './errors.ts'
import { alerted, type HappeningParts, happened } from './happenings.ts'
import { InTurn } from './in-turn.ts'
import { Incidents } from './incidents/incidents.ts'
import type { AskedInSlack, Incoming } from './incoming.ts'
import { Jobs, type LeftLying } from './jobs/jobs.ts'
import { message } from './layout/message.ts'
import { meantForUs } from './meant-for-us.ts'
import { People, type SlackGroup } from './people.ts'
import { receiveBySocket } from './receiver.ts'
import { responding } from './response-url.ts'
import { SlackCalls } from './slack-calls.ts'
import { takeBack } from './telling.ts'
import { Threads } from './threads.ts'
import { Unanswered } from './unanswered.ts'
import { lookAtCall, tieIn, tieKey } from './voice-calls/call-ties.ts'
import { words } from './words.ts'

export interface SlackBotParts
  extends Pick<
    ActingParts,
    | 'ask'
    | 'search'
    | 'documents'
    | 'passages'
    | 'conversations'
    | 'incidentMemory'
    | 'freshnessOf'
    | 'principals'
    | 'clock'
    | 'log'
  > {
  botToken: string
  /** Absent: events come over HTTP. */
  appToken?: string | undefined
  apiUrl?: string | undefined
  /** How requests are made; absent: over the network. */
  fetch?: typeof fetch | undefined
  ledger: WorkLedger
  /** Takes what was left lying of another workspace; absent: whoever is there takes it. */
  elsewhere?: (team: string, work: LeftLying) => Promise<boolean>
  /** What guests and people of other organisations see. */
  guests: 'nothing' | 'public'
  groups: readonly SlackGroup[]
  channels: readonly ChannelSettings[]
  /** How recordings are heard and answers read aloud; absent: neither. */
  speech?: SpeechParts | undefined
  /** The names that somebody may say and hear; absent: recordings are taken as they were recognised. */
  vocabulary?: ConversationParts['vocabulary']
  /** Where people reach the web page; absent: nobody can be called. */
  publicUrl?: string | undefined
  /** Resolves after so many milliseconds; rejects with the signal's reason as soon as that aborts. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>
  /** A question that nobody has said a word of for so long was left lying by a process that died. Default: a minute. */
  leaseMs?: number
  sweepEveryMs?: number
  answersAtOnce?: number
  /** What is under way when we are stopped may take so long. */
  drainMs?: number
}

/** Who we are in a workspace. */
export interface Installed {
  team: string
  botUser: string
  botId: string | undefined
}

const usualDrainMs = 8000
const farewellMs = 3000
const rememberedForMs = 14 * 86_400_000
/** The bot in one workspace, from its first event to its last. */
export class SlackBot {
  readonly #parts: SlackBotParts
  readonly #calls: SlackCalls
  readonly #people: People
  readonly #threads: Threads
  readonly #jobs: Jobs
  readonly #acting: ActingParts
  readonly #happening: HappeningParts
  readonly #others = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  #installed: Installed | undefined

  constructor(parts: SlackBotParts) {
    const { clock, log, wait, ask, search } = parts
    this.#parts = parts
    this.#calls = new SlackCalls({ token: parts.botToken, apiUrl: parts.apiUrl, fetch: parts.fetch, clock, wait, log })
    this.#people = new People({
      calls: this.#calls,
      principals: parts.principals,
      guests: parts.guests,
      groups: parts.groups,
      clock,
    })
    this.#threads = new Threads(parts.conversations, clock)
    const { people, threads, calls } = { people: this.#people, threads: this.#threads, calls: this.#calls }
    const { conversations, incidentMemory, documents, passages, freshnessOf, principals, ledger } = parts
    const stores = { conversations, incidentMemory, documents, passages, freshnessOf, principals, ledger }
    const inTurn = new InTurn()
    const files = new SlackFiles({ calls, token: parts.botToken, apiUrl: parts.apiUrl })
    const alerts = new AlertBoard({ conversations, clock, inTurn })
    const kept = { alerts, incidents: new Incidents(parts), unanswered: new Unanswered(parts) }
    const shared = { speech: parts.speech, files, calls, people, threads, inTurn, ...kept }
    this.#acting = {
      publicUrl: parts.publicUrl,
      tickets: new CallTickets(ledger, clock),
      vocabulary: parts.vocabulary,
      channels: parts.channels,
      ask,
      search,
      ...stores,
      ...shared,
      clock,
      log,
      respond: responding(parts),
    }
    this.#jobs = new Jobs({
      ledger: parts.ledger,
      clock,
      log,
      leaseMs: parts.leaseMs ?? 60_000,
      atOnce: parts.answersAtOnce ?? 8,
      elsewhere: (team, work) =>
        team === this.#installed?.team ? undefined : (parts.elsewhere?.(team, work) ?? Promise.resolve(false)),
      goneOnWith: async (note, signal) => {
        const tie = tieIn(note)
        if (tie === undefined) return false
        await lookAtCall(this.#acting, tie, signal).catch((err: unknown) => {
          signal.throwIfAborted()
          log.warn({ err }, 'what was said on a call could not be written into its thread')
        })
        return true
      },
      takeBack: (channel, posted, signal) => takeBack(this.#calls, channel, posted, signal),
      answer: (asked, progress, onPosted, signal) =>
        answerInSlack(this.#acting, this.#installed?.botUser ?? '', asked, progress, onPosted, signal),
    })
    this.#happening = { acting: this.#acting, jobs: this.#jobs, alerts }
  }

  /**
   * Answers until the signal aborts, and then ends well: what is under way is finished, or goes on at the next start.
   * @throws {SlackRefusedError} When the tokens are wrong.
   */
  async run(onReady: (installed: Installed) => void, signal: AbortSignal): Promise<void> {
    const { appToken, apiUrl, wait, log } = this.#parts
    const installed = await this.#introduce(signal)
    using ending = childOf(signal)
    const take = (body: unknown) => this.take(body)
    let isReady = false
    const ready = () => {
      if (!isReady) onReady(installed)
      isReady = true
    }
    const receiving =
      appToken === undefined
        ? untilAborted(ending.signal, ready)
        : receiveBySocket({ appToken, apiUrl, take, wait, log }, ready, ending.signal)
    const sweeping = this.#sweep(ending.signal)
    try {
      await receiving
    } finally {
      ending.abort(new Error('the bot is being stopped'))
      await sweeping
      await this.#end()
    }
  }

  /** Takes one delivery of Slack's; resolves when it can't be lost any more. */
  async take(body: unknown): Promise<void> {
    const incoming = readIncoming(body)
    if (incoming === undefined) return
    const signal = this.#stopping.signal
    signal.throwIfAborted()
    const installed = this.#installed ?? (await this.#introduce(signal))
    if (incoming.team !== installed.team) return
    if ('user' in incoming && incoming.user === installed.botUser) return
    if (incoming.kind === 'asked') {
      // A channel tells of a mention twice: as what it is, and as a message.
      const isMention = incoming.via === 'thread' && incoming.text.includes(`<@${installed.botUser}>`)
      const asked: AskedInSlack = isMention ? { ...incoming, via: 'mention' } : incoming
      const meant = await meantForUs(
        { threads: this.#threads, channels: this.#parts.channels },
        asked,
        installed.botUser,
        signal,
      )
      if (meant !== undefined) await this.#jobs.take(meant, signal)
      return
    }
    if (incoming.kind === 'alert') {
      if (incoming.bot !== installed.botId)
        await alerted(this.#happening, incoming, incoming.alert, incoming.ts, signal)
      return
    }
    if (!(await this.#isFirst(incoming, signal))) return
    const handling = happened(this.#happening, incoming, installed.botUser, signal)
      .catch((err: unknown) => {
        if (!signal.aborted)
          this.#parts.log.warn({ err, what: incoming.kind }, 'something that happened in Slack was not handled')
      })
      .finally(() => this.#others.delete(handling))
    this.#others.add(handling)
  }

  /** Takes what Alertmanager tells of, for the channels that are configured to hear of it. @returns how many do. */
  async alerted({ alert, labels }: AlertmanagerNotification): Promise<number> {
    const signal = this.#stopping.signal
    const { team } = this.#installed ?? (await this.#introduce(signal))
    const channels = channelsOfAlert(this.#parts.channels, labels)
    for (const channel of channels) await alerted(this.#happening, { team, channel }, alert, undefined, signal)
    return channels.length
  }

  /** Something was said on a call: where that goes on with a thread, the thread hears of it. */
  async said(conversationId: string, signal: AbortSignal): Promise<void> {
    const tie = tieIn(await this.#parts.ledger.note(tieKey(conversationId), signal))
    if (tie === undefined) return
    this.#installed ??= await this.#introduce(signal)
    await lookAtCall(this.#acting, tie, signal)
  }

  /** Goes on with what was begun by a process that died. */
  async goOnWith(work: LeftLying): Promise<void> {
    await this.#jobs.goOnWith(work, this.#stopping.signal)
  }

  /** Waits until nothing is under way, as long as the signal lets it. */
  async settle(signal: AbortSignal): Promise<void> {
    const all = Promise.all([this.#jobs.settle(signal), ...this.#others])
    await Promise.race([all, settled(signal)])
  }

  async #introduce(signal: AbortSignal): Promise<Installed> {
    const told = await this.#calls.call('auth.test', (client) => client.auth.test(), signal)
    if (told.team_id === undefined || told.user_id === undefined)
      throw new SlackUnreachableError('auth.test named no team')
    this.#installed = { team: told.team_id, botUser: told.user_id, botId: told.bot_id }
    return this.#installed
  }

  async #isFirst({ kind, id }: Incoming, signal: AbortSignal): Promise<boolean> {
    // Hearing twice of who came and went does no harm, and is too much to keep.
    if (kind === 'membership') return true
    const at = this.#parts.clock.now()
    const work = { id: `slack/${kind}/${id}`, note: kind, at, leaseUntil: at }
    const isFirst = await this.#parts.ledger.begin(work, signal)
    if (isFirst) await this.#parts.ledger.finish(work.id, kind, signal)
    return isFirst
  }

  /** Looks after what was left lying, by us before or by others. */
  async #sweep(signal: AbortSignal): Promise<void> {
    const { wait, ledger, clock, log, sweepEveryMs = 5000 } = this.#parts
    for (let rounds = 0; !signal.aborted; rounds++) {
      try {
        await this.#jobs.resume(this.#stopping.signal)
        if (rounds % 720 === 0) await ledger.forgetBefore(new Date(clock.now().getTime() - rememberedForMs), signal)
      } catch (err) {
        if (!signal.aborted) log.warn({ err }, 'questions that were cut off could not be looked for')
      }
      await wait(sweepEveryMs, signal).catch(() => undefined)
    }
  }

  async #end(): Promise<void> {
    await this.settle(AbortSignal.timeout(this.#parts.drainMs ?? usualDrainMs))
    const left = await this.#jobs.leave()
    const brief = AbortSignal.timeout(farewellMs)
    for (const { asked, posted } of left) await this.#sayStopped(asked, posted[0], brief).catch(() => undefined)
    this.#stopping.abort(new Error('the bot is stopped'))
  }

  async #sayStopped({ channel, text, via }: AskedInSlack, ts: string | undefined, signal: AbortSignal): Promise<void> {
    if (ts === undefined || via === 'alert') return
    await this.#calls
      .call('chat.stopStream', (client) => client.chat.stopStream({ channel, ts }), signal)
      .catch(() => undefined)
    const said = message(words(detectLang(text)).stopped)
    await this.#calls.call('chat.update', (client) => client.chat.update({ channel, ts, ...said }), signal)
  }
}

function untilAborted(signal: AbortSignal, onReady: () => void): Promise<void> {
  onReady()
  return settled(signal)
}

function settled(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
