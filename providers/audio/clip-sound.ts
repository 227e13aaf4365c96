import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClipUnreadableError } from './errors.ts'
import { soundOf } from './wav.ts'

export interface ClipOptions {
  /** Of the sound that is wanted. */
  sampleRate: number
  /** What is behind it is not heard. */
  longestMs: number
  /** The program. Default: ffmpeg. */
  ffmpeg?: string | undefined
}

/** What phones and browsers record; a playlist, say, would have ffmpeg open other files. */
const formats = 'mov,mp4,m4a,3gp,matroska,webm,ogg,mp3,aac,flac,wav,amr,caf'

/**
 * The sound of an audio or video file as mono PCM16. WAV is read here; anything else by ffmpeg, where it is installed.
 * @throws {ClipUnreadableError}
 */
export async function soundOfClip(bytes: Uint8Array, options: ClipOptions, signal: AbortSignal): Promise<Int16Array> {
  const { sampleRate, longestMs } = options
  const isWav = Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'RIFF'
  if (!isWav) return await decoded(bytes, options, signal)
  try {
    return soundOf(bytes, sampleRate).subarray(0, Math.floor((longestMs / 1000) * sampleRate))
  } catch {
    // Compressed sound in a WAV file, say.
    return await decoded(bytes, options, signal)
  }
}

/** From a file, since the index of a video often stands at its end. */
async function decoded(
  bytes: Uint8Array,
  { sampleRate, longestMs, ffmpeg = 'ffmpeg' }: ClipOptions,
  signal: AbortSignal,
): Promise<Int16Array> {
  const folder = await mkdtemp(join(tmpdir(), 'nightdesk-clip-'))
  try {
    const file = join(folder, 'clip')
    await writeFile(file, bytes, { mode: 0o600 })
    const input = ['-protocol_whitelist', 'file', '-format_whitelist', formats, '-i', file]
    const output = [
      '-vn',
      '-ac',
      '1',
      '-ar',
      String(sampleRate),
      '-t',
      String(longestMs / 1000),
      '-f',
      's16le',
      'pipe:1',
    ]
    const most = Math.ceil((longestMs / 1000) * sampleRate * 2) + 65_536
    const sound = await run(
      ffmpeg,
      ['-hide_banner', '-loglevel', 'error', '-nostdin', ...input, ...output],
      most,
      signal,
    )
    return new Int16Array(sound.buffer.slice(sound.byteOffset, sound.byteOffset + (sound.byteLength & ~1)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function run(program: string, given: string[], maxBuffer: number, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    execFile(program, given, { encoding: 'buffer', maxBuffer, signal }, (error, stdout) => {
      if (error === null) return resolve(stdout)
      if (signal.aborted) return reject(signal.reason)
      reject(
        error.code === 'ENOENT'
          ? new ClipUnreadableError(
              'This kind of recording can be heard only where ffmpeg is installed, and it is not. Whoever runs Nightdesk can install it; WAV files are heard without.',
              error,
            )
          : new ClipUnreadableError('This recording could not be decoded. Please record it again, or write.', error),
      )
    })
  })
}
