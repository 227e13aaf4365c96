import { describe } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { voiceActivityContract } from '../voice-activity.contract.ts'
import { createVoiceActivityDetector } from './silero-detector.ts'

describe('SileroDetector', () => {
  voiceActivityContract(() => createVoiceActivityDetector({ log: silentLog }))
})
