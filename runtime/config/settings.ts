import { z } from 'zod'
import { Duration } from './duration.ts'

const audience = z.array(z.string().min(1)).default([]).describe('Who may see its documents; empty: everybody')
const globs = z.array(z.string().min(1))
const id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must be letters, digits, '.', '_' and '-'")
  .describe('Names the source in answers, reports and commands; keep it, since document ids are made from it')

const FilesSource = z.strictObject({
  id,
  type: z.literal('files'),
  path: z.string().min(1).describe('A folder; relative to this file'),
  include: globs.optional(),
  exclude: globs.optional(),
  blame: z.boolean().default(true).describe('Date each passage by git blame; false: by its file alone'),
  audience,
})

const GithubSource = z.strictObject({
  id,
  type: z.literal('github'),
  repo: z.string().regex(/^[^/\s]+\/[^/\s]+$/, 'must be OWNER/REPO'),
  ref: z.string().min(1).optional().describe('Branch, tag or commit; default: the default branch'),
  path: z.string().min(1).optional().describe('Only what is below this folder'),
  include: globs.optional(),
  exclude: globs.optional(),
  labels: z
    .array(z.string())
    .default(['incident', 'postmortem'])
    .describe('Issues and pull requests with one of these labels come along'),
  audience,
})

const NotionSource = z.strictObject({
  id,
  type: z.literal('notion'),
  roots: z
    .array(z.string().min(1))
    .optional()
    .describe('Ids or addresses of pages, databases or data sources, with all below them; default: all that is shared'),
  owner_properties: z
    .array(z.string().min(1))
    .optional()
    .describe('Properties that name the owners; default: those called Owner, Maintainer, 担当者 and the like'),
  comments: z.boolean().default(false).describe('Open comments on pages come along, at one call more for each page'),
  passage_dates: z
    .enum(['blocks', 'page'])
    .default('blocks')
    .describe('Date each passage by its blocks; page: by its page alone, for the fewest calls'),
  api_version: z.enum(['2025-09-03', '2026-03-11']).default('2025-09-03'),
  audience,
})

const FreshnessRule = z.strictObject({
  match: z.string().min(1).describe('A glob over document paths'),
  evergreen: z.string().min(1).optional().describe('Why these never go stale'),
  review_every: Duration.optional(),
  stale_after: Duration.optional(),
})

const PrincipalSetting = z.strictObject({
  name: z.string().min(1),
  slack: z.string().min(1).optional(),
  token_sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be the SHA-256 of the token, 64 hexadecimal digits')
    .optional(),
  audiences: z.array(z.string().min(1)).default([]),
})

const ownServer = {
  base_url: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
  api_key_env: z.string().min(1).optional().describe('The variable that holds the key; default: OPENAI_API_KEY'),
}

const modelFolder = z.string().min(1).describe('Of one model of sherpa-onnx; relative to this file')

const Recogniser = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('deepgram'), model: z.string().min(1).optional() }),
  z.strictObject({ type: z.literal('openai'), ...ownServer, model: z.string().min(1) }),
  z.strictObject({ type: z.literal('sherpa'), folder: modelFolder }),
])

const Voice = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('cartesia'),
    model: z.string().min(1).optional(),
    voice: z.string().min(1).optional(),
  }),
  z.strictObject({ type: z.literal('openai'), ...ownServer, model: z.string().min(1), voice: z.string().min(1) }),
  z.strictObject({ type: z.literal('sherpa'), folder: modelFolder }),
  z.strictObject({ type: z.literal('espeak') }),
])

