import { FramesByLevel } from './frames-by-level.ts'
import type { VoiceActivityDetector, VoiceStream, VoiceStreamOptions } from './voice-activity.ts'

/** Whatever is as loud as this counts as somebody speaking. */
const speechDb = -40

/** Hears speech in everything that's loud, at once and without threads. */
export function fakeVoiceActivity(): VoiceActivityDetector {
  const closing: (() => void)[] = []
  return {
    open(options) {
      const stream = openStream(options)
      closing.push(() => stream.close())
      return stream
    },
    async [Symbol.asyncDispose]() {
      for (const close of closing) close()
    },
  }
}

function openStream({ sampleRate, onFrame }: VoiceStreamOptions): VoiceStream {
  if (!(sampleRate >= 8000 && sampleRate <= 48_000)) throw new RangeError('Such sound is not taken')
  const frames = new FramesByLevel(sampleRate, (level) => (level >= speechDb ? 0.95 : 0.02))
  let isClosed = false
  return {
    push(samples) {
      for (const frame of frames.push(samples)) {
        setImmediate(() => {
          if (!isClosed) onFrame(frame)
        })
      }
    },
    close() {
      isClosed = true
    },
  }
}

/** Something like a voice saying "ah" over and over: what a throat makes, with a vowel's formants. */
export function saidAh(seconds: number, sampleRate: number, pitchHz = 130): Int16Array {
  const formants = [
    { hz: 730, width: 90 },
    { hz: 1090, width: 110 },
    { hz: 2440, width: 160 },
  ]
  const loudness = (hz: number) =>
    formants.reduce((sum, formant) => sum + 1 / (1 + ((hz - formant.hz) / formant.width) ** 2), 0.02) / (hz / 100)
  const harmonics = Array.from({ length: 30 }, (_, k) => pitchHz * (k + 1)).filter((hz) => hz < sampleRate / 2)
  let phase = 0
  return Int16Array.from({ length: Math.round(seconds * sampleRate) }, (_, k) => {
    const at = k / sampleRate
    phase += (2 * Math.PI * pitchHz * (1 + 0.06 * Math.sin(2 * Math.PI * 3 * at))) / sampleRate / pitchHz
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 2 * at)) ** 0.4
    const sum = harmonics.reduce((all, hz) => all + loudness(hz) * Math.sin(phase * hz), 0)
    return Math.max(-32_768, Math.min(32_767, Math.round(sum * syllable * 20_000)))
  })
}
