import { z } from 'zod'

/** An empty variable is an unset one: compose files and CI pass them so. */
const given = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === '' ? undefined : value), schema)
const text = given(z.string().optional())
const address = given(z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional())
const webSocketAddress = given(
  z.url({ protocol: /^(https?|wss?)$/, error: 'must be an http(s):// or ws(s):// address' }).optional(),
)
const port = z.coerce.number({ error: 'must be a port number' }).int().min(0).max(65_535)

const Fallback = z.object({ base_url: z.url(), api_key_env: z.string().optional(), model: z.string().min(1) })

const fallbacks = given(
  z
    .string()
    .transform((value, context) => {
      try {
        const parsed: unknown = JSON.parse(value)
        return parsed
      } catch {
        context.addIssue('must be a JSON array of {"base_url", "api_key_env", "model"}')
        return z.NEVER
      }
    })
    .pipe(z.array(Fallback))
    .optional(),
)

/** Secrets and addresses; each may be overridden so that a proxy or a test server can stand in. */
export const Environment = z.object({
  OPENAI_API_KEY: text,
  OPENAI_BASE_URL: address,
  LLM_MODEL: text,
  LLM_FALLBACKS: fallbacks,
  EMBEDDING_MODEL: text,
  EMBEDDING_BASE_URL: address,
  EMBEDDING_API_KEY: text,
  HF_ENDPOINT: address,
  HF_TOKEN: text,
  DEEPGRAM_API_KEY: text,
  DEEPGRAM_BASE_URL: webSocketAddress,
  CARTESIA_API_KEY: text,
  CARTESIA_BASE_URL: webSocketAddress,
  CARTESIA_VOICE_ID: text,
  NOTION_TOKEN: text,
  NOTION_BASE_URL: address,
  NOTION_WEBHOOK_SECRET: text,
  GITHUB_TOKEN: text,
  GITHUB_API_URL: address,
  GITHUB_WEBHOOK_SECRET: text,
  SLACK_BOT_TOKEN: given(z.string().startsWith('xoxb-', 'must be a bot token, xoxb-…').optional()),
  SLACK_APP_TOKEN: given(z.string().startsWith('xapp-', 'must be an app token, xapp-…').optional()),
  SLACK_SIGNING_SECRET: text,
  SLACK_API_URL: address,
  SLACK_CLIENT_ID: text,
  SLACK_CLIENT_SECRET: text,
  SLACK_STATE_SECRET: text,
  ALERTMANAGER_WEBHOOK_TOKEN: text,
  TWILIO_AUTH_TOKEN: text,
  TWILIO_API_URL: address,
  QDRANT_URL: address,
  QDRANT_API_KEY: text,
  REDIS_URL: given(z.url({ protocol: /^rediss?$/, error: 'must be a redis:// address' }).optional()),
  DATABASE_URL: given(z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// address' }).optional()),
  NIGHTDESK_DATA_DIR: given(z.string().default('.nightdesk')),
  PORT: given(port.default(4000)),
  HOST: given(z.string().default('127.0.0.1')),
  PUBLIC_URL: address,
  OTEL_EXPORTER_OTLP_ENDPOINT: address,
  OTEL_SERVICE_NAME: given(z.string().default('nightdesk')),
  LOG_LEVEL: given(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info')),
  LOG_CONTENT: given(z.stringbool().default(false)),
})
export type Environment = z.infer<typeof Environment>
