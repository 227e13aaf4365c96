import type { z } from 'zod'
import { alertIn } from '../alerts/slack-alert.ts'
import { clipIn } from '../clips/clip.ts'
import type { AskedInSlack, IncidentAsked, Incoming, Pressed, Submitted } from '../incoming.ts'
import {
  BlockActions,
  Callback,
  Command,
  MessageShortcut,
  type PostedByApp,
  type Said,
  Submission,
} from './delivery.ts'

/** What a delivery of Slack's means to us; undefined: nothing, whether it is none of our business or malformed. */
export function readIncoming(body: unknown): Incoming | undefined {
  const callback = Callback.safeParse(body)
  if (callback.success) return readEvent(callback.data)
  const command = Command.safeParse(body)
  if (command.success) return readCommand(command.data)
  const actions = BlockActions.safeParse(body)
  if (actions.success) return readAction(actions.data)
  const submission = Submission.safeParse(body)
  if (submission.success) return readSubmission(submission.data)
  const shortcut = MessageShortcut.safeParse(body)
  return shortcut.success ? readShortcut(shortcut.data) : undefined
}

function readEvent({ team_id: team, event_id, event }: z.infer<typeof Callback>): Incoming | undefined {
  switch (event.type) {
    case 'app_home_opened':
      return { kind: 'opened', id: event_id, team, user: event.user, channel: event.channel, tab: event.tab }
    case 'assistant_thread_started': {
      const { user_id: user, channel_id: channel, thread_ts: thread, context } = event.assistant_thread
      return { kind: 'opened', id: event_id, team, user, channel, tab: 'messages', thread, from: context.channel_id }
    }
    case 'reaction_added': {
      const { channel, ts: at } = event.item
      return { kind: 'reacted', id: event_id, team, channel, user: event.user, ts: at, reaction: event.reaction }
    }
    case 'member_joined_channel':
    case 'member_left_channel':
      return { kind: 'membership', id: event_id, team, channel: event.channel }
    case 'app_mention':
      return asked(team, 'mention', event, false)
    case 'bot_posted':
      return readAlert({ team, channel: event.channel }, event.posted)
    case 'message':
      break
  }
  const place = { team, channel: event.channel }
  if (event.subtype === 'message_changed') {
    const { user, text: now, ts: at, edited } = event.message
    const key = `${team}/${event.channel}/${at}/edit/${edited.ts}`
    return { kind: 'edited', id: key, ...place, user, ts: at, text: now, edited: edited.ts }
  }
  if (event.subtype === 'message_deleted')
    return {
      kind: 'deleted',
      id: `${team}/${event.channel}/${event.deleted_ts}/deleted`,
      ...place,
      ts: event.deleted_ts,
    }
  const isDirect = event.channel_type === 'im'
  return asked(team, isDirect ? 'direct' : 'thread', event, isDirect)
}

/** What an app posts is an alert, or none of our business; nothing that it says in a thread is one. */
function readAlert(place: { team: string; channel: string }, posted: PostedByApp): Incoming | undefined {
  const { bot_id: bot, user, ts: at, thread_ts: thread } = posted
  const alert = thread === undefined || thread === at ? alertIn(posted) : undefined
  if (alert === undefined) return undefined
  return {
    kind: 'alert',
    id: `${place.team}/${place.channel}/${at}/${alert.status}`,
    ...place,
    ts: at,
    thread,
    bot,
    user,
    alert,
  }
}

function asked(
  team: string,
  via: AskedInSlack['via'],
  { channel, user, text: said, ts: at, thread_ts: thread, files }: Said,
  isDirect: boolean,
): AskedInSlack {
  return {
    kind: 'asked',
    id: `${team}/${channel}/${at}`,
    via,
    team,
    channel,
    isDirect,
    user,
    text: said,
    ts: at,
    thread,
    clip: clipIn(files),
  }
}

function readCommand(command: z.infer<typeof Command>): AskedInSlack | IncidentAsked | undefined {
  if (command.command === '/incident') {
    return {
      kind: 'incident',
      id: `${command.team_id}/incident/${command.trigger_id}`,
      team: command.team_id,
      channel: command.channel_id,
      isDirect: command.channel_id.startsWith('D'),
      user: command.user_id,
      text: command.text,
      responseUrl: command.response_url,
    }
  }
  if (command.command !== '/ask') return undefined
  return {
    kind: 'asked',
    id: `${command.team_id}/command/${command.trigger_id}`,
    via: 'command',
    team: command.team_id,
    channel: command.channel_id,
    isDirect: command.channel_id.startsWith('D'),
    user: command.user_id,
    text: command.text,
    responseUrl: command.response_url,
  }
}

function readShortcut(shortcut: z.infer<typeof MessageShortcut>): AskedInSlack {
  const { message, channel, team, user } = shortcut
  return {
    kind: 'asked',
    id: `${team.id}/shortcut/${user.id}/${shortcut.action_ts}`,
    via: 'shortcut',
    team: team.id,
    channel: channel.id,
    isDirect: channel.id.startsWith('D'),
    user: user.id,
    text: message.text,
    ts: message.ts,
    thread: message.thread_ts,
    responseUrl: shortcut.response_url,
  }
}

function readAction(body: z.infer<typeof BlockActions>): Pressed | undefined {
  const [action] = body.actions
  if (action === undefined) return undefined
  return {
    kind: 'pressed',
    id: `${body.team.id}/action/${body.user.id}/${action.action_id}/${action.action_ts}`,
    team: body.team.id,
    user: body.user.id,
    channel: body.channel?.id,
    ts: body.message?.ts ?? body.container?.message_ts,
    thread: body.message?.thread_ts ?? body.container?.thread_ts,
    isEphemeral: body.container?.is_ephemeral === true,
    action: action.action_id,
    value: 'selected_option' in action ? action.selected_option.value : action.value,
    triggerId: body.trigger_id,
    responseUrl: body.response_url,
  }
}

function readSubmission({ team, user, view }: z.infer<typeof Submission>): Submitted {
  const values = Object.entries(view.state.values).map(([block, inputs]) => {
    return [block, Object.values(inputs)[0]?.value ?? ''] as const
  })
  return {
    kind: 'submitted',
    id: `${team.id}/form/${user.id}/${view.id}/${view.hash}`,
    team: team.id,
    user: user.id,
    form: view.callback_id,
    metadata: view.private_metadata,
    values: Object.fromEntries(values),
  }
}
