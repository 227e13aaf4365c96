import type { Channel } from '#conversation/channel.ts'
import type { ConversationInput } from '#conversation/events.ts'
import type { ConversationParts } from '#conversation/parts.ts'
import type { Answer, Citation } from '#knowledge/answer.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { AnswerWire, CitationWire } from '../answer-wire.ts'
import type { VoiceFigures } from '../figures.ts'
import type { ServerEventBody } from '../protocol.ts'
import type { Session } from '../protocol-session.ts'
import type { TurnTakingOptions } from '../turn-taking/options.ts'
import type { TurnTaking } from '../turn-taking/turn-taking.ts'
import type { VoiceActivityDetector } from '../voice-activity/voice-activity.ts'
import type { Items } from './items.ts'
import type { Playback, Timing } from './playback.ts'
import type { QuestionLimits } from './question-limits.ts'

/** What voice sessions are made of. */
export interface VoiceParts {
  conversation: ConversationParts
  detector: VoiceActivityDetector
  createTurnTaking: (options: TurnTakingOptions) => TurnTaking
  /** As the HTTP API writes them. */
  answerToWire: (answer: Answer) => AnswerWire
  citationToWire: (citation: Citation) => CitationWire
  timing: Timing
  figures: VoiceFigures
  /** Absent: everybody may ask as often as they like. */
  limits?: QuestionLimits | undefined
  /** A dropped connection's session is kept for so long. Default one minute. */
  keepsMs?: number | undefined
}

/** Who talks. */
export interface Caller {
  principal: Principal
}

/** What the parts of one session share. */
export interface SessionScope {
  parts: VoiceParts
  caller: Caller
  conversationId: string
  settings: () => Session
  items: Items
  playback: Playback
  /** Whether sound goes by a track of its own. */
  hasTrack: () => boolean
  /** Whether sound that is held is silent: on a track, and where the client does as our own events say. */
  canHold: () => boolean
  /** What goes into the conversation. */
  inputs: Pick<Channel<ConversationInput>, 'send'>
  send: (body: ServerEventBody) => void
  sendJson: (json: string) => void
  newId: (prefix: string) => string
}

/** On whose account a question is, and who hears of it. */
export function countedFor({ caller, send, parts }: Pick<SessionScope, 'caller' | 'send' | 'parts'>) {
  return { principal: caller.principal.name, send, log: parts.conversation.log }
}
