import type { AudioFormat, Session } from '../protocol-session.ts'
import type { TurnTakingOptions } from '../turn-taking/options.ts'
import { ClientFault } from './faults.ts'
import type { SessionUpdate } from './session-update.ts'
import { wishesIn } from './wishes.ts'

/** The one model that there is, whatever a client asks for. */
const modelName = 'nightdesk'

/** Sessions end when their client leaves; the protocol wants a time all the same. */
const lifetimeS = 24 * 3600

export function newSession(id: string, now: Date): Session {
  return {
    type: 'realtime',
    object: 'realtime.session',
    id,
    model: modelName,
    output_modalities: ['audio'],
    instructions: 'Answers come from the documents that Nightdesk has indexed, with their sources.',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    tracing: null,
    truncation: 'auto',
    prompt: null,
    expires_at: Math.floor(now.getTime() / 1000) + lifetimeS,
    include: null,
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24000 },
        transcription: { model: modelName },
        noise_reduction: null,
        turn_detection: {
          type: 'server_vad',
          threshold: 0.5,
          prefix_padding_ms: 300,
          silence_duration_ms: 500,
          create_response: true,
          interrupt_response: true,
          idle_timeout_ms: null,
        },
      },
      output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'nightdesk', speed: 1 },
    },
    nightdesk: { lang: 'auto', wake_phrase: null, idle_prompt_ms: null, shown_on: 'nowhere' },
  }
}

/**
 * The session with what the client wants of it; what isn't mentioned stays.
 * @param hasSpoken Its voice was heard already.
 * @throws {ClientFault} When the voice would change after it was heard.
 */
export function updated(session: Session, update: SessionUpdate, hasSpoken: boolean): Session {
  const { input, output } = update.audio ?? {}
  const voice = output?.voice ?? session.audio.output.voice
  if (hasSpoken && voice !== session.audio.output.voice) {
    throw new ClientFault(
      'cannot_update_voice',
      'The voice was heard already and stays. Begin a new session for another one.',
      'session.audio.output.voice',
    )
  }
  const transcription = input?.transcription
  const noise = input?.noise_reduction
  return {
    ...session,
    output_modalities: update.output_modalities ?? session.output_modalities,
    instructions: update.instructions ?? session.instructions,
    tools: update.tools ?? session.tools,
    tool_choice: update.tool_choice ?? session.tool_choice,
    max_output_tokens: update.max_output_tokens ?? session.max_output_tokens,
    include: update.include === undefined ? session.include : update.include,
    tracing: update.tracing === undefined ? session.tracing : update.tracing,
    truncation: update.truncation ?? session.truncation,
    audio: {
      input: {
        format: input?.format ?? session.audio.input.format,
        transcription:
          transcription === undefined
            ? session.audio.input.transcription
            : transcription && { ...transcription, model: transcription.model ?? modelName },
        noise_reduction:
          noise === undefined ? session.audio.input.noise_reduction : noise && { type: noise.type ?? 'near_field' },
        turn_detection: input?.turn_detection === undefined ? session.audio.input.turn_detection : input.turn_detection,
      },
      output: {
        format: output?.format ?? session.audio.output.format,
        voice,
        speed: output?.speed ?? session.audio.output.speed,
      },
    },
    nightdesk: {
      lang: update.nightdesk?.lang ?? session.nightdesk.lang,
      wake_phrase:
        update.nightdesk?.wake_phrase === undefined ? session.nightdesk.wake_phrase : update.nightdesk.wake_phrase,
      idle_prompt_ms:
        update.nightdesk?.idle_prompt_ms === undefined
          ? session.nightdesk.idle_prompt_ms
          : update.nightdesk.idle_prompt_ms,
      shown_on: update.nightdesk?.shown_on ?? session.nightdesk.shown_on,
    },
  }
}

/** The language of the talk, where the client says which: in our settings, or as the one of its transcripts. */
export function langOf({ nightdesk, audio }: Session): 'en' | 'ja' | 'auto' {
  if (nightdesk.lang !== 'auto') return nightdesk.lang
  const { language: one, languages = [] } = audio.input.transcription ?? {}
  const language = (one ?? (languages.length === 1 ? languages[0] : undefined))?.toLowerCase() ?? ''
  if (language.startsWith('ja')) return 'ja'
  return language.startsWith('en') ? 'en' : 'auto'
}

/** The language of answers: of the talk, else the one that the instructions wish for. */
export function answerLangOf(session: Session, instructions = session.instructions): 'en' | 'ja' | 'auto' {
  const lang = langOf(session)
  return lang === 'auto' ? (wishesIn(instructions).lang ?? 'auto') : lang
}

/** How fast answers are spoken, times the usual pace. */
export function speedOf({ audio, instructions }: Session): number {
  return audio.output.speed * (wishesIn(instructions).speed ?? 1)
}

/**
 * Speech is louder than this, in dB below full scale: at a microphone near the mouth all that is quieter is somebody else;
 * far from it the speaker is quieter, too.
 */
const quietestDb = { near_field: -50, far_field: -66 } as const

/** What is longer in a prompt is no name, but a sentence about the talk. */
const mostWords = 4

/** How turns are taken; undefined where the client ends them itself. */
export function turnTakingOf(session: Session): TurnTakingOptions | undefined {
  const detection = session.audio.input.turn_detection
  if (detection === null) return undefined
  const { wake_phrase: wakePhrase } = session.nightdesk
  const noise = session.audio.input.noise_reduction
  return {
    detection:
      detection.type === 'server_vad'
        ? {
            kind: 'server_vad',
            threshold: detection.threshold,
            silenceMs: detection.silence_duration_ms,
            prefixPaddingMs: detection.prefix_padding_ms,
          }
        : { kind: 'semantic_vad', eagerness: detection.eagerness },
    lang: langOf(session),
    bargeIn: { enabled: detection.interrupt_response },
    ...(noise === null ? {} : { minimumLevelDb: quietestDb[noise.type] }),
    ...(wakePhrase === null ? {} : { wakePhrases: [wakePhrase] }),
  }
}

/** Words that a client expects to be said: its keywords, and what its prompt lists. */
export function keytermsOf({ audio }: Session): string[] {
  const { keywords = [], prompt = '' } = audio.input.transcription ?? {}
  const listed = prompt.split(/[,;:\n、，；：]|[.。](?:\s|$)/).map((each) => each.trim())
  return [...new Set([...keywords, ...listed.filter((each) => each !== '' && each.split(/\s+/).length <= mostWords)])]
}

/** What the traces of its turns are marked with. */
export function marksOf({ tracing }: Session): Record<string, string | number | boolean> {
  if (tracing === null || tracing === 'auto') return {}
  const { workflow_name: workflow, group_id: group, metadata = {} } = tracing
  return {
    ...(workflow === undefined ? {} : { 'nightdesk.workflow': workflow }),
    ...(group === undefined ? {} : { 'nightdesk.group': group }),
    ...Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`nightdesk.metadata.${key}`, value])),
  }
}

export function sampleRateOf(format: AudioFormat): number {
  return format.type === 'audio/pcm' ? format.rate : 8000
}
