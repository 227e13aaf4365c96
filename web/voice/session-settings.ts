import type { SessionUpdate } from '#voice-bot/protocol.ts'
import type { VoiceSettings } from './voice-settings.ts'

const pcm = { type: 'audio/pcm', rate: 24_000 } as const

/** What the server has to know of how one talks here. */
export function sessionSettings({ microphone, aloud }: VoiceSettings): SessionUpdate {
  return {
    type: 'realtime',
    output_modalities: [aloud ? 'audio' : 'text'],
    audio: {
      input: {
        format: pcm,
        turn_detection: microphone === 'hold' ? null : { type: 'semantic_vad', eagerness: 'auto' },
      },
      output: { format: pcm },
    },
    nightdesk: { shown_on: 'page' },
  }
}
