import { z } from 'zod'
import type { Position } from '../position.ts'
import type { OwnWords, Scene } from '../scene.ts'

/** What came of a call. */
export type ToolOutcome =
  | {
      kind: 'done'
      /** For the listener. */
      say: OwnWords
      /** For a model that goes on from here: short, and nothing that the principal may not see. */
      result: string
      /** Where the conversation stands afterwards, if elsewhere. */
      position?: Position | undefined
    }
  | { kind: 'failed'; say: OwnWords }

/** A call whose arguments were looked at. */
export type PreparedCall =
  | { kind: 'ready'; run: (signal: AbortSignal) => Promise<ToolOutcome> }
  | { kind: 'refused'; reason: string }

/** Something that the conversation can do besides answering. */
export interface Tool {
  name: string
  /** For a model: what it does, and when to call it. */
  description: string
  /** JSON Schema of its arguments. */
  parameters: Readonly<Record<string, unknown>>
  /** It changes something outside of the conversation: called once at most in a turn, and never begun early. */
  acts: boolean
  /** Its arguments are checked by themselves, and against what was said and found. */
  prepare: (given: unknown, scene: Scene, callId: string) => PreparedCall
}

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
