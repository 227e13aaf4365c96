import { detect } from 'chardet'

/** An entry that holds nothing to index until somebody changes it; `reason` is a sentence for people naming it. */
export interface SkippedEntry {
  kind: 'skipped'
  code: 'entry_empty' | 'entry_too_large' | 'entry_binary'
  reason: string
}

/** Above this a file is no page that somebody wrote; 10 MB. */
export const largestEntryBytes = 10 * 1024 * 1024

export interface Decoded {
  kind: 'decoded'
  /** Lines end in \n, and there is no byte order mark. */
  text: string
  warning?: string | undefined
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Text of an entry's bytes: UTF-8, UTF-16, or what the bytes look like (Shift_JIS, EUC-JP, windows-1252, …) with a
 * warning.
 */
export function decode(path: string, content: Uint8Array | string, maxBytes: number): Decoded | SkippedEntry {
  if (content.length > maxBytes) return tooLarge(path, content.length, maxBytes)
  const decoded = typeof content === 'string' ? decodedAs(content) : decodeBytes(path, content)
  if (decoded.kind === 'skipped') return decoded
  const text = withPlainLineEnds(decoded.text)
  if (text.trim() !== '') return { ...decoded, text }
  return { kind: 'skipped', code: 'entry_empty', reason: `${path} is empty.` }
}

function tooLarge(path: string, bytes: number, maxBytes: number): SkippedEntry {
  const size = `${megabytes(bytes)} MB, more than the ${megabytes(maxBytes)} MB that we read`
  return { kind: 'skipped', code: 'entry_too_large', reason: `${path} has ${size}: split it, or exclude it.` }
}

function megabytes(bytes: number): string {
  const number = bytes / 1024 / 1024
  return number < 10 ? String(Math.ceil(number * 10) / 10) : String(Math.round(number))
}

function decodedAs(text: string, warning?: string): Decoded {
  return { kind: 'decoded', text, ...(warning === undefined ? {} : { warning }) }
}

function decodeBytes(path: string, bytes: Uint8Array): Decoded | SkippedEntry {
  const utf16 = utf16Of(bytes)
  if (utf16 !== undefined) return decodedAs(new TextDecoder(utf16).decode(bytes))
  if (bytes.subarray(0, 65_536).includes(0)) return binary(path)
  const decoded = decodeUtf8(bytes) ?? decodeGuessed(path, bytes)
  return hasManyControls(decoded.text) ? binary(path) : decoded
}

function decodeUtf8(bytes: Uint8Array): Decoded | undefined {
  try {
    return decodedAs(utf8.decode(bytes))
  } catch {
    return undefined
  }
}

/** By its byte order mark, or by every other byte being zero over ASCII. */
function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const sample = bytes.subarray(0, 2000 & ~1)
  if (sample.length < 8) return undefined
  const zeros = [0, 0]
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  const most = sample.length * 0.35
  if (odd > most && even === 0) return 'utf-16le'
  return even > most && odd === 0 ? 'utf-16be' : undefined
}

function decodeGuessed(path: string, bytes: Uint8Array): Decoded {
  const guess = detect(bytes.subarray(0, 200_000)) ?? 'windows-1252'
  const name = guess === 'UTF-8' || guess === 'ASCII' ? 'utf-8' : guess
  const decoder = decoderOf(name) ?? new TextDecoder('windows-1252')
  const warning =
    name === 'utf-8'
      ? `${path} has bytes that are not valid UTF-8; they show as \ufffd.`
      : `${path} is not UTF-8; it was read as ${decoder.encoding}. Save it as UTF-8 to be sure that it is read right.`
  return decodedAs(decoder.decode(bytes), warning)
}

function decoderOf(name: string): TextDecoder | undefined {
  try {
    return new TextDecoder(name)
  } catch {
    return undefined
  }
}

/** Text hardly holds control characters; an image or an archive without a zero byte does. */
function hasManyControls(text: string): boolean {
  const length = Math.min(text.length, 20_000)
  let controls = 0
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code < 9 || (code > 13 && code < 32 && code !== escapeCode) || code === 0xfffd) controls++
  }
  return controls > 8 && controls > length * 0.05
}

/** Begins the colours of a terminal's log. */
const escapeCode = 0x1b

function binary(path: string): SkippedEntry {
  return { kind: 'skipped', code: 'entry_binary', reason: `${path} is no text but binary content.` }
}

function withPlainLineEnds(text: string): string {
  const bare = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  return bare.includes('\r') ? bare.replaceAll(/\r\n?/g, '\n') : bare
}
