/**
 * What goes over a Realtime connection: OpenAI's events by their GA names (developers.openai.com/api/reference/realtime),
 * and ours, which begin with `nightdesk.`. Types alone, so that a browser can import it too.
 */

import type { AnswerWire, CitationWire } from './answer-wire.ts'
import type { ContentPart, Item, RealtimeResponse } from './protocol-items.ts'
import type {
  AudioFormat,
  FunctionTool,
  NightdeskSettings,
  OutputModality,
  SemanticVad,
  ServerVad,
  Session,
  ToolChoice,
  TurnDetection,
} from './protocol-session.ts'

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
      /** The numbers of the citations that it rests on; [] where it is our own words. */
      citations: readonly number[]
      /** Which of the item's sentences it is, from 0. */
      index: number
      /** Where it begins in the sound of the item; about there, while what comes before it has no sound yet. */
      audio_start_ms: number
    }
  /** Where a sentence that was told begins in the sound of its item: exactly, once that is known. */
  | {
      type: 'nightdesk.caption_sound'
      response_id: string
      item_id: string
      index: number
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
      /** It was answered without these words, since they came too late, and they are part of nothing else. */
      is_late?: true
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
