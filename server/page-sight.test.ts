import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askOn, lacksChromium } from './page.fake.ts'
import { cutOffButtons, faintTexts } from './page-sight.fake.ts'
import { type FakeVoice, launchTalkingBrowser, openTalkingPage } from './page-voice.fake.ts'

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
const corrections = [{ heard: 'cube control', meant: 'kubectl', at: 17 }]

/** Each state of a talk, and how it comes about. */
const states: readonly [state: string, comes: (voice: FakeVoice) => void][] = [
  ['listening', () => undefined],
  [
    'hearing',
    (voice) => {
      voice.send({ type: 'input_audio_buffer.speech_started', item_id: 'item_heard', audio_start_ms: 0 })
      voice.transcript('how do I restart kubectl', false, corrections)
    },
  ],
  ['thinking', (voice) => voice.send({ type: 'nightdesk.status', state: 'thinking', waiting_for: 'documents' })],
  ['waiting', (voice) => voice.send({ type: 'nightdesk.status', state: 'waiting', waiting_for: 'model' })],
  ['speaking', (voice) => voice.speak('r1', 'Wait for 30 seconds.', 5)],
]

describe.skipIf(lacksChromium())('the page to the eye and to a reader', { timeout: 30_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchTalkingBrowser()
  })
  afterAll(() => browser.close())

  it.each([
    { colorScheme: 'light', locale: 'en-US' },
    { colorScheme: 'dark', locale: 'ja-JP', ...phone },
    { colorScheme: 'light', locale: 'ja-JP', ...phone },
  ] as const)('can be read in each state of a talk: $colorScheme, $locale', async (device) => {
    await using opened = await openTalkingPage(browser, {}, { ...device, reducedMotion: 'reduce' })
    const { page, voice } = opened
    await page.locator('.talk-button').click()
    for (const [state, comes] of states) {
      comes(voice)
      await page.locator(`.stage[data-state="${state}"]`).waitFor()
      expect({ state, faint: await faintTexts(page), cutOff: await cutOffButtons(page) }).toEqual({
        state,
        faint: [],
        cutOff: [],
      })
    }
  })

  it.each(['light', 'dark'] as const)('can be read with an answer and its sources, %s', async (colorScheme) => {
    await using opened = await openTalkingPage(browser, {}, { colorScheme })
    const { page } = opened
    await askOn(page, 'How do I fail over?')
    expect(await faintTexts(page)).toEqual([])
  })

  it('copies a command, or selects it where there is no clipboard', async () => {
    await using opened = await openTalkingPage(browser)
    const { page } = opened
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await askOn(page, 'How do I fail over?')
    await page.getByRole('button', { name: 'Copy this code' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('redis-cli failover')
    await page.getByRole('button', { name: 'Copy this code' }).waitFor()
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }))
    await page.getByRole('button', { name: 'Copy this code' }).click()
    await page.getByRole('button', { name: 'Selected: copy it' }).waitFor()
    expect(await selected(page)).toBe('redis-cli failover')
  })

  it('has citations as large as a finger where there is one', async () => {
    await using opened = await openTalkingPage(browser, {}, phone)
    const { page } = opened
    await askOn(page, 'How do I fail over?')
    const chip = page.locator('.chip').first()
    const isHitBeside = await chip.evaluate((each) => {
      const { right, bottom } = each.getBoundingClientRect()
      return document.elementFromPoint(right + 3, bottom + 6) === each
    })
    expect(isHitBeside).toBe(true)
  })
})

const selected = (page: Page): Promise<string> => page.evaluate(() => getSelection()?.toString().trim() ?? '')
