import { z } from 'zod'

/** What callers of many calls heard. */
export const CallsFindings = z.object({
  turns: z.number(),
  missed: z.number(),
  firstSoundMs: z.array(z.number()),
  /** From the first sound of each answer to its last, and what was silent in between. */
  heardMs: z.number(),
  gapsMs: z.array(z.number()),
  /** Of each call, what the jitter buffer made up. */
  concealedShares: z.array(z.number()),
})
export type CallsFindings = z.infer<typeof CallsFindings>
