import type { WaitingFor } from '#voice-bot/protocol.ts'
import type { Caption } from './captions.ts'
import type { ShownState } from './talk-state.ts'
import type { Trouble } from './trouble.ts'
import type { VoiceSettings } from './voice-settings.ts'

/** What there is to be seen of a talk. */
export interface TalkView {
  state: ShownState
  waitingFor: WaitingFor | undefined
  /** Somebody can be heard, if they want to be. */
  hasEars: boolean
  caption: Caption | undefined
  trouble: Trouble | undefined
  /** The server has no speech recognition, and the browser's may only hear with a yes. */
  asksForOwnRecognition: boolean
  /** Where speech becomes text. */
  recognition: 'server' | 'browser' | 'none'
  settings: VoiceSettings
}
