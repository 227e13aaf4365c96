import { z } from 'zod'

const AudioFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24_000, 'must be 24000').default(24_000) }),
  z.strictObject({ type: z.literal('audio/pcmu') }),
  z.strictObject({ type: z.literal('audio/pcma') }),
])

const responding = {
  create_response: z.boolean().default(true),
  interrupt_response: z.boolean().default(true),
}

const TurnDetection = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1).default(0.5),
    prefix_padding_ms: z.int().min(0).max(5000).default(300),
    silence_duration_ms: z.int().min(50).max(10_000).default(500),
    idle_timeout_ms: z.int().min(1000).max(600_000).nullable().default(null),
    ...responding,
  }),
  z.strictObject({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['low', 'medium', 'high', 'auto']).default('auto'),
    ...responding,
  }),
])

const Tool = z.strictObject({
  type: z.literal('function', 'must be function: Nightdesk calls no other kind of tool'),
  name: z.string().regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, _ and -'),
  description: z.string().max(4096).optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
})

const ToolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.object({ type: z.literal('function'), name: z.string().min(1) }),
])

/** The protocol's own names, which clients send unasked: whoever is set up to speak speaks under each of them. */
const voices = ['alloy', 'ash', 'ballad', 'cedar', 'coral', 'echo', 'marin', 'sage', 'shimmer', 'verse'] as const
const Voice = z.enum(
  ['nightdesk', ...voices],
  "must be left out: Nightdesk speaks with the voices of its own settings ('speech.voices')",
)

const Language = z
  .string()
  .max(16)
  .regex(/^(?:en|ja)(?:[-_]|$)/i, 'must be en or ja: Nightdesk understands English and Japanese')

const Transcription = z.strictObject({
  model: z.string().max(128).optional(),
  language: Language.optional(),
  languages: z.array(Language).max(16).optional(),
  prompt: z.string().max(4096).optional(),
  keywords: z.array(z.string().max(128)).max(256).optional(),
})

const Tracing = z.union([
  z.literal('auto'),
  z.strictObject({
    workflow_name: z.string().max(512).optional(),
    group_id: z.string().max(512).optional(),
    metadata: z.record(z.string().max(64), z.union([z.string().max(512), z.number(), z.boolean()])).optional(),
  }),
])

/** The settings of a session that a client may send: all that the API documents, none of them needed. */
export const SessionUpdate = z.strictObject({
  type: z
    .literal('realtime', 'must be realtime: Nightdesk answers, it keeps no sessions that only transcribe')
    .optional(),
  model: z.string().max(128).optional(),
  output_modalities: z
    .array(z.enum(['text', 'audio']))
    .length(1, "must be ['text'] or ['audio']")
    .optional(),
  instructions: z.string().max(100_000).optional(),
  tools: z.array(Tool).max(128).optional(),
  tool_choice: ToolChoice.optional(),
  max_output_tokens: z.union([z.int().min(1).max(4096), z.literal('inf')]).optional(),
  include: z.array(z.string()).max(0, 'must be empty: Nightdesk tells no log probabilities').nullish(),
  parallel_tool_calls: z.boolean().optional(),
  prompt: z.null('must be null: Nightdesk has no stored prompts').optional(),
  reasoning: z.null('must be left out: how long its model thinks is a setting of Nightdesk').optional(),
  tracing: Tracing.nullish(),
  truncation: z
    .literal('auto', "must be 'auto': Nightdesk shows its model what the question needs of a conversation")
    .optional(),
  audio: z
    .strictObject({
      input: z
        .strictObject({
          format: AudioFormat.optional(),
          transcription: Transcription.nullish(),
          noise_reduction: z
            .object({ type: z.enum(['near_field', 'far_field']).optional(), strength: z.number().optional() })
            .nullish(),
          turn_detection: TurnDetection.nullish(),
        })
        .optional(),
      output: z
        .strictObject({
          format: AudioFormat.optional(),
          voice: Voice.optional(),
          speed: z.number().min(0.25).max(1.5).optional(),
        })
        .optional(),
    })
    .optional(),
  nightdesk: z
    .strictObject({
      lang: z.enum(['en', 'ja', 'auto']).optional(),
      wake_phrase: z.string().min(2).max(64).nullish(),
      idle_prompt_ms: z.int().min(1000).max(3_600_000).nullish(),
      shown_on: z.enum(['page', 'slack', 'nowhere']).optional(),
    })
    .optional(),
})
export type SessionUpdate = z.infer<typeof SessionUpdate>
