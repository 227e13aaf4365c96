import type { Installation, InstallationQuery } from '@slack/bolt'
import { z } from 'zod'
import type { WorkLedger } from '#knowledge/work-ledger.ts'
import type { Clock } from '#runtime/clock.ts'
import { OpsError } from '#runtime/errors.ts'
import { InTurn } from '../in-turn.ts'
import { jsonOf } from '../threads.ts'
import { sealed, unsealed } from './sealing.ts'

/** A workspace that nobody allowed. */
class WorkspaceNotAllowedError extends OpsError {
  override readonly name = 'WorkspaceNotAllowedError'
  readonly code = 'slack_workspace_not_allowed'
  readonly retryable = false
  readonly userMessage: string
  constructor(team: string) {
    super(`The workspace ${team} is not allowed`)
    this.userMessage = `Nightdesk may not be installed in this workspace. Whoever runs it can add ${team} to \`slack.workspaces\`.`
  }
}

export interface InstallationsParts {
  /** Where they are kept: beside the questions, for all processes. */
  ledger: WorkLedger
  /** Tokens are sealed with it. */
  secret: string
  /** Ids of the workspaces that may install us; none: every one. */
  allowed: readonly string[]
  clock: Clock
  /** Told of a workspace that installed us, or did so again. */
  onInstalled: (team: string) => void
}

const Kept = z.object({ team: z.string(), name: z.string(), token: z.string(), botUser: z.string() })
export type Installed = z.infer<typeof Kept>
const Teams = z.array(z.string())

const teamsKey = 'slack/installations'
/** What is installed is work that nobody ever takes over. */
const forever = new Date('9999-01-01T00:00:00Z')

/** The bot's tokens, one a workspace, as Bolt's installer hands them over; sealed where they are kept. */
export class Installations {
  readonly #parts: InstallationsParts
  readonly #inTurn = new InTurn()
  readonly #ongoing = new AbortController().signal

  constructor(parts: InstallationsParts) {
    this.#parts = parts
  }

  /** @throws {WorkspaceNotAllowedError} */
  async storeInstallation(installation: Installation): Promise<void> {
    const { team, bot } = installation
    const { allowed, onInstalled } = this.#parts
    if (team === undefined || bot === undefined) throw new WorkspaceNotAllowedError('without a name')
    if (allowed.length > 0 && !allowed.includes(team.id)) throw new WorkspaceNotAllowedError(team.id)
    const kept: Installed = { team: team.id, name: team.name ?? team.id, token: bot.token, botUser: bot.userId }
    await this.#write(team.id, kept)
    onInstalled(team.id)
  }

  /** For Bolt, which asks before it renews tokens; ours don't end. */
  async fetchInstallation(query: InstallationQuery<boolean>): Promise<Installation> {
    const found = await this.of(query.teamId ?? '', this.#ongoing)
    if (found === undefined) throw new WorkspaceNotAllowedError(query.teamId ?? 'without a name')
    const { team, name, token, botUser } = found
    const user = { id: botUser, token: undefined, scopes: undefined }
    return {
      team: { id: team, name },
      enterprise: undefined,
      user,
      bot: { token, scopes: [], id: '', userId: botUser },
    }
  }

  async deleteInstallation(query: InstallationQuery<boolean>): Promise<void> {
    if (query.teamId !== undefined) await this.remove(query.teamId)
  }

  /** The app was removed there, or its tokens were revoked. */
  async remove(team: string): Promise<void> {
    await this.#write(team, undefined)
  }

  /** @returns undefined: nobody installed us there, or the secret has changed since. */
  async of(team: string, signal: AbortSignal): Promise<Installed | undefined> {
    const key = keyOf(team)
    const note = await this.#parts.ledger.note(key, signal)
    const text = note === undefined || note === '' ? undefined : unsealed(note, key, this.#parts.secret)
    return text === undefined ? undefined : Kept.safeParse(jsonOf(text)).data
  }

  async teams(signal: AbortSignal): Promise<string[]> {
    const note = await this.#parts.ledger.note(teamsKey, signal)
    return note === undefined ? [] : (Teams.safeParse(jsonOf(note)).data ?? [])
  }

  async #write(team: string, kept: Installed | undefined): Promise<void> {
    const key = keyOf(team)
    await this.#inTurn.run('write', async () => {
      await this.#put(key, kept === undefined ? '' : sealed(JSON.stringify(kept), key, this.#parts.secret))
      const others = (await this.teams(this.#ongoing)).filter((each) => each !== team)
      await this.#put(teamsKey, JSON.stringify(kept === undefined ? others : [...others, team]))
    })
  }

  async #put(id: string, note: string): Promise<void> {
    const { ledger, clock } = this.#parts
    const work = { id, note, at: clock.now(), leaseUntil: forever }
    if (!(await ledger.begin(work, this.#ongoing))) await ledger.keep(work, this.#ongoing)
  }
}

function keyOf(team: string): string {
  return `slack/installation/${team}`
}
