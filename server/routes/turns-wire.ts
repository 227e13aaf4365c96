import { z } from '@hono/zod-openapi'

export const TurnWire = z
  .object({
    trace_id: z.string(),
    at: z.iso.datetime(),
    mode: z.enum(['text', 'spoken']),
    lang: z.enum(['en', 'ja']).optional(),
    outcome: z.enum(['answered', 'abstained', 'failed', 'cut-off']),
    provider: z.string().optional().openapi({ description: 'Who wrote the answer; absent: there is none.' }),
    total_ms: z.number(),
    stages: z
      .array(
        z.object({
          stage: z.enum(['hear', 'understand', 'retrieve', 'read', 'model', 'check', 'speak', 'other']),
          ms: z.number(),
        }),
      )
      .openapi({ description: 'In order; they add up to `total_ms`.' }),
    cost_usd: z.number(),
    fallbacks: z.int().openapi({ description: 'Calls to providers that another had to take over.' }),
    warnings: z.array(z.string()),
    principal: z.string().optional().openapi({ description: 'Only told to who may see everything.' }),
  })
  .openapi('RecentTurn')
export type TurnWire = z.infer<typeof TurnWire>

const ModelPrice = z
  .object({ inputPerMillionTokens: z.number(), outputPerMillionTokens: z.number() })
  .openapi('ModelPrice')
const HearingPrice = z.object({ perMinute: z.number() }).openapi('HearingPrice')
const VoicePrice = z.object({ perThousandCharacters: z.number() }).openapi('VoicePrice')

export const PricesWire = z
  .object({
    asOf: z.string(),
    note: z.string(),
    sources: z.array(z.object({ of: z.string(), url: z.string(), readOn: z.string() })),
    llm: z.record(z.string(), ModelPrice),
    speechToText: z.record(z.string(), HearingPrice),
    textToSpeech: z.record(z.string(), VoicePrice),
  })
  .openapi('Prices', { description: 'List prices of providers in US dollars.' })
export type PricesWire = z.infer<typeof PricesWire>
