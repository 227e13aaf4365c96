import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lacksChromium } from './page.fake.ts'
import { launchTalkingBrowser, openTalkingPage, strengthOf } from './page-voice.fake.ts'

describe.skipIf(lacksChromium())('talking with the page', { timeout: 30_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchTalkingBrowser()
  })
  afterAll(() => browser.close())

  it('sends what the microphone hears, at 24 kHz and always listening', async () => {
    await using opened = await openTalkingPage(browser)
    const { page, voice } = opened
    await page.getByRole('button', { name: 'Talk' }).click()
    await page.getByText('Listening', { exact: true }).waitFor()
    expect(await voice.next('session.update')).toMatchObject({
      session: { audio: { input: { turn_detection: { type: 'semantic_vad' }, format: { rate: 24_000 } } } },
    })
    await expect.poll(() => voice.heard.length, { timeout: 10_000 }).toBeGreaterThan(48_000)
    const sound = voice.heard.slice(24_000, 48_000)
    expect(strengthOf(1000, sound)).toBeGreaterThan(10 * strengthOf(1500, sound))
    expect(opened.faults).toEqual([])
  })
})
