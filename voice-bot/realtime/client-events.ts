import { z } from 'zod'
import { type Fault, faultOf } from './faults.ts'
import { SessionUpdate } from './session-update.ts'

/** The API's own limits where it states them; the rest keeps one client from filling the memory of all. */
const mostTextChars = 100_000
const id = z.string().min(1).max(512)

const InputText = z.strictObject({ type: z.literal('input_text'), text: z.string().max(mostTextChars) })
const UserContent = z.discriminatedUnion(
  'type',
  [
    InputText,
    z.strictObject({
      type: z.literal('input_audio'),
      audio: z.string().nullish(),
      transcript: z.string().max(mostTextChars).nullish(),
    }),
  ],
  { error: 'must be input_text or input_audio: Nightdesk takes words and speech, no pictures' },
)
const AssistantContent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('output_text'), text: z.string().max(mostTextChars) }),
  z.strictObject({
    type: z.literal('output_audio'),
    audio: z.string().nullish(),
    transcript: z.string().max(mostTextChars).nullish(),
  }),
])
const itemFrame = {
  id: id.max(64).optional(),
  object: z.literal('realtime.item').optional(),
  status: z.enum(['completed', 'incomplete', 'in_progress']).optional(),
}
const Message = z.discriminatedUnion('role', [
  z.strictObject({
    ...itemFrame,
    type: z.literal('message'),
    role: z.literal('user'),
    content: z.array(UserContent).min(1).max(64),
  }),
  z.strictObject({
    ...itemFrame,
    type: z.literal('message'),
    role: z.literal('assistant'),
    content: z.array(AssistantContent).min(1).max(64),
  }),
  z.strictObject({
    ...itemFrame,
    type: z.literal('message'),
    role: z.literal('system'),
    content: z.array(InputText).min(1).max(64),
  }),
])
const FunctionCall = z.strictObject({
  ...itemFrame,
  type: z.literal('function_call'),
  call_id: id.optional(),
  name: z.string().min(1).max(128),
  arguments: z.string().max(mostTextChars),
})
const FunctionCallOutput = z.strictObject({
  ...itemFrame,
  type: z.literal('function_call_output'),
  call_id: id,
  output: z.string().max(mostTextChars),
})
const NewItem = z.discriminatedUnion('type', [Message, FunctionCall, FunctionCallOutput])
export type NewItem = z.infer<typeof NewItem>

const Reference = z.strictObject({ type: z.literal('item_reference'), id })

const ResponseParameters = z.strictObject({
  audio: z
    .strictObject({ output: SessionUpdate.shape.audio.unwrap().shape.output.unwrap().omit({ speed: true }).optional() })
    .optional(),
  conversation: z.enum(['auto', 'none']).optional(),
  input: z
    .array(z.discriminatedUnion('type', [Message, FunctionCall, FunctionCallOutput, Reference]))
    .max(256)
    .optional(),
  instructions: SessionUpdate.shape.instructions,
  max_output_tokens: SessionUpdate.shape.max_output_tokens,
  metadata: z
    .record(z.string().max(64), z.string().max(512))
    .refine((given) => Object.keys(given).length <= 16, 'may have at most 16 entries')
    .nullish(),
  output_modalities: SessionUpdate.shape.output_modalities,
  parallel_tool_calls: z.boolean().optional(),
  prompt: SessionUpdate.shape.prompt,
  reasoning: SessionUpdate.shape.reasoning,
  tool_choice: SessionUpdate.shape.tool_choice,
  tools: SessionUpdate.shape.tools,
})
export type ResponseParameters = z.infer<typeof ResponseParameters>
export type ResponseInput = NonNullable<ResponseParameters['input']>[number]

const event_id = z.string().max(512).optional()
const ms = z.number().min(0).max(86_400_000)

const ClientEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('session.update'), event_id, session: SessionUpdate }),
  z.strictObject({ type: z.literal('input_audio_buffer.append'), event_id, audio: z.string() }),
  z.strictObject({ type: z.literal('input_audio_buffer.commit'), event_id }),
  z.strictObject({ type: z.literal('input_audio_buffer.clear'), event_id }),
  z.strictObject({ type: z.literal('output_audio_buffer.clear'), event_id }),
  z.strictObject({
    type: z.literal('conversation.item.create'),
    event_id,
    previous_item_id: id.nullish(),
    item: NewItem,
  }),
  z.strictObject({ type: z.literal('conversation.item.retrieve'), event_id, item_id: id }),
  z.strictObject({ type: z.literal('conversation.item.delete'), event_id, item_id: id }),
  z.strictObject({
    type: z.literal('conversation.item.truncate'),
    event_id,
    item_id: id,
    content_index: z.int().min(0),
    audio_end_ms: ms,
  }),
  z.strictObject({ type: z.literal('response.create'), event_id, response: ResponseParameters.optional() }),
  z.strictObject({ type: z.literal('response.cancel'), event_id, response_id: id.optional() }),
  z.strictObject({ type: z.literal('nightdesk.hearing'), event_id, text: z.string().max(mostTextChars) }),
])
export type ClientEvent = z.infer<typeof ClientEvent>
export type ClientEventOf<Type extends ClientEvent['type']> = Extract<ClientEvent, { type: Type }>

export type ReadEvent =
  | { kind: 'event'; event: ClientEvent }
  | { kind: 'fault'; fault: Fault; eventId: string | undefined }

const Frame = z.object({ type: z.string(), event_id: z.string().optional() })

/**
 * Audio as clients write it, which is nearly all that they send: read without looking for anything else in it. What is
 * written otherwise (escapes, other members, another order) is read as any other event is.
 */
const plainAppend = /^\{\s*"type"\s*:\s*"input_audio_buffer\.append"\s*,\s*"audio"\s*:\s*"/

/** The base64 of plainly written audio; whether it is some is found out where it is decoded. */
function plainAudio(json: string): string | undefined {
  const from = plainAppend.exec(json)?.[0].length
  if (from === undefined || !json.endsWith('"}')) return undefined
  const to = json.length - 2
  return json.indexOf('"', from) === to && !json.includes('\\', from) ? json.slice(from, to) : undefined
}

/** Reads what a client sent; nothing that it sends throws. */
export function readClientEvent(json: string): ReadEvent {
  const audio = plainAudio(json)
  if (audio !== undefined) return { kind: 'event', event: { type: 'input_audio_buffer.append', audio } }
  const given = parsed(json)
  if (given === undefined) {
    const fault: Fault = { code: 'invalid_json', message: 'Send each event as one JSON object.', param: null }
    return { kind: 'fault', fault, eventId: undefined }
  }
  const read = ClientEvent.safeParse(given)
  if (read.success) return { kind: 'event', event: read.data }
  const eventId = z.object({ event_id: z.string().max(512) }).safeParse(given).data?.event_id
  const frame = Frame.safeParse(given)
  if (typeof given === 'object' && given !== null && !Array.isArray(given) && !('type' in given)) {
    const message = "Say by 'type' which event it is."
    return { kind: 'fault', fault: { code: 'missing_required_parameter', message, param: 'type' }, eventId }
  }
  const isKnown = frame.success && ClientEvent.options.some(({ shape }) => shape.type.value === frame.data.type)
  if (isKnown || !frame.success) return { kind: 'fault', fault: faultOf(read.error), eventId }
  const types = ClientEvent.options.map(({ shape }) => shape.type.value).join(', ')
  const message = `Nightdesk knows no event of the type "${frame.data.type.slice(0, 100)}". Send one of: ${types}.`
  return { kind: 'fault', fault: { code: 'invalid_value', message, param: 'type' }, eventId }
}

function parsed(json: string): unknown {
  try {
    const given: unknown = JSON.parse(json)
    return given ?? undefined
  } catch {
    return undefined
  }
}
