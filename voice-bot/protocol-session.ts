/** The session of the Realtime protocol, as the server tells of it; types alone. */

export type OutputModality = 'text' | 'audio'

/** PCM16 little-endian at 24 kHz, or G.711 at 8 kHz. */
export type AudioFormat = { type: 'audio/pcm'; rate: 24000 } | { type: 'audio/pcmu' } | { type: 'audio/pcma' }

export interface ServerVad {
  type: 'server_vad'
  /** Of the probability of speech, 0 to 1. */
  threshold: number
  prefix_padding_ms: number
  silence_duration_ms: number
  create_response: boolean
  interrupt_response: boolean
  idle_timeout_ms: number | null
}

export interface SemanticVad {
  type: 'semantic_vad'
  eagerness: 'low' | 'medium' | 'high' | 'auto'
  create_response: boolean
  interrupt_response: boolean
}

export type TurnDetection = ServerVad | SemanticVad

export interface FunctionTool {
  type: 'function'
  name: string
  description?: string | undefined
  /** JSON Schema of the arguments. */
  parameters?: Readonly<Record<string, unknown>> | undefined
}

export type ToolChoice = 'auto' | 'none' | 'required' | { type: 'function'; name: string }

/** What is ours in a session. */
export interface NightdeskSettings {
  /** Of the talk; `auto`: each answer in the language of its question. */
  lang: 'en' | 'ja' | 'auto'
  /** Only what begins with it is answered; null: all is. */
  wake_phrase: string | null
  /** After so much silence, one gentle question whether anything is wanted; null: none. */
  idle_prompt_ms: number | null
  /** Where the listener finds what is too long to say: on a page of ours, in Slack, or nowhere, as on the telephone. */
  shown_on: 'page' | 'slack' | 'nowhere'
}

/** What the traces of a session's turns are marked with. */
export interface Tracing {
  workflow_name?: string | undefined
  group_id?: string | undefined
  metadata?: Readonly<Record<string, string | number | boolean>> | undefined
}

/** How what is said is written down; null in a session: it isn't told. */
export interface Transcription {
  model: string
  language?: string | undefined
  languages?: readonly string[] | undefined
  prompt?: string | undefined
  keywords?: readonly string[] | undefined
}

export interface Session {
  type: 'realtime'
  object: 'realtime.session'
  id: string
  model: string
  output_modalities: readonly OutputModality[]
  instructions: string
  tools: readonly FunctionTool[]
  tool_choice: ToolChoice
  max_output_tokens: number | 'inf'
  tracing: 'auto' | Tracing | null
  truncation: 'auto'
  prompt: null
  /** Seconds since 1970. */
  expires_at: number
  include: readonly string[] | null
  audio: {
    input: {
      format: AudioFormat
      transcription: Transcription | null
      noise_reduction: { type: 'near_field' | 'far_field' } | null
      turn_detection: TurnDetection | null
    }
    output: { format: AudioFormat; voice: string; speed: number }
  }
  nightdesk: NightdeskSettings
}
