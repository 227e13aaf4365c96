import { z } from '@hono/zod-openapi'

const date = z.iso.datetime()
export const providerKind = z.enum(['llm', 'speech-to-text', 'text-to-speech', 'embedder'])
export type ProviderKindWire = z.infer<typeof providerKind>

const Left = z.object({ left: z.number(), limit: z.number().optional() }).openapi('AllowanceLeft')

const ProviderWire = z
  .object({
    id: z.string(),
    kind: providerKind,
    state: z.enum(['closed', 'open', 'probing']).openapi({
      description: 'Of its circuit breaker. `open`: it is left alone since it failed; `probing`: one call finds out.',
    }),
    since: date.optional().openapi({ description: 'Since when it is in this state.' }),
    drained: z.boolean().openapi({ description: 'Not asked, because somebody said so.' }),
    pinned: z.boolean().openapi({ description: 'Asked first, because somebody said so.' }),
    demoted: z.boolean().openapi({ description: 'Asked last, because it became slower or worse.' }),
    calls: z.int(),
    failures: z.int(),
    fallbacks: z.int().openapi({ description: 'How often another began or went on in its place.' }),
    first_piece_ms: z.object({ p50: z.number(), p95: z.number() }).optional(),
    cost_usd: z.number().optional().openapi({ description: 'Of this process, where a price is known.' }),
    served_by: z.string().optional().openapi({ description: 'What answers to its name, as it says itself.' }),
    deployment: z.string().optional().openapi({ description: 'Which of the servers behind a proxy answered last.' }),
    allowance: z
      .object({
        requests: Left.optional(),
        tokens: Left.optional(),
        spent_usd: z.number().optional(),
        budget_usd: z.number().optional(),
      })
      .optional()
      .openapi({ description: 'What is left of our account there, as it told last.' }),
    last_fault: z.object({ code: z.string(), message: z.string(), at: date }).optional(),
  })
  .openapi('Provider')

const ProviderAlarmWire = z
  .object({
    provider: z.string(),
    model: z.string(),
    measure: z.string(),
    since: date.openapi({ description: 'When the change began, as far as can be told.' }),
    raised_at: date,
  })
  .openapi('ProviderAlarm')

export const ProvidersWire = z
  .object({
    providers: z.array(ProviderWire),
    alarms: z.array(ProviderAlarmWire).openapi({ description: 'What became slower or worse without failing.' }),
    spending: z
      .object({
        day: z.string().openapi({ description: 'UTC.' }),
        usd: z.number(),
        turns: z.int(),
        budget_usd: z.number().optional(),
        kinds: z
          .array(z.object({ kind: providerKind, usd: z.number() }))
          .openapi({ description: 'By kind of provider.' }),
        principals: z.array(z.object({ name: z.string(), usd: z.number() })),
      })
      .optional()
      .openapi({ description: 'Only told to who may see everything.' }),
  })
  .openapi('Providers')

export type ProvidersWire = z.infer<typeof ProvidersWire>

export const providerCommand = z.enum(['pin', 'drain', 'release'])
export type ProviderCommandWire = z.infer<typeof providerCommand>
