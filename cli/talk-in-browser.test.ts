import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fakeDeepgram } from '#providers/speech-to-text/deepgram/deepgram.fake.ts'
import { chromiumAt, flags } from '#server/page.fake.ts'

const question = 'how do I fail over the payments database'
/** The browser plays the file from its beginning when the microphone is opened, and it shouldn't come again. */
const silence = { beforeS: 1, afterS: 60 }

describe.skipIf(!existsSync(chromiumAt) || !existsSync('/usr/bin/espeak-ng'))('talking in a browser', () => {
  let desk: Awaited<ReturnType<typeof startDesk>>
  beforeAll(async () => {
    desk = await startDesk()
  })
  afterAll(() => desk[Symbol.asyncDispose]())

  it.each(['websocket', 'webrtc'])(
    'hears, answers, and stops, all as it comes with npm, over %s',
    async (transport) => {
      const browser = await chromium.launch({
        executablePath: chromiumAt,
        args: [...flags, ...microphone(desk.folder)],
      })
      try {
        const page = await (await browser.newContext({ locale: 'en-US' })).newPage()
        await page.addInitScript((chosen) => {
          localStorage.setItem('nightdesk.voice', JSON.stringify({ transport: chosen }))
        }, transport)
        await page.goto(desk.url)
        await page.getByRole('button', { name: 'Talk' }).click()
        await page.locator('.stage-caption').getByText('how do I').waitFor()
        await page.locator('.stage-state').getByText('Speaking').waitFor()
        await page.locator('.card').first().waitFor()
        expect(await page.locator('.question').last().textContent()).toContain('how do I fail over')
        await page.locator('.stage').getByRole('button', { name: 'Stop' }).click()
        await page.locator('.stage-state').getByText('Listening').waitFor()
        expect(await page.locator('.question').count()).toBe(1)
      } finally {
        await browser.close()
      }
    },
    90_000,
  )
})

function microphone(folder: string): string[] {
  const [spoken, heard] = [join(folder, 'spoken.wav'), join(folder, 'heard.wav')]
  execFileSync('espeak-ng', ['-s', '150', '-w', spoken, question])
  const pad = ['pad', String(silence.beforeS), String(silence.afterS)]
  execFileSync('sox', [spoken, '-r', '48000', '-c', '1', '-b', '16', heard, ...pad])
  return [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${heard}`,
    '--autoplay-policy=no-user-gesture-required',
  ]
}

/** `nightdesk start` on the samples, with a recogniser that hears the question wherever it is. */
async function startDesk() {
  const folder = await mkdtemp(join(tmpdir(), 'nightdesk-browser-'))
  // All of it is understood at once: a slow machine that hears a gap makes no two questions of it.
  const deepgram = await fakeDeepgram({ speech: [{ text: question, fromMs: 1400, toMs: 1700 }] })
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, DEEPGRAM_API_KEY: 'key-for-tests', DEEPGRAM_BASE_URL: deepgram.url }
  // Without the launcher, which would leave it behind when it's killed.
  const args = [join(import.meta.dirname, 'main.ts'), 'start', '--port', '0', '--data-dir', join(folder, 'data')]
  const child = spawn(process.execPath, args, { env })
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece) => {
        said += String(piece)
        const ready = /ready at (http:\S+)/.exec(said)?.[1]
        if (ready !== undefined) resolve(ready)
      })
    child.once('exit', () => reject(new Error(said)))
  })
  return {
    folder,
    url,
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
      await deepgram[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
