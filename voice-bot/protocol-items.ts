/** What a conversation in the Realtime protocol is made of: items, and the responses that write them; types alone. */

import type { AudioFormat, OutputModality } from './protocol-session.ts'

export type ItemStatus = 'completed' | 'incomplete' | 'in_progress'

export type UserContent =
  | { type: 'input_text'; text: string }
  | { type: 'input_audio'; audio?: string | undefined; transcript: string | null }
export type AssistantContent =
  | { type: 'output_text'; text: string }
  | { type: 'output_audio'; audio?: string | undefined; transcript: string | null }

export type Item = { id: string; object: 'realtime.item'; status: ItemStatus } & (
  | { type: 'message'; role: 'user'; content: readonly UserContent[] }
  | { type: 'message'; role: 'assistant'; content: readonly AssistantContent[] }
  | { type: 'message'; role: 'system'; content: readonly { type: 'input_text'; text: string }[] }
  | { type: 'function_call'; call_id: string; name: string; arguments: string }
  | { type: 'function_call_output'; call_id: string; output: string }
)

export interface Usage {
  total_tokens: number
  input_tokens: number
  output_tokens: number
  input_token_details: { text_tokens: number; audio_tokens: number; image_tokens: number; cached_tokens: number }
  output_token_details: { text_tokens: number; audio_tokens: number }
}

export type ResponseStatus = 'in_progress' | 'completed' | 'cancelled' | 'failed' | 'incomplete'

export interface StatusDetails {
  type: Exclude<ResponseStatus, 'in_progress'>
  reason?: 'turn_detected' | 'client_cancelled' | 'max_output_tokens' | undefined
  error?: { type: string; code: string; message: string } | undefined
}

export interface RealtimeResponse {
  object: 'realtime.response'
  id: string
  status: ResponseStatus
  status_details: StatusDetails | null
  output: readonly Item[]
  conversation_id: string | null
  output_modalities: readonly OutputModality[]
  max_output_tokens: number | 'inf'
  audio: { output: { format: AudioFormat; voice: string } }
  metadata: Readonly<Record<string, string>> | null
  usage: Usage | null
}

export type ContentPart = { type: 'text'; text: string } | { type: 'audio'; transcript: string }
