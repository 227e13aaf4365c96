import { silentLog } from '#runtime/log.ts'
import { createVoiceActivityDetector } from './silero-detector.ts'

/** Run as a process: it has nothing to do but to load the model ahead. */
createVoiceActivityDetector({ log: silentLog }).warm()
