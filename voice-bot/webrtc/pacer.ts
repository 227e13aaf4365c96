import type { Pace } from '#providers/audio/pacing.ts'

/** As WebRTC takes sound. */
const frameMs = 10
/** After a pause of the process so many frames are made up for at once; the listener's jitter buffer takes no more. */
const mostAtOnce = 6

/**
 * Calls `tick` every 10 ms, on the average to the microsecond: what came late is made up for, and after a long pause
 * time goes on from there. Ends when `signal` aborts.
 */
export async function keepPace(tick: () => void, pace: Pace, signal: AbortSignal): Promise<void> {
  let next = pace.nowMs()
  while (!signal.aborted) {
    const now = pace.nowMs()
    if (now - next > mostAtOnce * frameMs) next = now - mostAtOnce * frameMs
    for (; next <= now; next += frameMs) tick()
    await pace.wait(Math.max(0, next - pace.nowMs()), signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}
