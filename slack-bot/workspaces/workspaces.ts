import { z } from 'zod'
import { childOf } from '#conversation/lifetimes.ts'
import { reasonOf } from '#runtime/errors.ts'
import type { AlertmanagerNotification } from '../alerts/alertmanager.ts'
import { SlackRefusedError } from '../errors.ts'
import type { LeftLying } from '../jobs/jobs.ts'
import { receiveBySocket } from '../receiver.ts'
import { SlackBot, type SlackBotParts } from '../slack-bot.ts'
import type { Installations } from './installations.ts'

export type WorkspacesParts = Omit<SlackBotParts, 'botToken' | 'elsewhere'> & {
  installations: Installations
  /** How often it is looked for workspaces that were installed elsewhere. */
  lookEveryMs?: number
}

interface Running {
  bot: SlackBot
  token: string
  ended: Promise<void>
  stop: () => void
}

/** A delivery names its workspace in one of these places. */
const Team = z.union([
  z.object({ team_id: z.string() }).transform(({ team_id }) => team_id),
  z.object({ team: z.object({ id: z.string() }) }).transform(({ team }) => team.id),
])
const Gone = z.object({ event: z.object({ type: z.enum(['app_uninstalled', 'tokens_revoked']) }) })

/** The bot in every workspace that installed it: one of its own for each, with that workspace's token. */
export class Workspaces {
  readonly #parts: WorkspacesParts
  readonly #running = new Map<string, Running>()
  readonly #stopping = new AbortController()

  constructor(parts: WorkspacesParts) {
    this.#parts = parts
  }

  /** Answers until the signal aborts, in workspaces that are installed meanwhile too. */
  async run(onReady: (teams: readonly string[]) => void, signal: AbortSignal): Promise<void> {
    using ending = childOf(signal)
    const { appToken, apiUrl, wait, log, installations, lookEveryMs = 30_000 } = this.#parts
    const take = (body: unknown) => this.take(body)
    const receiving =
      appToken === undefined
        ? undefined
        : receiveBySocket({ appToken, apiUrl, take, wait, log }, () => undefined, ending.signal)
    receiving?.catch(() => ending.abort(new Error('nothing is heard from Slack')))
    try {
      for (let isFirst = true; !ending.signal.aborted; isFirst = false) {
        try {
          const teams = await installations.teams(ending.signal)
          for (const team of teams) await this.#botOf(team)
          if (isFirst) onReady(teams)
        } catch (err) {
          if (!ending.signal.aborted) log.warn({ err }, 'the workspaces that installed us could not be looked for')
        }
        await wait(lookEveryMs, ending.signal).catch(() => undefined)
      }
      await receiving
    } finally {
      this.#stopping.abort(new Error('the bots are being stopped'))
      for (const { stop } of this.#running.values()) stop()
      await Promise.all([...this.#running.values()].map(({ ended }) => ended))
    }
  }

  /** Takes one delivery of Slack's for whichever workspace it is; resolves when it can't be lost any more. */
  async take(body: unknown): Promise<void> {
    const team = Team.safeParse(body).data
    if (team === undefined) return
    if (Gone.safeParse(body).success) return await this.#forget(team)
    const bot = await this.#botOf(team)
    await bot?.take(body)
  }

  /** @returns in how many channels it is told. */
  async alerted(notification: AlertmanagerNotification): Promise<number> {
    let channels = 0
    // A channel is of one workspace, and the others don't know it: what can't be posted there is not.
    for (const { bot } of this.#running.values()) channels = Math.max(channels, await bot.alerted(notification))
    return channels
  }

  async said(conversationId: string, signal: AbortSignal): Promise<void> {
    for (const { bot } of this.#running.values()) await bot.said(conversationId, signal)
  }

  /** Its tokens are asked for again: it was installed anew. */
  renewed(team: string): void {
    this.#running.get(team)?.stop()
    this.#running.delete(team)
  }

  async #forget(team: string): Promise<void> {
    await this.#parts.installations.remove(team)
    this.renewed(team)
  }

  async #botOf(team: string): Promise<SlackBot | undefined> {
    const installed = await this.#parts.installations.of(team, this.#stopping.signal)
    const known = this.#running.get(team)
    if (installed === undefined) return undefined
    if (known?.token === installed.token) return known.bot
    known?.stop()
    const { installations: _, lookEveryMs: __, ...parts } = this.#parts
    const elsewhere = (other: string, work: LeftLying) => this.#handOver(other, work)
    const bot = new SlackBot({ ...parts, appToken: undefined, botToken: installed.token, elsewhere })
    const stopping = new AbortController()
    const stop = () => stopping.abort(new Error('the bot of this workspace is being stopped'))
    const ended = bot
      .run(() => undefined, stopping.signal)
      .catch((error: unknown) => {
        if (error instanceof SlackRefusedError) this.renewed(team)
        this.#parts.log.warn({ team, reason: reasonOf(error) }, 'the bot of a workspace ended')
      })
    this.#running.set(team, { bot, token: installed.token, ended, stop })
    return bot
  }

  /** What one bot finds left lying of another workspace. */
  async #handOver(team: string, work: LeftLying): Promise<boolean> {
    const bot = await this.#botOf(team)
    await bot?.goOnWith(work)
    return bot !== undefined
  }
}
