import { faultOfBlocks, textOf } from './block-kit.fake.ts'
import { chatMethods, threadOf, writable } from './slack-chat.fake.ts'
import {
  type Args,
  appId,
  botId,
  botUser,
  type FakeUser,
  type FakeWorkspace,
  type Method,
  type Reply,
  SlackRefusal,
  teamId,
} from './slack-workspace.fake.ts'

/**
 * What a method of the Web API does to a workspace.
 * @throws {SlackRefusal} with the error that Slack answers.
 */
export function methodOf(workspace: FakeWorkspace, method: string, args: Args): Reply {
  const run = methods[method]
  if (run === undefined) throw new SlackRefusal('unknown_method', method)
  return run(workspace, args)
}

const methods: Readonly<Record<string, Method>> = {
  ...chatMethods,
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