/** nightdesk.yaml: what is said about sources, freshness and people. */
export const Settings = z.strictObject({
  sources: z
    .array(z.discriminatedUnion('type', [FilesSource, GithubSource, NotionSource]))
    .default([])
    .refine(
      (sources) => new Set(sources.map((source) => source.id)).size === sources.length,
      'two sources have the same id',
    ),
  freshness: z
    .strictObject({
      review_every: Duration.default('180d').describe('After this, passages that nobody reviewed are `aging`'),
      stale_after: Duration.default('365d').describe('After this, `stale`'),
      rules: z.array(FreshnessRule).default([]),
    })
    .prefault({}),
  qdrant: z
    .strictObject({
      collection: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, "must be letters, digits, '_' and '-'")
        .default('nightdesk')
        .describe('Alias of the collection; installations that share a Qdrant each need a name of their own'),
      quantization: z
        .enum(['none', 'scalar', 'binary'])
        .default('none')
        .describe(
          'Less memory for vectors: scalar takes a quarter; binary a thirty-second, for 1,024 dimensions and more',
        ),
      shards: z.int().min(1).optional().describe('Of a collection when it is made; default: as Qdrant likes'),
      replicas: z.int().min(1).optional().describe('Copies of each shard, on a cluster; default: 1'),
    })
    .prefault({})
    .describe('The passage index where QDRANT_URL is set'),
  slack: z
    .strictObject({
      guests: z
        .enum(['nothing', 'public'])
        .default('nothing')
        .describe(
          'What guests and people of other organisations see in Slack; public: documents that are for everybody',
        ),
      post_to: z
        .string()
        .regex(/^[CG][A-Z0-9]+$/, 'must be the id of a channel, C012345: its details show it at the bottom')
        .optional()
        .describe('Where "send it to Slack" posts to when no channel is named'),
      channels: z
        .array(
          z.strictObject({
            channel: z
              .string()
              .regex(/^[CG][A-Z0-9]+$/, 'must be the id of a channel, C012345: its details show it at the bottom')
              .describe('Its id, C012345'),
            services: z
              .array(z.string().min(1))
              .default([])
              .describe('What its people look after; the questions that are suggested there are about these'),
            alertmanager: z
              .union([z.boolean(), z.record(z.string(), z.string())])
              .default(false)
              .describe('Alerts that come to /webhooks/alertmanager are posted there: all, or those with these labels'),
            speak_unasked: z
              .union([z.boolean(), z.number().min(0).max(1)])
              .default(false)
              .describe('Answers questions that name nobody, where it is at least so sure (true: 0.8)'),
          }),
        )
        .default([])
        .describe('What is different in some channels'),
      workspaces: z
        .array(z.string().regex(/^[TE][A-Z0-9]+$/, 'must be the id of a workspace, T012345'))
        .default([])
        .describe('Workspaces that may install the app (with SLACK_CLIENT_ID); none: every one'),
      groups: z
        .array(
          z.strictObject({
            group: z
              .string()
              .regex(/^S[A-Z0-9]+$/, 'must be the id of a user group, S012345')
              .describe('Id of a user group, S012345'),
            audiences: z.array(z.string().min(1)).describe('What its members may see besides what is for everybody'),
          }),
        )
        .default([])
        .describe('User groups of Slack whose members may ask, besides those under `principals`'),
    })
    .prefault({})
    .describe('The Slack bot'),
  conversations: z
    .strictObject({
      keep_for: Duration.default('90d').describe('Questions, answers, feedback and positions are deleted after this'),
      page_webhook: z
        .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
        .optional()
        .describe('Takes a POST of {owners, about, document, by, conversation_id} when somebody has the owner paged'),
      owners: z
        .record(
          z.string().min(1),
          z.strictObject({
            phone: z
              .string()
              .regex(/^\+[1-9]\d{6,14}$/, 'must be a number like +81312345678')
              .optional()
              .describe('Callers on the telephone are put through to it, after a yes'),
            slack: z
              .string()
              .regex(/^[UWCG][A-Z0-9]+$/, 'must be the id of a person or channel in Slack, U012345 or C012345')
              .optional()
              .describe('Gets a message when somebody has them paged'),
          }),
        )
        .default({})
        .describe('How owners are reached, by their names as documents and CODEOWNERS have them'),
    })
    .prefault({})
    .describe('What was asked and answered'),
  voice: z
    .strictObject({
      resume_for: Duration.default('60s').describe('How long the session of a dropped connection is kept'),
      drain_for: Duration.default('10s').describe('How long a process that is asked to stop goes on talking'),
      most_calls: z.int().min(1).default(200).describe('Calls over WebRTC at once, in each process'),
      ice_servers: z
        .array(
          z
            .strictObject({
              urls: z
                .array(z.string().regex(/^(stun|turns?):[^\s]+$/, 'must begin with stun:, turn: or turns:'))
                .min(1),
              username: z.string().min(1).optional(),
              credential_env: z.string().min(1).optional().describe('The environment variable with the password'),
            })
            .describe('As RTCPeerConnection takes it'),
        )
        .default([])
        .describe('STUN and TURN for calls over WebRTC; none: clients must reach this machine itself'),
    })
    .prefault({})
    .describe('Talking with people'),
  principals: z
    .array(PrincipalSetting)
    .default([])
    .describe('Who may ask; none: loopback clients alone, and they see everything'),
  budgets: z
    .strictObject({
      per_day_usd: z.number().positive().optional().describe('Of all turns in a day (UTC)'),
      per_principal_day_usd: z.number().positive().optional().describe('Of the turns of one principal in a day'),
      per_session_usd: z.number().positive().optional().describe('Of one conversation'),
    })
    .prefault({})
    .describe(
      'US dollars for language models and speech; once used up, answers quote the documents and are said by the voice of the machine',
    ),
  speech: z
    .strictObject({
      recognisers: z
        .array(Recogniser)
        .min(1)
        .optional()
        .describe('In the order in which to ask; default: Deepgram, where its key is set'),
      voices: z
        .array(Voice)
        .min(1)
        .optional()
        .describe(
          'In the order in which to ask; default: Cartesia, where its key is set. The voice of the machine is always the last',
        ),
    })
    .prefault({})
    .describe('Who hears and who speaks'),
  canaries: z
    .strictObject({
      every: Duration.default('1h').describe('How often they are asked, and soon after a model has changed'),
      drawn: z.int().min(0).default(4).describe('How many are drawn from titles and headings of what is indexed'),
      questions: z
        .array(
          z.strictObject({
            question: z.string().min(1),
            cites: z.string().min(1).optional().describe('Path of a document that a right answer cites, or its end'),
            contains: z.string().min(1).optional().describe('Words that stand in a right answer'),
          }),
        )
        .default([]),
    })
    .prefault({})
    .describe(
      'Questions with known answers, asked where a language model is set, so that one that gets worse is noticed',
    ),
  limits: z
    .strictObject({
      questions_per_minute: z
        .int()
        .positive()
        .optional()
        .describe('Of one principal, over HTTP and aloud; more are refused with 429, or in words'),
      requests_per_minute: z.int().positive().optional().describe('Of one principal, of any kind, over HTTP'),
    })
    .prefault({})
    .describe('How often each principal may ask; absent: as often as they like'),
  sync_every: Duration.default('10m').describe('How often `start` looks at every source again'),
})
export type Settings = z.infer<typeof Settings>
export type SourceSetting = Settings['sources'][number]
