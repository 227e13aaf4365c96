import { z } from 'zod'
import { OpsError } from '#runtime/errors.ts'
import type { ConversationOptions } from './conversation-options.ts'
import type { ConversationEvent, ConversationInput } from './events.ts'
import { readBack } from './recorded-values.ts'

/** A file that is no recording of a conversation. */
export class RecordingError extends OpsError {
  override readonly name = 'RecordingError'
  readonly code = 'recording_unreadable'
  readonly retryable = false
  readonly userMessage: string
  constructor(fault: string, options?: ErrorOptions) {
    super(`The recording can't be replayed: ${fault}`, options)
    this.userMessage = `The recording can't be replayed: ${fault}. Make one with \`nightdesk talk --record FILE\`.`
  }
}

/** A value that was written down by us: only what it is made of is looked at. */
export const shaped = <T>() => z.custom<T>((value) => typeof value === 'object' && value !== null)
export const kinded = <T>() => z.custom<T>((value) => z.object({ kind: z.string() }).safeParse(value).success)

const call = { port: z.string(), call: z.number(), for: z.string().optional() }

const Entry = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('talk'),
    version: z.literal(2),
    options: shaped<ConversationOptions>(),
    voiceRate: z.number().optional(),
    model: z.string().optional(),
  }),
  z.object({ kind: z.literal('in'), input: kinded<ConversationInput>() }),
  z.object({ kind: z.literal('value'), ...call, value: z.unknown().optional() }),
  z.object({ kind: z.literal('end'), ...call }),
  z.object({
    kind: z.literal('error'),
    ...call,
    code: z.string(),
    message: z.string(),
    userMessage: z.string().optional(),
  }),
  z.object({ kind: z.literal('id'), value: z.string() }),
  z.object({ kind: z.literal('time'), value: z.date() }),
  z.object({ kind: z.literal('out'), event: kinded<ConversationEvent>() }),
])

/** A line of a recording, as it is read back. */
export type Entry = z.infer<typeof Entry>

/** @throws {RecordingError} */
export function readRecording(lines: string): Entry[] {
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, at) => {
      try {
        return Entry.parse(readBack(line))
      } catch (error) {
        throw new RecordingError(`line ${at + 1} is not one of its lines`, { cause: error })
      }
    })
}
