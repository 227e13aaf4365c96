import { z } from 'zod'

/** What a measured voice agent has used until it was asked. */
export const AgentUse = z.object({
  cpuSeconds: z.number(),
  /** Of the process that holds the calls. */
  callsCpuSeconds: z.number(),
  /** Of both processes. */
  residentMb: z.number(),
  /** Of each piece of speech that came as an event, how much later than the soonest. */
  heardLateMs: z.array(z.number()).readonly(),
})
export type AgentUse = z.infer<typeof AgentUse>
