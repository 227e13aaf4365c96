import { faultOfBlocks, textOf } from './block-kit.fake.ts'
import {
  type Args,
  botId,
  botUser,
  type FakeChannel,
  type FakeMessage,
  type FakeWorkspace,
  type Method,
  SlackRefusal,
} from './slack-workspace.fake.ts'

/** Messages: posted, changed, taken back, and streamed. */
export const chatMethods: Readonly<Record<string, Method>> = {
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
}

/** A channel that the bot may write in. */
export function writable(workspace: FakeWorkspace, args: Args): FakeChannel {
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

/** The thread that is written in, by its root. */
export function threadOf(workspace: FakeWorkspace, channel: string, args: Args): string | undefined {
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
