import { setTimeout as sleep } from 'node:timers/promises'
import { durationMs } from './pcm.ts'

/** Milliseconds that only ever grow, and a way to wait; tests hand in their own. */
export interface Pace {
  nowMs(): number
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export const realPace: Pace = {
  nowMs: () => performance.now(),
  wait: async (ms, signal) => {
    await sleep(ms, undefined, { signal })
  },
}

/**
 * Frames as a microphone would give them: each when its last sample would have been recorded. A reader who falls behind
 * gets the waiting frames at once, so that the whole takes no longer than the sound does.
 */
export async function* inRealTime(
  frames: Iterable<Int16Array> | AsyncIterable<Int16Array>,
  sampleRate: number,
  pace: Pace,
  signal: AbortSignal,
): AsyncGenerator<Int16Array> {
  const beganMs = pace.nowMs()
  let samples = 0
  for await (const frame of frames) {
    signal.throwIfAborted()
    samples += frame.length
    const waitMs = beganMs + durationMs(samples, sampleRate) - pace.nowMs()
    if (waitMs > 0) {
      await pace.wait(waitMs, signal).catch((error: unknown) => {
        signal.throwIfAborted()
        throw error
      })
    }
    yield frame
  }
}
