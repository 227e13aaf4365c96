import type { ActingParts } from './acting-parts.ts'
import { SlackRefusedError } from './errors.ts'
import type { AskedInSlack, Pressed } from './incoming.ts'
import type { SlackMessage } from './layout/message.ts'
import type { SlackCalls } from './slack-calls.ts'

/** By the command's own way back, else by a message that only they see, else directly. */
export async function tellAlone(
  { calls, respond }: Pick<ActingParts, 'calls' | 'respond'>,
  asked: Pick<AskedInSlack, 'channel' | 'user' | 'thread' | 'responseUrl' | 'isDirect' | 'ts' | 'via'>,
  { text, blocks }: SlackMessage,
  signal: AbortSignal,
): Promise<void> {
  const { channel, user, thread, responseUrl } = asked
  if (responseUrl !== undefined)
    return await respond(responseUrl, { response_type: 'ephemeral', replace_original: false, text, blocks }, signal)
  const posting = { text, blocks, unfurl_links: false, unfurl_media: false }
  if (asked.isDirect) {
    const hung = { channel, thread_ts: thread ?? asked.ts, ...posting }
    await calls.call('chat.postMessage', (client) => client.chat.postMessage(hung), signal, 'once')
    return
  }
  try {
    // Outside a thread that is open already, nobody would see it in there.
    const alone = { channel, user, text, blocks, ...(thread !== undefined && { thread_ts: thread }) }
    await calls.call('chat.postEphemeral', (client) => client.chat.postEphemeral(alone), signal)
  } catch (error) {
    if (!(error instanceof SlackRefusedError)) throw error
    await tellDirectly(calls, user, { text, blocks }, signal)
  }
}

export async function tellDirectly(
  calls: SlackCalls,
  user: string,
  { text, blocks }: SlackMessage,
  signal: AbortSignal,
): Promise<void> {
  const opened = await calls.call('conversations.open', (client) => client.conversations.open({ users: user }), signal)
  const channel = opened.channel?.id
  if (channel === undefined) return
  const said = { channel, text, blocks, unfurl_links: false, unfurl_media: false }
  await calls.call('chat.postMessage', (client) => client.chat.postMessage(said), signal, 'once')
}

/** Whoever pressed a button, alone. */
export async function tellPresser(
  parts: Pick<ActingParts, 'calls' | 'respond'>,
  press: Pressed,
  told: SlackMessage,
  signal: AbortSignal,
): Promise<void> {
  const { channel = '', user, thread, responseUrl, ts } = press
  const isDirect = channel.startsWith('D')
  await tellAlone(parts, { channel, user, thread, responseUrl, isDirect, ts, via: 'command' }, told, signal)
}

/** What we said goes; what is gone already is gone. */
export async function takeBack(
  calls: SlackCalls,
  channel: string,
  posted: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const ts of posted) {
    try {
      await calls.call('chat.delete', (client) => client.chat.delete({ channel, ts }), signal)
    } catch (error) {
      if (!(error instanceof SlackRefusedError)) throw error
    }
  }
}
