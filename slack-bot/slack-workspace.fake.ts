import { textOf } from './block-kit.fake.ts'

export interface FakeUser {
  id: string
  name: string
  email?: string
  locale?: string
  is_bot?: boolean
  deleted?: boolean
  /** A guest. */
  is_restricted?: boolean
  is_ultra_restricted?: boolean
  /** From another workspace, by Slack Connect. */
  team_id?: string
  is_stranger?: boolean
}

export interface FakeChannel {
  id: string
  name?: string
  kind: 'channel' | 'group' | 'im' | 'mpim'
  members: string[]
  isShared?: boolean
  isArchived?: boolean
}

export interface FakeMessage {
  ts: string
  channel: string
  user: string
  bot_id?: string
  text: string
  blocks: unknown[]
  thread_ts?: string
  edits: number
  deleted: boolean
  metadata?: unknown
  /** What was streamed into it, and whether it is still open. */
  stream?: { open: boolean; kind: 'chunks' | 'markdown_text'; text: string; tasks: Map<string, string> }
}

export type Args = Readonly<Record<string, unknown>>
export type Reply = Record<string, unknown>

export class SlackRefusal extends Error {
  readonly code: string
  constructor(code: string, why = '') {
    super(`${code} ${why}`)
    this.code = code
  }
}

export const teamId = 'T1'
export const botUser = 'UBOT'
export const botId = 'BBOT'
export const appId = 'A1'

/** What a workspace holds and what its Web API does to it. */
export class FakeWorkspace {
  readonly users = new Map<string, FakeUser>()
  readonly channels = new Map<string, FakeChannel>()
  readonly messages: FakeMessage[] = []
  readonly ephemerals: { channel: string; user: string; thread_ts?: string; text: string; blocks: unknown[] }[] = []
  readonly homes = new Map<string, Args>()
  readonly modals: Args[] = []
  readonly statuses: { channel: string; thread_ts: string; status: string }[] = []
  readonly prompts: Args[] = []
  /** What people posted and the bot uploaded, by id. */
  readonly files = new Map<string, { bytes: Uint8Array; type: string }>()
  readonly uploads: { id: string; channel: string; thread_ts: string; title: string; bytes: Uint8Array }[] = []
  scopes = new Set<string>()
  readonly groups = new Map<string, string[]>()
  /** Of its Web API. */
  url = ''
  #time = 1_790_000_000
  #count = 0

  constructor() {
    this.users.set(botUser, { id: botUser, name: 'nightdesk', is_bot: true })
  }

  person(id: string, given: Partial<FakeUser> = {}): string {
    this.users.set(id, { id, name: id.toLowerCase(), ...given })
    return id
  }

  channel(id: string, members: string[], given: Partial<FakeChannel> = {}): string {
    this.channels.set(id, { id, kind: id.startsWith('D') ? 'im' : 'channel', members: [...members, botUser], ...given })
    return id
  }

  ts(): string {
    this.#count += 1
    this.#time += 1
    return `${this.#time}.${String(this.#count).padStart(6, '0')}`
  }

  posted(channel?: string): FakeMessage[] {
    return this.messages.filter(
      (message) =>
        message.user === botUser && !message.deleted && (channel === undefined || message.channel === channel),
    )
  }

  channelOf(args: Args): FakeChannel {
    const id = textOf(args.channel)
    const channel = this.channels.get(id)
    if (channel !== undefined) return channel
    const user = this.users.get(id)
    if (user === undefined) throw new SlackRefusal('channel_not_found', id)
    return this.imOf(user.id)
  }

  imOf(user: string): FakeChannel {
    const there = [...this.channels.values()].find(({ kind, members }) => kind === 'im' && members.includes(user))
    if (there !== undefined) return there
    this.channel(`D${user}`, [user])
    return this.imOf(user)
  }

  add(message: Pick<FakeMessage, 'channel' | 'user' | 'text'> & Partial<FakeMessage>): FakeMessage {
    const added: FakeMessage = { ts: this.ts(), blocks: [], edits: 0, deleted: false, ...message }
    this.messages.push(added)
    return added
  }

  message(args: Args): FakeMessage {
    const found = this.messages.findLast(
      ({ ts, channel, deleted }) => ts === args.ts && channel === args.channel && !deleted,
    )
    if (found === undefined) throw new SlackRefusal('message_not_found')
    return found
  }

  ours(args: Args, refusal: string): FakeMessage {
    const found = this.message(args)
    if (found.user !== botUser) throw new SlackRefusal(refusal)
    return found
  }
}

/** A method of the Web API. @throws {SlackRefusal} */
export type Method = (workspace: FakeWorkspace, args: Args) => Reply
