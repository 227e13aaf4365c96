import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askOn, lacksChromium } from './page.fake.ts'
import { launchTalkingBrowser, openTalkingPage, strengthOf, type WireEvent } from './page-voice.fake.ts'

declare global {
  interface Window {
    /** What the loudspeaker's thread told the page. */
    reports: { kind: string; quanta?: number }[]
  }
}

describe.skipIf(lacksChromium())('talking with the page', { timeout: 30_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchTalkingBrowser()
  })
  afterAll(() => browser.close())

  it('sends what the microphone hears at 24 kHz, and nothing while it is muted', async () => {
    await using opened = await openTalkingPage(browser)
    const { page, voice } = opened
    await talk(page)
    expect(await voice.next('session.update')).toMatchObject({
      session: { audio: { input: { turn_detection: { type: 'semantic_vad' }, format: { rate: 24_000 } } } },
    })
    await expect.poll(() => voice.heard.length, { timeout: 10_000 }).toBeGreaterThan(36_000)
    const sound = voice.heard.slice(12_000, 36_000)
    expect(strengthOf(1000, sound)).toBeGreaterThan(10 * strengthOf(1500, sound))
    await page.getByRole('button', { name: 'Mute the microphone' }).last().click()
    await shows(page, 'Muted')
    // What was on its way has come once an answer to something later has.
    await page.getByLabel('Your question').fill('Anything?')
    await page.keyboard.press('Enter')
    await voice.next('response.create')
    const before = voice.heard.length
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)))
    expect(voice.heard.length).toBe(before)
    expect(opened.faults).toEqual([])
  })

  it('is silent within two render quanta of an interruption, says how much was heard, and plays nothing that comes late', async () => {
    await using opened = await openTalkingPage(browser, { before: recordReports })
    const { page, voice } = opened
    await talk(page)
    voice.speak('r1', 'Fail over by hand.', 20)
    await shows(page, 'Speaking')
    voice.send(started, cancelled('r1'))
    const truncated = await voice.next('conversation.item.truncate')
    expect(truncated).toMatchObject({ item_id: 'item_r1', content_index: 0 })
    expect(truncated.audio_end_ms).toBeGreaterThan(0)
    expect(truncated.audio_end_ms).toBeLessThan(10_000)
    await shows(page, 'I hear you')
    const silenced = await page.evaluate(() => window.reports.find(({ kind }) => kind === 'silenced'))
    expect(silenced?.quanta).toBeLessThanOrEqual(2)
    voice.sound('r1', 1)
    voice.send({ type: 'nightdesk.status', state: 'listening' })
    await shows(page, 'Listening')
    const progress = await page.evaluate(() => {
      const last = window.reports.findLastIndex(({ kind }) => kind === 'silenced')
      return window.reports.slice(last + 1)
    })
    expect(progress).toEqual([])
  })

  it('holds the sound while somebody may be interrupting, and goes on where it stopped', async () => {
    await using opened = await openTalkingPage(browser, { before: recordReports })
    const { page, voice } = opened
    await talk(page)
    voice.speak('r1', 'Fail over by hand.', 2)
    await shows(page, 'Speaking')
    voice.send({ type: 'nightdesk.playback', action: 'hold', response_id: 'r1' })
    await page.waitForFunction(() => window.reports.some(({ kind }) => kind === 'silenced'))
    voice.send({ type: 'nightdesk.playback', action: 'go_on', response_id: 'r1' })
    voice.send({ type: 'response.done', response: { id: 'r1', status: 'completed' } })
    await shows(page, 'Speaking')
    await shows(page, 'Listening')
    expect(voice.received.some(({ type }) => type === 'conversation.item.truncate')).toBe(false)
  })

  it('shows what is heard, corrected, and the answer with its caveat first, its sources, and commands as they are typed', async () => {
    await using opened = await openTalkingPage(browser)
    const { page, voice } = opened
    await talk(page)
    voice.send(started)
    voice.transcript('restart with cube control', false)
    await page.locator('.stage-caption.interim').getByText('restart with cube control').waitFor()
    const correction = { heard: 'cube control', meant: 'kubectl', at: 13, confidence: 0.9 }
    voice.transcript('Restart with kubectl', true, [correction])
    await page.locator('.question').waitFor()
    expect(await page.locator('.question del').textContent()).toBe('cube control')
    expect(await page.locator('.question ins').textContent()).toBe('kubectl')
    voice.speak('r1', 'Run this: [1]', 1, [1])
    voice.send({ type: 'nightdesk.citations', response_id: 'r1', citations: [staleCitation] })
    await page.locator('.card').getByText('Redis runbook').waitFor()
    voice.caption('r1', '```sh\nredis-cli failover\n```')
    await page.getByRole('button', { name: 'Copy this code' }).waitFor()
    await page.locator('.stage-caption').getByText('Run this:').waitFor()
    await page.locator('.stage-source').getByText('Redis runbook').click()
    await page.locator('.panel').getByText('Redis runbook').first().waitFor()
    expect(await page.locator('.turn-main').textContent()).toMatch(
      /^!Check before you act.*Run this: 1redis-cli failover/,
    )
    voice.send({ type: 'nightdesk.status', state: 'waiting', waiting_for: 'model' })
    await shows(page, 'Waiting for the model')
  })

  it('is one conversation with what is typed, before, during and after', async () => {
    await using opened = await openTalkingPage(browser)
    const { page, voice, asked } = opened
    await askOn(page, 'How do I fail over Redis?')
    await talk(page)
    expect(voice.connections[0]?.query.get('conversation_id')).toBe('conversation-1')
    await page.getByLabel('Your question').fill('And on staging?')
    await page.keyboard.press('Enter')
    expect(await voice.next('conversation.item.create')).toMatchObject({
      item: { role: 'user', content: [{ type: 'input_text', text: 'And on staging?' }] },
    })
    voice.speak('r1', 'The same.', 0.2)
    voice.send({ type: 'response.done', response: { id: 'r1', status: 'completed' } })
    await page.locator('.answer').getByText('The same.').waitFor()
    await page.getByRole('button', { name: 'End' }).click()
    await askOn(page, 'And then?')
    expect(asked.at(-1)?.conversationId).toBe('conversation-1')
    expect(await page.locator('.question').allInnerTexts()).toEqual([
      'How do I fail over Redis?',
      'And on staging?',
      'And then?',
    ])
  })

  it('opens the microphone as long as the key is held, but not for somebody who is typing', async () => {
    await using opened = await openTalkingPage(browser)
    const { page, voice } = opened
    await page.evaluate(() => localStorage.setItem('nightdesk.voice', JSON.stringify({ microphone: 'hold' })))
    await page.reload()
    await talk(page, 'Ready')
    expect(await voice.next('session.update')).toMatchObject({
      session: { audio: { input: { turn_detection: null } } },
    })
    expect(voice.heard).toEqual([])
    await page.keyboard.down('Space')
    await shows(page, 'I hear you')
    await expect.poll(() => voice.heard.length, { timeout: 10_000 }).toBeGreaterThan(12_000)
    await page.keyboard.up('Space')
    await voice.next('input_audio_buffer.commit')
    await voice.next('response.create')
    await page.getByLabel('Your question').fill('')
    await page.keyboard.type('a b')
    expect(await page.getByLabel('Your question').inputValue()).toBe('a b')
    expect(voice.received.filter(({ type }) => type === 'input_audio_buffer.commit')).toHaveLength(1)
  })

  it('stops an answer at Escape', async () => {
    await using opened = await openTalkingPage(browser)
    const { page, voice } = opened
    await talk(page)
    voice.speak('r1', 'Fail over by hand.', 20)
    await shows(page, 'Speaking')
    await page.keyboard.press('Escape')
    await voice.next('response.cancel')
    expect(await voice.next('conversation.item.truncate')).toBeDefined()
    await shows(page, 'Listening')
  })

  it('takes the second tap of a double tap for no wish to end', async () => {
    await using opened = await openTalkingPage(browser)
    const { page } = opened
    await talk(page)
    const end = page.locator('.stage').getByRole('button', { name: 'End' })
    await end.evaluate((button) => button.dispatchEvent(new MouseEvent('click', { detail: 2, bubbles: true })))
    expect(await page.locator('.stage-state').textContent()).toBe('Listening')
    await end.click()
    await page.getByRole('button', { name: 'Talk' }).waitFor()
  })

  it('goes on with a conversation that was begun elsewhere', async () => {
    await using opened = await openTalkingPage(browser)
    const { page, voice, nightdesk } = opened
    await page.goto(`${nightdesk.url}/?conversation_id=from-slack`)
    expect(page.url()).toBe(`${nightdesk.url}/`)
    await talk(page)
    expect(voice.connections[0]?.query.get('conversation_id')).toBe('from-slack')
  })

  it('fits a phone in all its states', async () => {
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
    await using opened = await openTalkingPage(browser, {}, phone)
    const { page, voice } = opened
    await page.getByRole('button', { name: 'Talk' }).tap()
    await shows(page, 'Listening')
    voice.transcript(`Why ${'y'.repeat(200)}?`, true)
    voice.speak('r1', `${'x'.repeat(200)} [1]`, 20)
    await shows(page, 'Speaking')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    await page.getByRole('button', { name: 'Voice settings' }).tap()
    await page.getByRole('dialog').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  })

  it('listens with the microphone that was chosen', async () => {
    await using opened = await openTalkingPage(browser, { before: recordMicrophones })
    const { page } = opened
    await talk(page)
    await page.getByRole('button', { name: 'Voice settings' }).click()
    const choice = page.getByRole('combobox', { name: 'Microphone' })
    await choice.selectOption({ index: 2 })
    const chosen = await choice.inputValue()
    const asked = () => page.evaluate(() => JSON.parse(document.body.dataset.microphones ?? '[]'))
    await expect
      .poll(asked)
      .toMatchObject([
        { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } },
        { audio: { echoCancellation: true, deviceId: { ideal: chosen } } },
      ])
  })
})

