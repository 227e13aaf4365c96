import type { ConversationParts } from '#conversation/parts.ts'
import { silentLog } from '#runtime/log.ts'
import { answerToWire, citationToWire } from '#server/wire.ts'
import { noFigures } from '#voice-bot/figures.ts'
import { realTiming } from '#voice-bot/realtime/playback.ts'
import { VoiceSessions } from '#voice-bot/realtime/sessions.ts'
import { createTurnTaking } from '#voice-bot/turn-taking/create-turn-taking.ts'
import { createVoiceActivityDetector } from '#voice-bot/voice-activity/silero/silero-detector.ts'

/** Voice sessions as they ship, over what is measured; the detector outlives them. */
export function measuredSessions(conversation: ConversationParts) {
  const detector = createVoiceActivityDetector({ log: silentLog })
  const sessions = new VoiceSessions({
    conversation,
    detector,
    createTurnTaking,
    answerToWire,
    citationToWire,
    timing: realTiming,
    figures: noFigures,
  })
  return { detector, sessions }
}
