import { z } from 'zod'
import type { Scene, Tool, ToolOutcome } from '../parts.ts'

export interface ToolDefinition<Arguments> {
  name: string
  description: string
  parameters: z.ZodType<Arguments>
  acts: boolean
  /** Why these arguments don't fit what was said and found; undefined: they do. */
  fault?: (given: Arguments, scene: Scene) => string | undefined
  run: (given: Arguments, scene: Scene, signal: AbortSignal, callId: string) => Promise<ToolOutcome>
}

export function defineTool<Arguments>({ parameters, fault, run, ...rest }: ToolDefinition<Arguments>): Tool {
  return {
    ...rest,
    parameters: z.toJSONSchema(parameters, { io: 'input' }),
    prepare: (given, scene, callId) => {
      const read = parameters.safeParse(given)
      if (!read.success) return { kind: 'refused', reason: z.prettifyError(read.error) }
      const reason = fault?.(read.data, scene)
      if (reason !== undefined) return { kind: 'refused', reason }
      return { kind: 'ready', run: (signal) => run(read.data, scene, signal, callId) }
    },
  }
}

/** Whether each of these names was said, or found, in this conversation: a model may not make them up. */
export function wasNamed(name: string, { said, earlier, reads, position }: Scene): boolean {
  const known = [
    said,
    ...earlier.flatMap(({ question, answer }) => [question, answer]),
    ...reads.passages().flatMap(({ id, text }) => [id, text]),
    ...position.notes,
  ].join('\n')
  return known.normalize('NFKC').toLowerCase().includes(name.normalize('NFKC').trim().toLowerCase())
}
