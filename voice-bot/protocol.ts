/**
 * What goes over a Realtime connection: OpenAI's events by their GA names (developers.openai.com/api/reference/realtime),
 * and ours, which begin with `nightdesk.`. Types alone, so that a browser can import it too.
 */

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

export interface ProtocolError {
  type: 'invalid_request_error' | 'server_error'
  /** Stable. */
  code: string
  message: string
  param: string | null
  /** Of the client's event that it answers. */
  event_id: string | null
}

/** Where in a response something is. */
interface InResponse {
  response_id: string
  item_id: string
  output_index: number
  content_index: number
}

/** As the HTTP API gives it (`Citation` in /openapi.json). */
export interface CitationWire {
  n: number
  quote: string
  passage_id: string
  heading: string[]
  url: string
  document: {
    id: string
    source: string
    path: string
    url: string
    title: string
    owners: string[]
    kind: 'page' | 'alert' | 'api' | 'discussion'
    lang: 'en' | 'ja'
    edited_at: string
    edited_by?: string | undefined
    masked_secrets: number
  }
  freshness: {
    state: 'verified' | 'fresh' | 'aging' | 'stale' | 'suspect' | 'contradicted' | 'evergreen'
    edited_at: string
    document_edited_at: string
    verified_at?: string | undefined
    verified_by?: string | undefined
    review_due_at?: string | undefined
    reasons: string[]
    broken_references: { target: string; line: number }[]
    contradicted_by: { passage_id: string; document_id: string; title: string; ours: string; theirs: string }[]
  }
}

/** As the HTTP API gives it (`Answer` in /openapi.json). */
export interface AnswerWire {
  answer: string
  spoken: string
  abstained: boolean
  confidence: number
  lang: 'en' | 'ja'
  citations: CitationWire[]
  warnings: { code: string; message: string }[]
  conversation_id: string
  trace_id: string
  provider: string
  timings_ms: Record<string, number>
  cost_usd: number
}

/** `listening`: nobody speaks. `hearing`: somebody does. `waiting`: for what `waiting_for` names. */
export type VoiceState = 'listening' | 'hearing' | 'thinking' | 'speaking' | 'waiting'

export type WaitingFor = 'speech_recognition' | 'documents' | 'model' | 'voice' | 'tool' | 'speaker'

export type NightdeskServerEvent =
  /** The citations of an answer so far, new ones last, each before the sentence that rests on it is heard. */
  | { type: 'nightdesk.citations'; response_id: string; citations: readonly CitationWire[] }
  /** A turn's latency by stage: the stages add up to `total`. */
  | {
      type: 'nightdesk.metrics'
      response_id: string
      /** Milliseconds; `total` from the end of speech (or the request) to the first sound (or letter). */
      stages_ms: Readonly<Record<string, number>>
      total_ms: number
    }
  | {
      type: 'nightdesk.status'
      state: VoiceState
      waiting_for?: WaitingFor | undefined
      /** Stable: `no_speech_recognition`, `no_voice`, `speech_recognition_failed`… */
      code?: string | undefined
      /** For people, in their language. */
      text?: string | undefined
    }
  /** This process ends soon; what is being said is finished. Connect again by the conversation's id. */
  | { type: 'nightdesk.draining'; deadline_ms: number }
  /** What is about to be said, as it sounds and as it is typed. `filler`: only to bridge a wait, no part of the answer. */
  | {
      type: 'nightdesk.caption'
      response_id: string
      item_id: string
      text: string
      written: string
      filler: boolean
      /** Where it begins in the sound of the item. */
      audio_start_ms: number
    }
  /** Somebody may be interrupting: hold the sound; or nobody was: go on where it stopped. */
  | { type: 'nightdesk.playback'; action: 'hold' | 'go_on'; response_id: string }
  /** What is being said, so far; each replaces the one before. */
  | {
      type: 'nightdesk.transcript'
      item_id: string
      text: string
      is_final: boolean
      corrections: readonly Correction[]
    }
  /** The written answer, with all that belongs to it. */
  | { type: 'nightdesk.answer'; response_id: string; answer: AnswerWire }
  /** Where the conversation stands: a state of the machine, and the step of a walk-through. */
  | { type: 'nightdesk.state'; response_id: string; state: string; step?: { at: number; of: number } | undefined }
  /** Something failed that the turn can do without; the words are for the listener. */
  | { type: 'nightdesk.notice'; response_id: string | null; code: string; text: string }

/** A word that was heard otherwise than the documents write it. */
export interface Correction {
  heard: string
  meant: string
  /** Where `meant` begins in the text, in UTF-16 units. */
  at: number
  confidence: number
}

