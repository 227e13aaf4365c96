import { createHmac, randomUUID } from 'node:crypto'
import { type Args, appId, botUser, type FakeChannel, teamId } from './slack-workspace.fake.ts'

/** A click on a button; without a channel, on the Home tab. */
export interface Press {
  user: string
  channel: string
  actionId: string
  value: string
  messageTs?: string
  threadTs?: string
  ephemeral?: boolean
}

export interface GivenCommand {
  user: string
  channel: string
  text: string
  command?: string
}

export interface Submission {
  user: string
  callbackId: string
  metadata: string
  values: Args
}

export interface Shortcut {
  user: string
  channel: string
  callbackId: string
  messageTs: string
  text: string
  threadTs?: string
}

/** A message that somebody writes. */
export interface Said {
  user: string
  channel: string
  text: string
  thread_ts?: string
  extra?: Args
}

/** Something that happened. */
export function eventBody(event: Args, eventId: string): Args {
  const authorizations = [{ enterprise_id: null, team_id: teamId, user_id: botUser, is_bot: true }]
  return {
    token: 'x',
    team_id: teamId,
    api_app_id: appId,
    type: 'event_callback',
    event_id: eventId,
    event_time: 1,
    authorizations,
    event,
  }
}

/** The events that a channel tells of what somebody wrote in it. */
export function eventsOf(
  { user, channel, text, thread_ts, extra = {} }: Said,
  ts: string,
  found: Pick<FakeChannel, 'kind' | 'members'> | undefined,
): Args[] {
  const base = {
    user,
    text,
    ts,
    channel,
    team: teamId,
    event_ts: ts,
    ...(thread_ts !== undefined && { thread_ts }),
    ...extra,
  }
  const isMember = found?.members.includes(botUser) === true
  const heard = isMember ? [{ ...base, type: 'message', channel_type: found.kind }] : []
  const isMentioned = text.includes(`<@${botUser}>`) && found?.kind !== 'im'
  return isMentioned ? [...heard, { ...base, type: 'app_mention' }] : heard
}

/** Somebody types a command. */
export function commandBody(given: GivenCommand, responseUrl: string): Args & { response_url: string } {
  return {
    token: 'x',
    team_id: teamId,
    team_domain: 'fake',
    channel_id: given.channel,
    channel_name: 'fake',
    user_id: given.user,
    user_name: given.user,
    command: given.command ?? '/ask',
    text: given.text,
    api_app_id: appId,
    is_enterprise_install: 'false',
    response_url: responseUrl,
    trigger_id: randomUUID(),
  }
}

/** Somebody clicks on a button. @param ts Gives a new one of the workspace's. */
export function pressBody(given: Press, responseUrl: string, ts: () => string): Args & { response_url: string } {
  const container = given.ephemeral === true ? { is_ephemeral: true } : {}
  return {
    type: 'block_actions',
    team: { id: teamId, domain: 'fake' },
    user: { id: given.user, username: given.user, team_id: teamId },
    api_app_id: appId,
    token: 'x',
    container:
      given.channel === ''
        ? { type: 'view', view_id: 'V1' }
        : {
            type: 'message',
            message_ts: given.messageTs ?? ts(),
            channel_id: given.channel,
            ...container,
          },
    trigger_id: randomUUID(),
    ...(given.channel !== '' && { channel: { id: given.channel, name: 'fake' } }),
    ...(given.messageTs !== undefined && {
      message: {
        type: 'message',
        ts: given.messageTs,
        user: botUser,
        text: '',
        ...(given.threadTs !== undefined && { thread_ts: given.threadTs }),
      },
    }),
    response_url: responseUrl,
    actions: [
      {
        type: 'button',
        action_id: given.actionId,
        block_id: 'b',
        value: given.value,
        action_ts: ts(),
        text: { type: 'plain_text', text: '' },
      },
    ],
  }
}

/** Somebody sends a form. */
export function submissionBody(given: Submission): Args {
  return {
    type: 'view_submission',
    team: { id: teamId, domain: 'fake' },
    user: { id: given.user, name: given.user, team_id: teamId },
    api_app_id: appId,
    token: 'x',
    trigger_id: randomUUID(),
    view: {
      id: `V${randomUUID()}`,
      hash: randomUUID(),
      type: 'modal',
      callback_id: given.callbackId,
      private_metadata: given.metadata,
      state: { values: given.values },
    },
    response_urls: [],
  }
}

/** Somebody uses the menu of a message. */
export function shortcutBody(given: Shortcut, responseUrl: string, ts: () => string): Args {
  return {
    type: 'message_action',
    callback_id: given.callbackId,
    team: { id: teamId, domain: 'fake' },
    user: { id: given.user, name: given.user, team_id: teamId },
    channel: { id: given.channel, name: 'fake' },
    message: {
      type: 'message',
      user: 'U9',
      ts: given.messageTs,
      text: given.text,
      ...(given.threadTs !== undefined && { thread_ts: given.threadTs }),
    },
    message_ts: given.messageTs,
    trigger_id: randomUUID(),
    action_ts: ts(),
    response_url: responseUrl,
    token: 'x',
    is_enterprise_install: false,
  }
}

/** A request of the Events API as Slack would send it. */
export function signed(body: string, at: number, secret: string): { headers: Record<string, string>; body: string } {
  const signature = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')
  const type = body.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded'
  return {
    body,
    headers: {
      'content-type': type,
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': `v0=${signature}`,
    },
  }
}
