import type { CallLog } from '#conversation/outlets/call-log.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { TextToSpeech } from '#providers/text-to-speech/text-to-speech.ts'
import type { Config } from '#runtime/config/config.ts'
import { durationMs } from '#runtime/config/duration.ts'
import { ConfigError } from '#runtime/errors.ts'
import { growHeapGenerously } from '#runtime/heap.ts'
import type { Log } from '#runtime/log.ts'
import type { RealtimeDesk } from '#server/realtime.ts'
import { answerToWire, citationToWire } from '#server/wire.ts'
import type { VoiceFigures } from '#voice-bot/figures.ts'
import { type PreparedVoice, preparedVoice } from '#voice-bot/mouth/prepared-voice.ts'
import { allVoiceSentences, voiceSentence } from '#voice-bot/mouth/words.ts'
import { realTiming } from '#voice-bot/realtime/playback.ts'
import type { QuestionLimits } from '#voice-bot/realtime/question-limits.ts'
import { SessionUpdate } from '#voice-bot/realtime/session-update.ts'
import { checkedSettings, VoiceSessions } from '#voice-bot/realtime/sessions.ts'
import { createTurnTaking } from '#voice-bot/turn-taking/create-turn-taking.ts'
import { createVoiceActivityDetector } from '#voice-bot/voice-activity/silero/silero-detector.ts'
import { OfferRefusedError } from '#voice-bot/webrtc/errors.ts'
import { WebrtcCalls } from '#voice-bot/webrtc/webrtc-calls.ts'
import { webSocketDoor } from '#voice-bot/websocket/websocket-door.ts'
import type { Nightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import { soundedTurns } from './sounded-turns.ts'
import type { OpenedSpeech } from './speech.ts'

export interface OpenedVoice extends AsyncDisposable {
  desk: RealtimeDesk
  sessions: VoiceSessions
  /** Loads in the background what whoever talks first would have to wait for; where nobody can be heard, nothing. */
  warm: () => void
}

export interface VoiceSurroundings {
  speech: OpenedSpeech
  /** Absent: what is said is written down nowhere else, or whoever does so looks for itself. */
  callLog?: CallLog | undefined
  /** Absent: everybody may ask as often as they like. */
  limits?: QuestionLimits | undefined
}

/** Twice what voices usually take to begin: then something else is said first. */
const slowAfterMs = 700

function prepared(voice: TextToSpeech, log: Log): PreparedVoice {
  return preparedVoice({
    voice,
    phrases: { en: allVoiceSentences('en'), ja: allVoiceSentences('ja') },
    bridge: { en: voiceSentence('one-moment', 'en'), ja: voiceSentence('one-moment', 'ja') },
    slowAfterMs,
    timing: realTiming,
    log,
  })
}

/** Voice sessions over the same loop as everything else. Nothing heavy is begun before it is warmed, or somebody talks. */
export async function openVoice(
  { config, log }: Pick<Invocation, 'config' | 'log'>,
  nightdesk: Nightdesk,
  figures: Omit<VoiceFigures, 'sounded'>,
  { speech, callLog, limits }: VoiceSurroundings,
): Promise<OpenedVoice> {
  const { resume_for, drain_for, ice_servers: iceServers, most_calls: mostCalls } = config.settings.voice
  growHeapGenerously()
  const detector = createVoiceActivityDetector({ log })
  const mouth = speech.toSpeech && prepared(speech.toSpeech, log)
  const closing = new AbortController()
  const sessions = new VoiceSessions({
    conversation: {
      ...nightdesk.conversation,
      speech: { ...speech, ...(mouth === undefined ? {} : { toSpeech: mouth }) },
      onTurn(turn) {
        nightdesk.conversation.onTurn?.(turn)
        callLog?.(turn.conversationId, closing.signal).catch((err: unknown) => {
          if (!closing.signal.aborted) log.warn({ err }, 'where a call is written down, a turn of it is late')
        })
      },
    },
    detector,
    createTurnTaking,
    answerToWire,
    citationToWire,
    timing: realTiming,
    figures: {
      ...figures,
      sounded: soundedTurns(nightdesk.providers),
      sessions(open) {
        // Whoever comes first may talk before it has ended; it never rejects.
        void mouth?.prepare(closing.signal)
        figures.sessions(open)
      },
    },
    limits,
    keepsMs: durationMs(resume_for),
  })
  const door = webSocketDoor(sessions)
  const calls = new WebrtcCalls({ log, iceServers: iceServers.map(iceServerOf), mostCalls })
  return {
    sessions,
    warm() {
      if (speech.toText !== undefined) detector.warm()
    },
    desk: {
      accept(request, socket, head, { principal, settings, query }) {
        door.accept(request, socket, head, connectingOf(principal, settings, query))
      },
      checkedSettings: (given) => checkedSettings(given, nightdesk.conversation.clock.now()),
      calls: {
        async begin(offer, { principal, settings, query }, signal) {
          try {
            const { id, sdp, transport } = await calls.begin(offer, principal.name, signal)
            sessions.connect({ link: transport, ...connectingOf(principal, settings, query) })
            return { kind: 'call', id, sdp }
          } catch (error) {
            if (error instanceof OfferRefusedError) return { kind: 'refused', reason: error.userMessage }
            throw error
          }
        },
        hangUp: (id, principal) => calls.hangUp(id, principal.name),
      },
      drain: (signal) => sessions.drain(durationMs(drain_for) ?? 0, signal),
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new Error('voice is over'))
      await sessions[Symbol.asyncDispose]()
      await calls[Symbol.asyncDispose]()
      await detector[Symbol.asyncDispose]()
    },
  }
}

/** @throws {ConfigError} When its password is nowhere. */
function iceServerOf({ urls, username, credential_env: name }: Config['settings']['voice']['ice_servers'][number]) {
  const credential = name === undefined ? undefined : process.env[name]
  if (name !== undefined && credential === undefined)
    throw new ConfigError(`  ${name}: must be set, since voice.ice_servers in nightdesk.yaml names it`)
  return { urls, username, credential }
}

/** What a client said of itself when it came, by whichever door. */
function connectingOf(principal: Principal, settings: unknown, query: URLSearchParams) {
  return {
    principal,
    settings: SessionUpdate.safeParse(settings).data,
    resumeToken: query.get('resume') ?? undefined,
    after: query.get('after') ?? undefined,
    conversationId: query.get('conversation_id') ?? undefined,
  }
}
