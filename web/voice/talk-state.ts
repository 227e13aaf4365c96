import type { ServerEvent, VoiceState, WaitingFor } from '#voice-bot/protocol.ts'
import type { LineState } from './line.ts'

/** What can be told from across the room. */
export type ShownState =
  | 'off'
  | 'connecting'
  | 'offline'
  | 'listening'
  | 'hearing'
  | 'thinking'
  | 'waiting'
  | 'speaking'
  /** The microphone is off, by choice. */
  | 'muted'
  /** It opens when the key is held. */
  | 'ready'
  /** There is no microphone or nobody who understands speech: questions are typed. */
  | 'typing'

/** What the state follows from. */
export interface TalkFacts {
  line: LineState
  /** Of the server's side. */
  turn: VoiceState
  /** Our voice can be heard. */
  isSounding: boolean
  /** `held`: it's open as long as a key is held. */
  ears: 'open' | 'muted' | 'released' | 'held' | 'none'
}

export function shownState({ line, turn, isSounding, ears }: TalkFacts): ShownState {
  if (line === 'closed') return 'off'
  if (isSounding) return 'speaking'
  if (line === 'lost') return 'offline'
  if (line === 'connecting') return 'connecting'
  if (ears === 'held') return 'hearing'
  if (turn === 'thinking' || turn === 'waiting') return turn
  // Its first sound is still under way.
  if (turn === 'speaking') return 'thinking'
  if (ears === 'none') return 'typing'
  if (ears === 'muted') return 'muted'
  if (ears === 'released') return 'ready'
  return turn
}

/** The server's side of a turn after an event, and what it waits for; the protocol's own events tell it where ours don't come. */
export function turnAfter(
  event: ServerEvent,
  before: { turn: VoiceState; waitingFor: WaitingFor | undefined },
): { turn: VoiceState; waitingFor: WaitingFor | undefined } {
  const now = (turn: VoiceState, waitingFor?: WaitingFor) => ({ turn, waitingFor })
  switch (event.type) {
    case 'nightdesk.status':
      return now(event.state, event.waiting_for)
    case 'session.created':
      return event.nightdesk?.resumed === true ? before : now('listening')
    case 'input_audio_buffer.speech_started':
      return now('hearing')
    case 'input_audio_buffer.committed':
    case 'response.created':
      return now('thinking')
    case 'response.output_audio.delta':
      return now('speaking')
    case 'response.done':
      // Whoever interrupted it is still speaking.
      return before.turn === 'hearing' ? before : now('listening')
    default:
      return before
  }
}
