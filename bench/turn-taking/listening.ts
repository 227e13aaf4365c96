import { silentLog } from '#runtime/log.ts'
import { createVoiceActivityDetector } from '#voice-bot/voice-activity/silero/silero-detector.ts'
import type { VoiceActivityDetector, VoiceFrame } from '#voice-bot/voice-activity/voice-activity.ts'
import { sampleRate } from './noises.ts'
import type { Scene } from './tape.ts'

/** A scene with what the detector made of it. */
export interface HeardScene {
  scene: Omit<Scene, 'samples'>
  frames: readonly VoiceFrame[]
}

const frameSamples = 512

/** So many scenes at once: the detector takes frames of several streams in one run. */
const together = 6

/** Hears scenes with the detector that hears people, as fast as it can. They come in their order. */
export async function* heardScenes(scenes: AsyncIterable<Scene>, signal: AbortSignal): AsyncGenerator<HeardScene> {
  await using detector = createVoiceActivityDetector({ log: silentLog })
  const failure = new AbortController()
  const stopped = AbortSignal.any([signal, failure.signal])
  const hearing: Promise<HeardScene>[] = []
  try {
    for await (const { samples, ...scene } of scenes) {
      stopped.throwIfAborted()
      const heard = framesOf(samples, detector, stopped).then((frames) => ({ scene, frames }))
      // Whoever waits for it is told; until then it isn't lost.
      heard.catch((err: unknown) => failure.abort(err))
      hearing.push(heard)
      const first = hearing.length === together ? hearing.shift() : undefined
      if (first !== undefined) yield await first
    }
    for (const heard of hearing) yield await heard
  } finally {
    failure.abort(new Error('nobody listens any more'))
    await Promise.allSettled(hearing)
  }
}

async function framesOf(
  samples: Int16Array,
  detector: VoiceActivityDetector,
  signal: AbortSignal,
): Promise<VoiceFrame[]> {
  const frames: VoiceFrame[] = []
  const wanted = Math.floor(samples.length / frameSamples)
  const heard = Promise.withResolvers<void>()
  let asked: { at: number; arrived: () => void } | undefined
  const stream = detector.open({
    sampleRate,
    onFrame: (frame) => {
      frames.push(frame)
      if (asked !== undefined && frames.length >= asked.at) asked.arrived()
      if (frames.length === wanted) heard.resolve()
    },
    onFailure: heard.reject,
  })
  const stop = () => heard.reject(signal.reason)
  signal.addEventListener('abort', stop)
  try {
    // A second at a time: what is given faster than it is heard would be dropped, as late sound is in a call.
    for (let from = 0; from < samples.length; from += sampleRate) {
      stream.push(samples.subarray(from, from + sampleRate))
      const at = Math.floor(Math.min(samples.length, from + sampleRate) / frameSamples)
      if (frames.length >= at) continue
      const { promise, resolve } = Promise.withResolvers<void>()
      asked = { at, arrived: resolve }
      await Promise.race([promise, heard.promise])
    }
    await heard.promise
  } finally {
    signal.removeEventListener('abort', stop)
    stream.close()
  }
  return frames
}
