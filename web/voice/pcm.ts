/** Samples a second on the wire, mono PCM16 with its low byte first. */
export const wireRate = 24_000
/** 20 ms, as telephones and WebRTC send it: less makes more messages, more makes the other side hear late. */
export const pieceSamples = 480
/** As many arguments as every browser lets a function have. */
const charsAtOnce = 0x8000

export function toPcm16(samples: Float32Array): Int16Array<ArrayBuffer> {
  return Int16Array.from(samples, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 0x7fff))
}

export function toBase64(samples: Int16Array): string {
  const bytes = new Uint8Array(samples.length * 2)
  const view = new DataView(bytes.buffer)
  for (const [at, sample] of samples.entries()) view.setInt16(at * 2, sample, true)
  let text = ''
  for (let at = 0; at < bytes.length; at += charsAtOnce) {
    text += String.fromCharCode(...bytes.subarray(at, at + charsAtOnce))
  }
  return btoa(text)
}

/** Half a sample at the end is left out. */
export function fromBase64(base64: string): Int16Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
  const view = new DataView(bytes.buffer)
  return Int16Array.from({ length: bytes.length >> 1 }, (_, at) => view.getInt16(at * 2, true))
}
