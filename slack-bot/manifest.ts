/** Every scope of the bot's token, and what breaks without it. */
export const scopes: Readonly<Record<string, string>> = {
  'app_mentions:read': 'hears when it is mentioned',
  'assistant:write': 'offers questions in its own view, and says there what it is doing',
  'channels:history': 'hears follow-ups in threads that it takes part in; edits and deletions of questions',
  'groups:history': 'the same in private channels that it was invited to',
  'im:history': 'hears direct messages',
  'mpim:history': 'hears group messages that it was added to',
  'channels:read': 'knows who is in a channel, so that only what all of them may see is quoted there',
  'groups:read': 'the same in private channels',
  'mpim:read': 'the same in group messages',
  'chat:write': 'answers',
  commands: '/ask, /incident, and "Find the runbook" on a message',
  'files:read': 'listens to recordings in conversations that it takes part in',
  'files:write': 'reads an answer to a recording aloud',
  'im:write': 'tells owners of documents directly that something is outdated or asked for',
  'metadata.message:read': 'finds its own unfinished answers again after a crash',
  'reactions:read':
    'falls silent where somebody reacts with :mute:, and takes a message with :pushpin: into a timeline',
  'usergroups:read': 'knows who is in the user groups that are configured to see something',
  'users:read': 'tells guests and people of other organisations, who see nothing, from the others',
  'users:read.email': 'finds owners of documents who are named by their mail address',
}

/** Every event that is listened to, and why. */
const events: Readonly<Record<string, string>> = {
  app_home_opened: 'shows the Home tab, and offers questions in an empty conversation',
  app_mention: 'a question in a channel',
  app_uninstalled: 'forgets the tokens of a workspace that removes it',
  member_joined_channel: 'somebody else reads along from now on',
  member_left_channel: 'and somebody no longer does',
  'message.channels': 'follow-ups, edits and deletions in channels, and alerts, whose runbook it offers',
  'message.groups': 'the same in private channels',
  'message.im': 'direct questions',
  'message.mpim': 'questions in group messages',
  tokens_revoked: 'the same',
  reaction_added: 'being asked to be quiet, or to take something into the timeline of an incident',
}

export interface ManifestOptions {
  /** Where Slack reaches us; absent: we call Slack, by Socket Mode. */
  requestUrl?: string | undefined
  /** Where people reach us, for an app that several workspaces install; absent: it is installed by hand, in one. */
  publicUrl?: string | undefined
}

/** What api.slack.com/apps makes an app from. */
export function manifest({ requestUrl, publicUrl }: ManifestOptions) {
  const url = requestUrl === undefined ? {} : { request_url: requestUrl }
  const description = "Answers on-call engineers' questions from their own docs, and says how old each source is."
  return {
    _metadata: { major_version: 2, minor_version: 1 },
    display_information: { name: 'Nightdesk', description, background_color: '#1b2a41' },
    features: {
      agent_view: {
        agent_description: description,
        suggested_prompts: [
          { title: 'Who owns it?', message: 'Who owns the payments gateway?' },
          { title: 'How do I fix it?', message: 'How do I fail over the database?' },
          { title: 'Is the runbook still right?', message: 'How old is the runbook for rolling back a deployment?' },
        ],
      },
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: 'Nightdesk', always_online: true },
      shortcuts: [
        {
          name: 'Find the runbook',
          type: 'message',
          callback_id: 'find_runbook',
          description: 'Answers a message for you alone',
        },
      ],
      slash_commands: [
        {
          command: '/ask',
          description: 'Ask the docs; only you see the answer',
          usage_hint: 'how do I fail over Redis?',
          should_escape: true,
          ...(requestUrl !== undefined && { url: requestUrl }),
        },
        {
          command: '/incident',
          description: 'Ties this channel to an incident, keeps its timeline, drafts its postmortem',
          usage_hint: 'what happened | note … | status | end',
          should_escape: true,
          ...(requestUrl !== undefined && { url: requestUrl }),
        },
      ],
    },
    oauth_config: {
      ...(publicUrl !== undefined && { redirect_urls: [new URL('/slack/oauth_redirect', publicUrl).href] }),
      scopes: { bot: Object.keys(scopes) },
    },
    settings: {
      event_subscriptions: { ...url, bot_events: Object.keys(events) },
      interactivity: { is_enabled: true, ...url },
      org_deploy_enabled: false,
      socket_mode_enabled: requestUrl === undefined,
      token_rotation_enabled: false,
    },
  }
}

/** The same in YAML, which Slack takes too, with the reason of every scope and event beside it. */
export function manifestYaml(options: ManifestOptions): string {
  const intro = [
    '# The app manifest of Nightdesk: api.slack.com/apps, "Create New App", "From a manifest".',
    options.requestUrl === undefined
      ? '# Then: "Basic Information", "App-Level Tokens": one with connections:write is SLACK_APP_TOKEN;'
      : '# Then: "Basic Information", "Signing Secret" is SLACK_SIGNING_SECRET;',
    '# "Install App" gives SLACK_BOT_TOKEN.',
  ]
  return `${[...intro, ...yaml(manifest(options), '')].join('\n')}\n`
}

const reasons: Readonly<Record<string, string>> = { ...scopes, ...events }

function yaml(value: unknown, indent: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => {
      if (typeof item !== 'object' || item === null) return [`${indent}- ${scalar(item)}${commentOn(item)}`]
      const [first = '', ...rest] = yaml(item, `${indent}  `)
      return [`${indent}- ${first.trimStart()}`, ...rest]
    })
  }
  if (typeof value !== 'object' || value === null) return [`${indent}${scalar(value)}`]
  return Object.entries(value).flatMap(([key, inside]) => {
    if (typeof inside === 'object' && inside !== null) return [`${indent}${key}:`, ...yaml(inside, `${indent}  `)]
    return [`${indent}${key}: ${scalar(inside)}`]
  })
}

/** JSON's scalars are YAML's. */
function scalar(value: unknown): string {
  return JSON.stringify(value)
}

function commentOn(item: unknown): string {
  const reason = typeof item === 'string' ? reasons[item] : undefined
  return reason === undefined ? '' : ` # ${reason}`
}
