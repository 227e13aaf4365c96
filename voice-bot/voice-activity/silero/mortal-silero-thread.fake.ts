import { parentPort } from 'node:worker_threads'
import type { ThreadAsk } from './wire.ts'

/** Dies, as native code does, of a stream that has 11,025 samples a second. */
const deadlyRate = 11_025

parentPort?.on('message', (ask: ThreadAsk) => {
  if (ask.kind === 'open' && ask.sampleRate === deadlyRate) process.exit(139)
})
await import('./silero-thread.ts')