export type OpenAiServerEvent =
  | { type: 'error'; error: ProtocolError }
  | { type: 'session.created' | 'session.updated'; session: Session; nightdesk?: Resumption | undefined }
  | { type: 'conversation.created'; conversation: { id: string; object: 'realtime.conversation' } }
  | { type: 'conversation.item.added' | 'conversation.item.done'; previous_item_id: string | null; item: Item }
  | { type: 'conversation.item.retrieved'; item: Item }
  | { type: 'conversation.item.deleted'; item_id: string }
  | { type: 'conversation.item.truncated'; item_id: string; content_index: number; audio_end_ms: number }
  | {
      type: 'conversation.item.input_audio_transcription.delta'
      item_id: string
      content_index: number
      delta: string
    }
  | {
      type: 'conversation.item.input_audio_transcription.completed'
      item_id: string
      content_index: number
      transcript: string
      usage: { type: 'duration'; seconds: number }
    }
  | {
      type: 'conversation.item.input_audio_transcription.failed'
      item_id: string
      content_index: number
      error: { type: string; code: string; message: string; param: null }
    }
  | { type: 'input_audio_buffer.committed'; item_id: string; previous_item_id: string | null }
  | { type: 'input_audio_buffer.cleared' }
  | { type: 'input_audio_buffer.speech_started'; item_id: string; audio_start_ms: number }
  | { type: 'input_audio_buffer.speech_stopped'; item_id: string; audio_end_ms: number }
  | { type: 'input_audio_buffer.timeout_triggered'; item_id: string; audio_start_ms: number; audio_end_ms: number }
  /** Where the sound has a track of its own: it began, it came to its end, it was cut off. */
  | {
      type: 'output_audio_buffer.started' | 'output_audio_buffer.stopped' | 'output_audio_buffer.cleared'
      response_id: string
    }
  | { type: 'response.created' | 'response.done'; response: RealtimeResponse }
  | {
      type: 'response.output_item.added' | 'response.output_item.done'
      response_id: string
      output_index: number
      item: Item
    }
  | ({ type: 'response.content_part.added' | 'response.content_part.done'; part: ContentPart } & InResponse)
  | ({ type: 'response.output_text.delta'; delta: string } & InResponse)
  | ({ type: 'response.output_text.done'; text: string } & InResponse)
  | ({ type: 'response.output_audio_transcript.delta'; delta: string } & InResponse)
  | ({ type: 'response.output_audio_transcript.done'; transcript: string } & InResponse)
  | ({ type: 'response.output_audio.delta'; delta: string } & InResponse)
  | ({ type: 'response.output_audio.done' } & InResponse)
  | {
      type: 'response.function_call_arguments.delta'
      response_id: string
      item_id: string
      output_index: number
      call_id: string
      delta: string
    }
  | {
      type: 'response.function_call_arguments.done'
      response_id: string
      item_id: string
      output_index: number
      call_id: string
      name: string
      arguments: string
    }
  | {
      type: 'rate_limits.updated'
      rate_limits: readonly { name: 'requests' | 'tokens'; limit: number; remaining: number; reset_seconds: number }[]
    }

export type ContentPart = { type: 'text'; text: string } | { type: 'audio'; transcript: string }

/** How a dropped connection is taken up again, by `?resume=TOKEN&after=EVENT_ID`, and a talk elsewhere. */
export interface Resumption {
  resume_token: string
  conversation_id: string
  /** This connection goes on with a session that was there before; missed events follow. */
  resumed: boolean
  /** Events between the last one seen and those that follow are gone. */
  gap: boolean
  /** How long a dropped connection's session is kept. */
  keeps_ms: number
}

/** What the server sends, but for its id. */
export type ServerEventBody = OpenAiServerEvent | NightdeskServerEvent

/** What the server sends. */
export type ServerEvent = ServerEventBody & { event_id: string }

/** What a client may write in `session.update` and in the request for a client secret; all of it is optional. */
export interface SessionUpdate {
  type?: 'realtime' | undefined
  model?: string | undefined
  output_modalities?: OutputModality[] | undefined
  instructions?: string | undefined
  tools?: FunctionTool[] | undefined
  tool_choice?: ToolChoice | undefined
  max_output_tokens?: number | 'inf' | undefined
  audio?:
    | {
        input?:
          | {
              format?: AudioFormat | undefined
              transcription?: { model?: string | undefined; language?: string | undefined } | null | undefined
              noise_reduction?: { type: 'near_field' | 'far_field' } | null | undefined
              turn_detection?:
                | ({ type: TurnDetection['type'] } & Partial<Omit<ServerVad, 'type'> & Omit<SemanticVad, 'type'>>)
                | null
            }
          | undefined
        output?:
          | { format?: AudioFormat | undefined; voice?: string | undefined; speed?: number | undefined }
          | undefined
      }
    | undefined
  nightdesk?: Partial<NightdeskSettings> | undefined
}

/** What a page of ours sends; other clients send the same by OpenAI's own types. */
export type ClientEvent = { event_id?: string } & (
  | { type: 'session.update'; session: SessionUpdate }
  | { type: 'input_audio_buffer.append'; audio: string }
  | { type: 'input_audio_buffer.commit' }
  | { type: 'input_audio_buffer.clear' }
  | { type: 'output_audio_buffer.clear' }
  | {
      type: 'conversation.item.create'
      previous_item_id?: string | null
      item:
        | { id?: string; type: 'message'; role: 'user' | 'system'; content: { type: 'input_text'; text: string }[] }
        | { id?: string; type: 'function_call_output'; call_id: string; output: string }
    }
  | { type: 'conversation.item.retrieve' | 'conversation.item.delete'; item_id: string }
  | { type: 'conversation.item.truncate'; item_id: string; content_index: number; audio_end_ms: number }
  | { type: 'response.create'; response?: { output_modalities?: OutputModality[]; metadata?: Record<string, string> } }
  | { type: 'response.cancel'; response_id?: string }
  /** What the client's own recogniser has heard of a sentence that isn't over: the answer is begun early. */
  | { type: 'nightdesk.hearing'; text: string }
)
