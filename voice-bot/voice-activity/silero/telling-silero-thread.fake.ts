import { BroadcastChannel } from 'node:worker_threads'

/** Tells, by a channel of this name, that a thread has begun, and then that its model is loaded. */
const channel = new BroadcastChannel('telling-silero-thread')

channel.postMessage('begun')
await import('./silero-thread.ts')
channel.postMessage('loaded')
channel.close()
