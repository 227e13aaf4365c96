import { z } from 'zod'
import { BotMessage } from '../alerts/slack-alert.ts'
import { Files } from '../clips/clip.ts'

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
/** Something happened: what the Events API and Socket Mode tell. */
export const Callback = z.object({
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

/** A slash command. */
export const Command = z.object({
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
/** A button was pressed, or an option chosen. */
export const BlockActions = z.object({
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
/** A form was sent. */
export const Submission = z.object({
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
/** A message's menu. */
export const MessageShortcut = z.object({
  type: z.literal('message_action'),
  callback_id: z.literal('find_runbook'),
  team: z.object({ id }),
  user: Person,
  channel: z.object({ id }),
  message: z.object({ ts, text, thread_ts: ts.optional() }),
  action_ts: ts,
  response_url: z.url({ protocol: /^https?$/ }),
})

/** A message that is written to somebody, or to nobody in particular. */
export type Said = z.infer<typeof Mention> | z.infer<typeof Message>
/** A message of another app's. */
export type PostedByApp = z.infer<typeof OfBot>
