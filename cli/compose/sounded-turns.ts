import type { VoiceFigures } from '#voice-bot/figures.ts'
import type { Providers } from './providers.ts'

/** What a spoken turn took becomes a part of its bar, and of its trace. */
export function soundedTurns({ turns, telemetry }: Pick<Providers, 'turns' | 'telemetry'>): VoiceFigures['sounded'] {
  return ({ traceId, principal, stagesMs, soundedMsAgo }) => {
    const { end_of_turn, transcription, answer, voice } = stagesMs
    turns.sounded(traceId, { hear: end_of_turn + transcription, answer, speak: voice })
    if (!telemetry.isOn) return
    const totalMs = end_of_turn + transcription + answer + voice
    const soundedAt = Date.now() - soundedMsAgo
    let startedAt = soundedAt - totalMs
    const asker = { principal, session: undefined }
    const whole = telemetry.start('spoken turn', { traceId, asker, startedAt })
    telemetry.within(whole, () => {
      for (const [stage, ms] of Object.entries(stagesMs)) {
        telemetry.start(stage, { startedAt }).end(undefined, startedAt + ms)
        startedAt += ms
      }
    })
    whole.end(undefined, soundedAt)
  }
}
