import { createHash } from 'node:crypto'
import type { webApi } from '@slack/bolt'
import { z } from 'zod'
import type { Lang } from '#knowledge/document.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { Clock } from '#runtime/clock.ts'
import { SlackRefusedError } from './errors.ts'
import type { SlackCalls } from './slack-calls.ts'

/** Somebody who is configured, by the id that Slack gives them. */
export interface SlackPrincipal extends Principal {
  slack?: string | undefined
}

/** A user group of Slack whose members may ask. */
export interface SlackGroup {
  /** S012345 */
  group: string
  audiences: readonly string[]
}

export interface PeopleParts {
  calls: SlackCalls
  /** Nobody: everybody of the workspace sees what is for everybody. */
  principals: readonly SlackPrincipal[]
  /** User groups of Slack, and what their members may see. */
  groups: readonly SlackGroup[]
  /** What guests and people of other organisations see: by default nothing. */
  guests: 'nothing' | 'public'
  clock: Clock
}

/** Why somebody sees nothing. */
export type Standing =
  | { kind: 'sees'; principal: Principal }
  | { kind: 'unknown' }
  | { kind: 'guest' }
  | { kind: 'bot' }

const User = z.object({
  id: z.string(),
  team_id: z.string().optional(),
  deleted: z.boolean().optional(),
  is_bot: z.boolean().optional(),
  is_restricted: z.boolean().optional(),
  is_ultra_restricted: z.boolean().optional(),
  is_stranger: z.boolean().optional(),
  locale: z.string().optional(),
  name: z.string().optional(),
  profile: z
    .object({ email: z.string().optional(), display_name: z.string().optional(), real_name: z.string().optional() })
    .optional(),
})
type User = z.infer<typeof User>

/** Somebody who becomes a guest is one for us so soon. */
const userForMs = 10 * 60_000
/** Whoever joins is announced; this is for announcements that get lost. */
const membersForMs = 30_000
const groupForMs = 5 * 60_000
/** With what is kept of each of them, nobody counts as what they were for longer than twice this. */
const listForMs = 5 * 60_000
/** Of a thousand people each. */
const mostPages = 10
const mostKept = 20_000
/** A larger channel can't be looked through while somebody waits; whatever isn't for everybody stays out of it. */
const mostMembers = 2000

interface Kept<Value> {
  value: Promise<Value>
  until: number
}

/** Who people in Slack are to us, and what all in a channel may see. */
export class People {
  readonly #parts: PeopleParts
  readonly #users = new Map<string, Kept<User | undefined>>()
  readonly #members = new Map<string, Kept<readonly string[]>>()
  readonly #groups = new Map<string, Kept<readonly string[]>>()
  readonly #lists = new Map<string, Kept<ReadonlyMap<string, User>>>()

  constructor(parts: PeopleParts) {
    this.#parts = parts
  }

  /** @param team The workspace that the bot is installed in. */
  async standing(userId: string, team: string, signal: AbortSignal): Promise<Standing> {
    const configured = this.#parts.principals.find(({ slack }) => slack === userId)
    if (configured !== undefined) {
      const { name, audiences } = configured
      if (audiences === 'all') return { kind: 'sees', principal: { name, audiences } }
      const more = (await this.#byGroups(userId, signal)) ?? []
      return { kind: 'sees', principal: { name, audiences: [...new Set([...audiences, ...more])] } }
    }
    const user = await this.#user(userId, signal)
    if (user === undefined) return { kind: 'unknown' }
    if (user.is_bot === true || user.deleted === true || userId === 'USLACKBOT') return { kind: 'bot' }
    const own: Principal = { name: `slack:${userId}`, audiences: [] }
    const isForeign = user.is_stranger === true || (user.team_id !== undefined && user.team_id !== team)
    if (isForeign || user.is_restricted === true || user.is_ultra_restricted === true)
      return this.#parts.guests === 'public' ? { kind: 'sees', principal: own } : { kind: 'guest' }
    // A group may hold guests too: they stay guests, unless they are configured by name.
    const audiences = await this.#byGroups(userId, signal)
    if (audiences !== undefined) return { kind: 'sees', principal: { name: own.name, audiences } }
    return this.#isOpen ? { kind: 'sees', principal: own } : { kind: 'unknown' }
  }

  /** Nobody said who may see what. */
  get #isOpen(): boolean {
    return this.#parts.principals.length === 0 && this.#parts.groups.length === 0
  }

