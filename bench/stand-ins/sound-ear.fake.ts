import { Buffer } from 'node:buffer'
import type { RawData, WebSocket } from 'ws'

export interface SoundEarScript {
  /** Said one after the other while somebody speaks, whatever it is that they say; anew with each turn. */
  words: readonly string[]
  wordMs: number
  /** From the last voiced sound to the end that the recogniser itself finds. */
  endpointingMs: number
  /** From `Finalize` to the final transcript. */
  finalMs: number
}

/** Root mean square of PCM16 above which a frame counts as voiced; the callers' room tone is far below. */
const voicedAbove = 200
const frameMs = 20
/** In words and between them. */
const longestGapMs = 150

/**
 * A recogniser as Deepgram (listen v1) speaks that follows the sound: its words come as long as there is any, and the
 * final ones when there is no more, or when it's told to finalise.
 * @param onHeard A turn's words have become final.
 */
export function listenToSound(
  connection: WebSocket,
  sampleRate: number,
  { words, wordMs, endpointingMs, finalMs }: SoundEarScript,
  onHeard: () => void,
): void {
  const frameBytes = Math.round((sampleRate * frameMs) / 1000) * 2
  let rest: Buffer = Buffer.alloc(0)
  let heardMs = 0
  let voicedMs = 0
  let silentMs = 0
  let said = 0
  const results = (count: number, isFinal: boolean, fromFinalize = false) =>
    JSON.stringify({
      type: 'Results',
      start: 0,
      duration: heardMs / 1000,
      is_final: isFinal,
      speech_final: isFinal,
      from_finalize: fromFinalize,
      channel: { alternatives: [{ transcript: words.slice(0, count).join(' '), confidence: 0.98, words: [] }] },
    })
  const close = (fromFinalize: boolean): void => {
    const count = voicedMs === 0 ? 0 : words.length
    voicedMs = 0
    said = 0
    if (count === 0 && !fromFinalize) return
    onHeard()
    connection.send(results(count, true, fromFinalize), () => undefined)
  }
  const frame = (bytes: Buffer): void => {
    heardMs += frameMs
    const isVoiced = level(bytes) > voicedAbove
    silentMs = isVoiced ? 0 : silentMs + frameMs
    if (isVoiced || (voicedMs > 0 && silentMs <= longestGapMs)) voicedMs += frameMs
    const count = Math.min(words.length, Math.floor(voicedMs / wordMs))
    if (count > said) connection.send(results(count, false), () => undefined)
    said = Math.max(said, count)
    if (voicedMs > 0 && silentMs === endpointingMs) close(false)
  }
  connection.on('message', (data: RawData, isBinary) => {
    if (!Buffer.isBuffer(data)) return
    if (!isBinary) {
      const message = data.toString('utf8')
      if (message.includes('CloseStream')) connection.close(1000)
      if (!message.includes('Finalize')) return
      if (finalMs === 0) close(true)
      else setTimeout(() => close(true), finalMs)
      return
    }
    rest = Buffer.concat([rest, data])
    while (rest.length >= frameBytes) {
      frame(rest.subarray(0, frameBytes))
      rest = rest.subarray(frameBytes)
    }
  })
}

function level(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readInt16LE(at) ** 2
  return Math.sqrt(sum / (bytes.length / 2))
}
