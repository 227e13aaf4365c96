import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { soundOfClip } from './clip-sound.ts'
import { ClipUnreadableError } from './errors.ts'
import { writeWav } from './wav.ts'

const ongoing = new AbortController().signal
const tone = Int16Array.from({ length: 16_000 }, (_, n) =>
  Math.round(9000 * Math.sin((n * 2 * Math.PI * 440) / 16_000)),
)
const wanted = { sampleRate: 16_000, longestMs: 60_000 }
const hasFfmpeg = spawnSync('ffmpeg', ['-version']).error === undefined

describe('the sound of a clip', () => {
  it('is read from WAV without any program, as much of it as is wanted', async () => {
    const without = { ...wanted, ffmpeg: 'no-such-program' }
    expect(await soundOfClip(writeWav(tone, 16_000), without, ongoing)).toEqual(tone)
    const half = await soundOfClip(writeWav(tone, 16_000), { ...without, longestMs: 500 }, ongoing)
    expect(half).toHaveLength(8000)
  })

  it('says what to install where a program is needed that is not there', async () => {
    const clip = Buffer.from('\0\0\0 ftypM4A ')
    const read = soundOfClip(clip, { ...wanted, ffmpeg: 'no-such-program' }, ongoing)
    await expect(read).rejects.toMatchObject({ userMessage: expect.stringContaining('ffmpeg') })
  })

  it.skipIf(!hasFfmpeg)('is decoded from what phones record, and from no playlist', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'clip-test-'))
    const wav = writeWav(tone, 16_000)
    const made = spawnSync('ffmpeg', ['-loglevel', 'error', '-i', 'pipe:0', '-c:a', 'aac', join(folder, 'a.m4a')], {
      input: wav,
    })
    expect(made.status).toBe(0)
    const sound = await soundOfClip(await readFile(join(folder, 'a.m4a')), wanted, ongoing)
    expect(sound.length).toBeGreaterThan(15_000)
    expect(Math.max(...sound)).toBeGreaterThan(5000)
    const list = Buffer.from(`#EXTM3U\n#EXTINF:1,\nfile://${join(folder, 'a.m4a')}\n`)
    await expect(soundOfClip(list, wanted, ongoing)).rejects.toBeInstanceOf(ClipUnreadableError)
    await rm(folder, { recursive: true })
  })
})
