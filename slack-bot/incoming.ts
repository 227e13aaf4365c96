import { z } from 'zod'
import type { Alert, AlertAsked } from './alerts/alert.ts'
import { alertIn, BotMessage } from './alerts/slack-alert.ts'
import { type Clip, clipIn, Files } from './clips/clip.ts'

/** A question, however it was asked. */
export interface AskedInSlack {
  kind: 'asked'
  /** The same for every delivery of the same question. */
  id: string
  /** `thread`: in a thread that we take part in, without naming us. `unasked`: of nobody in particular. */
  via: 'mention' | 'direct' | 'thread' | 'command' | 'shortcut' | 'alert' | 'unasked'
  team: string
  channel: string
  isDirect: boolean
  user: string
  text: string
  /** The message that asks, or is asked about; a command has none. */
  ts?: string | undefined
  /** The thread that it stands in, if it stands in one. */
  thread?: string | undefined
  /** Where a command's answer goes; good for half an hour. */
  responseUrl?: string | undefined
  /** It is asked aloud, besides what is written. */
  clip?: Clip | undefined
  /** Nobody asks: this alert's runbook is looked for. */
  alert?: AlertAsked | undefined
}

/** `/incident`, and what follows it. */
export interface IncidentAsked {
  kind: 'incident'
  id: string
  team: string
  channel: string
  isDirect: boolean
  user: string
  text: string
  responseUrl: string
}

interface Happened {
  id: string
  team: string
  channel: string
}

export type Incoming =
  | AskedInSlack
  | (Happened & { kind: 'edited'; user: string; ts: string; text: string; edited: string })
  | (Happened & { kind: 'deleted'; ts: string })
  | (Happened & { kind: 'reacted'; user: string; ts: string; reaction: string })
  | (Happened & { kind: 'membership' })
  | (Happened & {
      kind: 'alert'
      ts: string
      thread: string | undefined
      bot: string
      user: string | undefined
      alert: Alert
    })
  | IncidentAsked
  | {
      kind: 'opened'
      id: string
      team: string
      user: string
      channel: string
      tab: 'home' | 'messages'
      thread?: string | undefined
      /** The channel that they were looking at. */
      from?: string | undefined
    }
  | Pressed
  | Submitted

export interface Pressed {
  kind: 'pressed'
  id: string
  team: string
  user: string
  /** Absent on the Home tab. */
  channel?: string | undefined
  /** The message that the button stands on. */
  ts?: string | undefined
  thread?: string | undefined
  isEphemeral: boolean
  action: string
  value: string
  triggerId: string
  responseUrl?: string | undefined
}

export interface Submitted {
  kind: 'submitted'
  id: string
  team: string
  user: string
  form: string
  metadata: string
  /** By the id of the input's block. */
  values: Readonly<Record<string, string>>
}

const id = z.string().min(1).max(60)
const ts = z.string().regex(/^\d{1,12}\.\d{1,9}$/)
/** Longer messages can't be typed in Slack. */
const text = z.string().max(40_000)

