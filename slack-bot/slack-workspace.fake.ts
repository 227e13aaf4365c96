import { faultOfBlocks, textOf } from './block-kit.fake.ts'

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
const botId = 'BBOT'
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

  /** @throws {SlackRefusal} with the error that Slack answers. */
  call(method: string, args: Args): Reply {
    const run = methods[method]
    if (run === undefined) throw new SlackRefusal('unknown_method', method)
    return run(this, args)
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

function writable(workspace: FakeWorkspace, args: Args): FakeChannel {
  const channel = workspace.channelOf(args)
  if (channel.isArchived) throw new SlackRefusal('is_archived')
  if (channel.kind !== 'im' && !channel.members.includes(botUser)) throw new SlackRefusal('not_in_channel')
  return channel
}

function contentOf(args: Args): { text: string; blocks: unknown[] } {
  const text = typeof args.text === 'string' ? args.text : ''
  if (text.length > 40_000) throw new SlackRefusal('msg_too_long')
  const blocks = Array.isArray(args.blocks) ? args.blocks : []
  if (args.blocks !== undefined) {
    const fault = faultOfBlocks(args.blocks, 'message')
    if (fault !== undefined) throw new SlackRefusal(fault.error, fault.why)
  }
  if (text === '' && blocks.length === 0) throw new SlackRefusal('no_text')
  return { text, blocks }
}

function threadOf(workspace: FakeWorkspace, channel: string, args: Args): string | undefined {
  const { thread_ts } = args
  if (thread_ts === undefined) return undefined
  if (typeof thread_ts !== 'string' || !/^\d+\.\d+$/.test(thread_ts)) throw new SlackRefusal('invalid_thread_ts')
  const root = workspace.messages.findLast(({ ts, channel: at }) => ts === thread_ts && at === channel)
  if (root === undefined) throw new SlackRefusal('thread_not_found')
  return root.thread_ts ?? thread_ts
}

function takeChunks(message: FakeMessage, args: Args): void {
  const stream = message.stream
  if (stream === undefined || !stream.open) throw new SlackRefusal('message_not_in_streaming_state')
  const chunks: unknown = args.chunks
  if (args.markdown_text !== undefined) {
    if (stream.kind !== 'markdown_text') throw new SlackRefusal('streaming_mode_mismatch')
    if (textOf(args.markdown_text).length > 12_000) throw new SlackRefusal('msg_too_long')
    stream.text += textOf(args.markdown_text)
  }
  if (!Array.isArray(chunks)) return
  if (stream.kind !== 'chunks') throw new SlackRefusal('streaming_mode_mismatch')
  for (const chunk of chunks) {
    if (chunk.type === 'markdown_text') {
      if (chunk.text === '' || textOf(chunk.text).length > 12_000) throw new SlackRefusal('invalid_chunks')
      stream.text += textOf(chunk.text)
    } else if (chunk.type === 'task_update') {
      if (!['pending', 'in_progress', 'complete', 'error'].includes(chunk.status))
        throw new SlackRefusal('invalid_chunks')
      if (typeof chunk.id !== 'string' || typeof chunk.title !== 'string') throw new SlackRefusal('invalid_chunks')
      stream.tasks.set(chunk.id, `${chunk.title}: ${chunk.status}`)
    } else throw new SlackRefusal('invalid_chunks')
  }
}

const methods: Readonly<Record<string, (workspace: FakeWorkspace, args: Args) => Reply>> = {
  'auth.test': () => ({
    url: 'https://fake.slack.com/',
    team: 'Fake',
    team_id: teamId,
    user: 'nightdesk',
    user_id: botUser,
    bot_id: botId,
    app_id: appId,
  }),
  'users.info': (workspace, args) => {
    const user = workspace.users.get(textOf(args.user))
    if (user === undefined) throw new SlackRefusal('user_not_found')
    return { user: userWire(user) }
  },
  'users.list': (workspace, args) => {
    const own = [...workspace.users.values()].map(userWire).filter(({ team_id }) => team_id === teamId)
    const from = Number(textOf(args.cursor) || 0)
    const limit = Math.min(Number(args.limit ?? 100), 1000)
    const next = from + limit < own.length ? String(from + limit) : ''
    return { members: own.slice(from, from + limit), response_metadata: { next_cursor: next } }
  },
  'users.lookupByEmail': (workspace, args) => {
    const user = [...workspace.users.values()].find(({ email }) => email !== undefined && email === args.email)
    if (user === undefined) throw new SlackRefusal('users_not_found')
    return { user: userWire(user) }
  },
  'conversations.members': (workspace, args) => {
    const channel = workspace.channelOf(args)
    if (!channel.members.includes(botUser)) throw new SlackRefusal('not_in_channel')
    const from = Number(textOf(args.cursor) || 0)
    const limit = Math.min(Number(args.limit ?? 100), 1000)
    const next = from + limit < channel.members.length ? String(from + limit) : ''
    return { members: channel.members.slice(from, from + limit), response_metadata: { next_cursor: next } }
  },
  'conversations.list': (workspace) => ({
    channels: [...workspace.channels.values()]
      .filter(({ kind, isArchived }) => (kind === 'channel' || kind === 'group') && isArchived !== true)
      .map(({ id, name = id.toLowerCase() }) => ({ id, name })),
  }),
  'chat.getPermalink': (workspace, args) => ({
    permalink: `https://fake.slack.com/archives/${workspace.channelOf(args).id}/p${textOf(args.message_ts).replace('.', '')}`,
  }),
  'conversations.info': (workspace, args) => {
    const channel = workspace.channelOf(args)
    return {
      channel: {
        id: channel.id,
        is_channel: channel.kind === 'channel',
        is_im: channel.kind === 'im',
        is_mpim: channel.kind === 'mpim',
        is_ext_shared: channel.isShared === true,
        is_member: channel.members.includes(botUser),
      },
    }
  },
  'conversations.open': (workspace, args) => {
    const user = workspace.users.get(textOf(args.users))
    if (user === undefined) throw new SlackRefusal('user_not_found')
    return { channel: { id: workspace.imOf(user.id).id } }
  },
  'conversations.replies': (workspace, args) => {
    const channel = workspace.channelOf(args)
    const thread = workspace.messages.filter(
      ({ ts, thread_ts, channel: at, deleted }) =>
        at === channel.id && !deleted && (ts === args.ts || thread_ts === args.ts),
    )
    if (thread.length === 0) throw new SlackRefusal('thread_not_found')
    return {
      messages: thread.map(({ ts, thread_ts, user, bot_id, text, metadata }) => ({
        ts,
        thread_ts,
        user,
        bot_id,
        text,
        metadata,
      })),
      has_more: false,
    }
  },
  'chat.postMessage': (workspace, args) => {
    const channel = writable(workspace, args)
    const { text, blocks } = contentOf(args)
    const thread = threadOf(workspace, channel.id, args)
    const added = workspace.add({
      channel: channel.id,
      user: botUser,
      bot_id: botId,
      text,
      blocks,
      ...(thread !== undefined && { thread_ts: thread }),
      ...(args.metadata !== undefined && { metadata: args.metadata }),
    })
    return { channel: channel.id, ts: added.ts, message: { text } }
  },
  'chat.postEphemeral': (workspace, args) => {
    const channel = writable(workspace, args)
    if (!channel.members.includes(textOf(args.user))) throw new SlackRefusal('user_not_in_channel')
    const thread = threadOf(workspace, channel.id, args)
    const { text, blocks } = contentOf(args)
    workspace.ephemerals.push({
      channel: channel.id,
      user: textOf(args.user),
      text,
      blocks,
      ...(thread !== undefined && { thread_ts: thread }),
    })
    return { message_ts: workspace.ts() }
  },
  'chat.update': (workspace, args) => {
    const message = workspace.ours(args, 'cant_update_message')
    if (message.stream?.open === true) throw new SlackRefusal('streaming_state_conflict')
    const { text, blocks } = contentOf(args)
    Object.assign(message, { text, blocks, edits: message.edits + 1 })
    return { channel: message.channel, ts: message.ts, text }
  },
  'chat.delete': (workspace, args) => {
    workspace.ours(args, 'cant_delete_message').deleted = true
    return { channel: args.channel, ts: args.ts }
  },
  'chat.startStream': (workspace, args) => {
    const channel = writable(workspace, args)
    const thread = threadOf(workspace, channel.id, args)
    if (thread === undefined) throw new SlackRefusal('invalid_arguments', 'thread_ts')
    if (channel.kind !== 'im') {
      if (typeof args.recipient_user_id !== 'string') throw new SlackRefusal('missing_recipient_user_id')
      if (typeof args.recipient_team_id !== 'string') throw new SlackRefusal('missing_recipient_team_id')
    }
    const message = workspace.add({
      channel: channel.id,
      user: botUser,
      bot_id: botId,
      text: '',
      thread_ts: thread,
      stream: {
        open: true,
        kind: args.markdown_text === undefined ? 'chunks' : 'markdown_text',
        text: '',
        tasks: new Map(),
      },
    })
    takeChunks(message, args)
    return { channel: channel.id, ts: message.ts }
  },
  'chat.appendStream': (workspace, args) => {
    takeChunks(workspace.ours(args, 'message_not_owned_by_app'), args)
    return { channel: args.channel, ts: args.ts }
  },
  'chat.stopStream': (workspace, args) => {
    const message = workspace.ours(args, 'message_not_owned_by_app')
    takeChunks(message, args)
    if (args.blocks !== undefined) {
      const fault = faultOfBlocks(args.blocks, 'message')
      if (fault !== undefined) throw new SlackRefusal(fault.error, fault.why)
      message.blocks = Array.isArray(args.blocks) ? args.blocks : []
    }
    if (message.stream !== undefined) message.stream.open = false
    message.text = message.stream?.text ?? ''
    return { channel: args.channel, ts: args.ts }
  },
  'assistant.threads.setStatus': (workspace, args) => {
    const channel = workspace.channelOf({ channel: args.channel_id })
    workspace.statuses.push({ channel: channel.id, thread_ts: textOf(args.thread_ts), status: textOf(args.status) })
    return {}
  },
  'assistant.threads.setSuggestedPrompts': (workspace, args) => {
    workspace.channelOf({ channel: args.channel_id })
    const prompts: unknown = args.prompts
    if (!Array.isArray(prompts) || prompts.length < 1 || prompts.length > 4) throw new SlackRefusal('invalid_arguments')
    workspace.prompts.push(args)
    return {}
  },
  'views.publish': (workspace, args) => {
    workspace.homes.set(textOf(args.user_id), viewOf(args, 'home'))
    return { view: { id: `V${workspace.ts()}` } }
  },
  'usergroups.users.list': (workspace, args) => {
    const users = workspace.groups.get(textOf(args.usergroup))
    if (users === undefined) throw new SlackRefusal('no_such_subteam')
    return { users }
  },
  'files.getUploadURLExternal': (workspace, args) => {
    if (Number(args.length) < 1 || textOf(args.filename) === '') throw new SlackRefusal('invalid_arguments')
    const id = `F${workspace.ts().replace('.', '')}`
    workspace.files.set(id, { bytes: new Uint8Array(), type: 'audio/wav' })
    return { upload_url: `${workspace.url.replace(/api\/$/, '')}upload/${id}`, file_id: id }
  },
  'files.completeUploadExternal': (workspace, args) => {
    const channel = writable(workspace, { channel: args.channel_id })
    const thread = threadOf(workspace, channel.id, args)
    const files: unknown = args.files
    for (const { id, title } of Array.isArray(files) ? files : []) {
      const bytes = workspace.files.get(id)?.bytes ?? new Uint8Array()
      if (bytes.length === 0) throw new SlackRefusal('file_not_found')
      workspace.uploads.push({ id, channel: channel.id, thread_ts: thread ?? '', title, bytes })
    }
    return { files: Array.isArray(files) ? files.map(({ id }) => ({ id })) : [] }
  },
  'views.open': (workspace, args) => {
    if (typeof args.trigger_id !== 'string' || args.trigger_id === '') throw new SlackRefusal('invalid_trigger_id')
    workspace.modals.push(viewOf(args, 'modal'))
    return { view: { id: `V${workspace.ts()}` } }
  },
}

function viewOf(args: Args, type: 'home' | 'modal'): Args {
  const view = args.view
  if (typeof view !== 'object' || view === null) throw new SlackRefusal('invalid_arguments', 'view')
  const given: Args = { ...view }
  if (given.type !== type) throw new SlackRefusal('invalid_arguments', `type ${textOf(given.type)}`)
  const fault = faultOfBlocks(given.blocks, 'view')
  if (fault !== undefined) throw new SlackRefusal('invalid_arguments', fault.why)
  if (textOf(given.private_metadata).length > 3000) throw new SlackRefusal('invalid_arguments', 'private_metadata')
  if (JSON.stringify(given).length > 250_000) throw new SlackRefusal('view_too_large')
  if (type === 'modal') {
    const title: unknown = given.title
    if (typeof title !== 'object' || title === null || !('text' in title) || String(title.text).length > 24)
      throw new SlackRefusal('invalid_arguments', 'title')
  }
  return given
}

function userWire(user: FakeUser): Reply {
  return {
    id: user.id,
    name: user.name,
    team_id: user.team_id ?? teamId,
    ...(user.locale !== undefined && { locale: user.locale }),
    deleted: user.deleted === true,
    is_bot: user.is_bot === true,
    is_restricted: user.is_restricted === true,
    is_ultra_restricted: user.is_ultra_restricted === true,
    is_stranger: user.is_stranger === true,
    profile: { email: user.email, display_name: user.name },
  }
}