  /** What the groups that somebody is in allow; undefined: they are in none that is configured. */
  async #byGroups(userId: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    const { groups } = this.#parts
    const members = await Promise.all(groups.map(({ group }) => this.#membersOfGroup(group, signal)))
    const own = groups.filter((_, at) => members[at]?.includes(userId))
    return own.length === 0 ? undefined : [...new Set(own.flatMap(({ audiences }) => audiences))]
  }

  /** Nobody, where it can't be found out: it allows, and never forbids. */
  async #membersOfGroup(group: string, signal: AbortSignal): Promise<readonly string[]> {
    try {
      return await this.#kept(this.#groups, group, groupForMs, async () => {
        const ask = { usergroup: group }
        const read = await this.#parts.calls.call(
          'usergroups.users.list',
          (client) => client.usergroups.users.list(ask),
          signal,
        )
        return read.users ?? []
      })
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof SlackRefusedError) return []
      throw error
    }
  }

  /**
   * Somebody who sees exactly what every person in the channel may see; undefined: there is nothing of the kind, or it
   * can't be found out.
   */
  async everybodyIn(channel: string, team: string, signal: AbortSignal): Promise<Principal | undefined> {
    const members = await this.#membersOf(channel, signal)
    if (members === undefined || members.length > mostMembers) return undefined
    let audiences: readonly string[] | 'all' = 'all'
    let people = 0
    // Those who are configured cost no call, and one stranger settles it.
    for (const member of members.toSorted((one, other) => Number(this.#isKnown(one)) - Number(this.#isKnown(other)))) {
      const standing = await this.standing(member, team, signal)
      if (standing.kind === 'bot') continue
      if (standing.kind !== 'sees') return undefined
      people += 1
      audiences = common(audiences, standing.principal.audiences)
    }
    if (people === 0) return undefined
    return { name: `slack:${team}/${channel}:${fingerprint(audiences)}`, audiences }
  }

  /** Whether somebody is in a channel that we are in too. */
  async isIn(channel: string, userId: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#membersOf(channel, signal))?.includes(userId) === true
  }

  /** As their Slack speaks to them. */
  async langOf(userId: string, signal: AbortSignal): Promise<Lang> {
    const user = await this.#user(userId, signal)
    return user?.locale?.startsWith('ja') === true ? 'ja' : 'en'
  }

  async emailOf(userId: string, signal: AbortSignal): Promise<string | undefined> {
    return (await this.#user(userId, signal))?.profile?.email
  }

  /** Of a principal, as people know them: by themselves, or as Slack shows them. */
  async nameOf(principal: string, signal: AbortSignal): Promise<string> {
    const id = /^slack:(\w+)$/.exec(principal)?.[1]
    if (id === undefined) return principal
    const user = await this.#user(id, signal)
    return (
      [user?.profile?.display_name, user?.profile?.real_name, user?.name].find(
        (name) => name !== undefined && name !== '',
      ) ?? id
    )
  }

  /** Who is in that channel is asked anew. */
  forget(channel: string): void {
    this.#members.delete(channel)
  }

  async #membersOf(channel: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    try {
      return await this.#kept(this.#members, channel, membersForMs, () => this.#readMembers(channel, signal))
    } catch (error) {
      signal.throwIfAborted()
      // Without the scope, or outside the channel: nobody knows who is in there.
      if (error instanceof SlackRefusedError) return undefined
      throw error
    }
  }

  async #readMembers(channel: string, signal: AbortSignal): Promise<readonly string[]> {
    const members: string[] = []
    let cursor: string | undefined
    do {
      const page: webApi.ConversationsMembersResponse = await this.#parts.calls.call(
        'conversations.members',
        (client) => client.conversations.members({ channel, limit: 1000, ...(cursor !== undefined && { cursor }) }),
        signal,
      )
      members.push(...(page.members ?? []))
      cursor = page.response_metadata?.next_cursor
    } while (cursor !== undefined && cursor !== '' && members.length <= mostMembers)
    return members
  }

  async #user(userId: string, signal: AbortSignal): Promise<User | undefined> {
    return await this.#kept(this.#users, userId, userForMs, async () => {
      // Many who are new at once are read in pages of a thousand, and not one by one.
      if (!this.#parts.calls.maySpend('users.info')) {
        const listed = (await this.#everybody(signal)).get(userId)
        if (listed !== undefined) return listed
      }
      try {
        const read = await this.#parts.calls.call(
          'users.info',
          (client) => client.users.info({ user: userId, include_locale: true }),
          signal,
        )
        return User.safeParse(read.user).data
      } catch (error) {
        if (error instanceof SlackRefusedError && /^users?_not_/.test(error.refusal)) return undefined
        throw error
      }
    })
  }

  /** Of the workspace, as far as a few pages go; people of other organisations are not among them. */
  async #everybody(signal: AbortSignal): Promise<ReadonlyMap<string, User>> {
    try {
      return await this.#kept(this.#lists, 'users', listForMs, () => this.#readEverybody(signal))
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof SlackRefusedError) return new Map()
      throw error
    }
  }

  async #readEverybody(signal: AbortSignal): Promise<ReadonlyMap<string, User>> {
    const all = new Map<string, User>()
    let cursor: string | undefined
    for (let pages = 0; pages < mostPages; pages++) {
      const page: webApi.UsersListResponse = await this.#parts.calls.call(
        'users.list',
        (client) => client.users.list({ limit: 1000, include_locale: true, ...(cursor !== undefined && { cursor }) }),
        signal,
      )
      for (const member of page.members ?? []) {
        const user = User.safeParse(member).data
        if (user !== undefined) all.set(user.id, user)
      }
      cursor = page.response_metadata?.next_cursor
      if (cursor === undefined || cursor === '') break
    }
    return all
  }

  #isKnown(user: string): boolean {
    return this.#parts.principals.some(({ slack }) => slack === user)
  }

  /** One look-up at a time for each; a failed one is not kept. */
  async #kept<Value>(
    kept: Map<string, Kept<Value>>,
    key: string,
    forMs: number,
    look: () => Promise<Value>,
  ): Promise<Value> {
    const now = this.#parts.clock.now().getTime()
    const there = kept.get(key)
    if (there !== undefined && there.until > now) return await there.value
    if (kept.size >= mostKept) kept.clear()
    const value = look()
    kept.set(key, { value, until: now + forMs })
    try {
      return await value
    } catch (error) {
      if (kept.get(key)?.value === value) kept.delete(key)
      throw error
    }
  }
}

/** A passage that names one of these is for both. */
function common(one: readonly string[] | 'all', other: readonly string[] | 'all'): readonly string[] | 'all' {
  if (one === 'all') return other
  if (other === 'all') return one
  return one.filter((name) => other.includes(name))
}

/** Whether the first sees nothing that the second doesn't. */
export function seesNoMore(one: Principal, other: Principal): boolean {
  if (other.audiences === 'all') return true
  if (one.audiences === 'all') return false
  const theirs = other.audiences
  return one.audiences.every((name) => theirs.includes(name))
}

/** What was said to one circle of people is no part of a conversation with another. */
function fingerprint(audiences: readonly string[] | 'all'): string {
  const named = audiences === 'all' ? 'all' : JSON.stringify([...new Set(audiences)].toSorted())
  return createHash('sha256').update(named).digest('hex').slice(0, 12)
}