const Message = z.object({
  type: z.literal('message'),
  subtype: z.enum(['file_share', 'thread_broadcast']).optional(),
  bot_id: z.undefined().optional(),
  channel: id,
  channel_type: z.string().optional(),
  user: id,
  text,
  ts,
  thread_ts: ts.optional(),
  files: Files,
})
const Mention = Message.omit({ type: true, subtype: true }).extend({
  type: z.literal('app_mention'),
  subtype: z.undefined().optional(),
})
const Changed = z.object({
  type: z.literal('message'),
  subtype: z.literal('message_changed'),
  channel: id,
  message: z.object({ user: id, text, ts, bot_id: z.undefined().optional(), edited: z.object({ ts }) }),
})
const Deleted = z.object({
  type: z.literal('message'),
  subtype: z.literal('message_deleted'),
  channel: id,
  deleted_ts: ts,
})
const Reaction = z.object({
  type: z.literal('reaction_added'),
  user: id,
  reaction: z.string().max(200),
  item: z.object({ type: z.literal('message'), channel: id, ts }),
})
const OfBot = BotMessage.extend({ bot_id: id, user: id.optional(), ts, thread_ts: ts.optional() })
const inChannel = z.enum(['channel', 'group'])
const BotPosted = OfBot.extend({
  type: z.literal('message'),
  subtype: z.literal('bot_message').optional(),
  channel: id,
  channel_type: inChannel,
}).transform(({ channel, ...posted }) => ({ type: 'bot_posted' as const, channel, posted }))
const BotChanged = z
  .object({
    type: z.literal('message'),
    subtype: z.literal('message_changed'),
    channel: id,
    channel_type: inChannel,
    message: OfBot,
  })
  .transform(({ channel, message }) => ({ type: 'bot_posted' as const, channel, posted: message }))
const Membership = z.object({ type: z.enum(['member_joined_channel', 'member_left_channel']), channel: id })
const HomeOpened = z.object({
  type: z.literal('app_home_opened'),
  user: id,
  channel: id,
  tab: z.enum(['home', 'messages']),
})
const AssistantOpened = z.object({
  type: z.literal('assistant_thread_started'),
  assistant_thread: z.object({
    user_id: id,
    channel_id: id,
    thread_ts: ts.optional(),
    context: z.object({ channel_id: id.optional() }).catch({}),
  }),
})
const Callback = z.object({
  type: z.literal('event_callback'),
  team_id: id,
  event_id: id,
  event: z.union([
    Changed,
    BotChanged,
    Deleted,
    Mention,
    Message,
    BotPosted,
    Reaction,
    Membership,
    HomeOpened,
    AssistantOpened,
  ]),
})

const Command = z.object({
  command: z.string().max(40),
  team_id: id,
  channel_id: id,
  user_id: id,
  text,
  trigger_id: z.string().min(1).max(300),
  response_url: z.url({ protocol: /^https?$/ }),
})

const Person = z.object({ id, team_id: id.optional() })
const Action = z.object({
  action_id: z.string().min(1).max(255),
  action_ts: ts,
  value: z.string().max(2000).default(''),
})
const Option = z.object({
  action_id: z.string().min(1).max(255),
  action_ts: ts,
  selected_option: z.object({ value: z.string().max(150) }),
})
const BlockActions = z.object({
  type: z.literal('block_actions'),
  team: z.object({ id }),
  user: Person,
  channel: z.object({ id }).optional(),
  message: z.object({ ts, thread_ts: ts.optional() }).optional(),
  container: z
    .object({ message_ts: ts.optional(), thread_ts: ts.optional(), is_ephemeral: z.boolean().optional() })
    .optional(),
  trigger_id: z.string().min(1).max(300),
  response_url: z.url({ protocol: /^https?$/ }).optional(),
  actions: z.array(z.union([Option, Action])).min(1),
})
const Submission = z.object({
  type: z.literal('view_submission'),
  team: z.object({ id }),
  user: Person,
  view: z.object({
    id,
    hash: z.string().max(100).default(''),
    callback_id: z.string().max(255),
    private_metadata: z.string().max(3000),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), z.object({ value: z.string().nullish() }))) }),
  }),
})
const MessageShortcut = z.object({
  type: z.literal('message_action'),
  callback_id: z.literal('find_runbook'),
  team: z.object({ id }),
  user: Person,
  channel: z.object({ id }),
  message: z.object({ ts, text, thread_ts: ts.optional() }),
  action_ts: ts,
  response_url: z.url({ protocol: /^https?$/ }),
})

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
function readAlert(place: { team: string; channel: string }, posted: z.infer<typeof OfBot>): Incoming | undefined {
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
  { channel, user, text: said, ts: at, thread_ts: thread, files }: z.infer<typeof Mention> | z.infer<typeof Message>,
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
