import { z } from 'zod'

const WordTimestamps = z.object({ words: z.array(z.string()), start: z.array(z.number()), end: z.array(z.number()) })

/** What Cartesia tells of a context, as far as we use it. */
export const CartesiaMessage = z.union([
  z.discriminatedUnion('type', [
    /** Base64. */
    z.object({ type: z.literal('chunk'), context_id: z.string(), data: z.string() }),
    /** Seconds from the beginning of the context. */
    z.object({ type: z.literal('timestamps'), context_id: z.string(), word_timestamps: WordTimestamps.nullish() }),
    z.object({ type: z.literal('done'), context_id: z.string() }),
    z.object({
      type: z.literal('error'),
      context_id: z.string().nullish(),
      status_code: z.number().default(0),
      title: z.string().default(''),
      message: z.string().default(''),
    }),
  ]),
  z.object({ type: z.string() }).transform(() => ({ type: 'other' as const })),
])
export type CartesiaMessage = z.infer<typeof CartesiaMessage>