const started: WireEvent = { type: 'input_audio_buffer.speech_started', item_id: 'item_heard', audio_start_ms: 0 }

function cancelled(id: string): WireEvent {
  const status_details = { type: 'cancelled', reason: 'turn_detected' }
  return { type: 'response.done', response: { id, status: 'cancelled', status_details } }
}

const staleCitation = {
  n: 1,
  quote: 'Run `redis-cli failover` on the replica.',
  passage_id: 'redis-runbook#1',
  heading: ['Failover'],
  url: 'file:///redis.md',
  document: { id: 'redis-runbook', title: 'Redis runbook', path: 'redis.md', url: '', owners: [], lang: 'en' },
  freshness: { state: 'stale', edited_at: '2021-05-20T08:00:00Z', reasons: [] },
}

async function talk(page: Page, state = 'Listening'): Promise<void> {
  await page.getByRole('button', { name: 'Talk' }).click()
  await shows(page, state)
}

async function shows(page: Page, state: string): Promise<void> {
  await page.locator('.stage-state').getByText(state, { exact: true }).waitFor()
}

/** Runs in the page. */
function recordReports(): void {
  window.reports = []
  const Node = window.AudioWorkletNode
  window.AudioWorkletNode = class extends Node {
    constructor(...given: ConstructorParameters<typeof AudioWorkletNode>) {
      super(...given)
      if (given[1] === 'nightdesk-playback')
        this.port.addEventListener('message', ({ data }) => window.reports.push(data))
    }
  }
}

/** Runs in the page. */
function recordMicrophones(): void {
  const asked: unknown[] = []
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = (constraints) => {
    asked.push(constraints)
    document.body.dataset.microphones = JSON.stringify(asked)
    return open(constraints)
  }
}
