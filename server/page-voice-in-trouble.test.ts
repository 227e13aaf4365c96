import { createHash } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lacksChromium } from './page.fake.ts'
import { launchTalkingBrowser, openTalkingPage } from './page-voice.fake.ts'

declare global {
  interface Window {
    /** What the browser's own voice was given to say. */
    said: string[]
    /** Takes the microphone away; whether there is another one. */
    unplug: (hasOther: boolean) => void
    plugIn: () => void
    /** The browser lets sound go on, once it's asked again. */
    allowSound: () => void
    /** Lets the browser's own recogniser have heard something. */
    hear: (text: string, isFinal: boolean) => void
  }
}

describe.skipIf(lacksChromium())('talking in trouble', { timeout: 30_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchTalkingBrowser()
  })
  afterAll(() => browser.close())

  it('resumes a connection that broke off where it was, and shows nothing twice', async () => {
    await using opened = await openTalkingPage(browser)
    const { page, voice } = opened
    await talk(page)
    voice.transcript('How do I fail over?', true)
    voice.speak('r1', 'First this.', 0.2)
    voice.caption('r1', 'Now this.')
    await page.locator('.answer').getByText('First this. Now this.').waitFor()
    const last = voice.lastEventId
    voice.breakOff()
    await voice.connection(1)
    expect(Object.fromEntries(voice.connections[1]?.query ?? [])).toMatchObject({ resume: 'resume-1', after: last })
    voice.sendAgain(last)
    voice.caption('r1', 'Then that.')
    await page.locator('.answer').getByText('First this. Now this. Then that.').waitFor()
    expect(await page.locator('.answer').allInnerTexts()).toEqual(['First this. Now this. Then that.'])
    expect(await page.locator('.question').allInnerTexts()).toEqual(['How do I fail over?'])
    // It was never seen to be gone, and the session is as it was.
    expect(voice.received.filter(({ type }) => type === 'session.update')).toHaveLength(1)
  })

  it('says that it is offline, keeps what is typed meanwhile, and sends it when it is back', async () => {
    await using opened = await openTalkingPage(browser)
    const { page, voice } = opened
    await talk(page)
    await page.route('**/v1/realtime/client_secrets', (route) => route.abort())
    voice.isAway = true
    voice.breakOff()
    await shows(page, 'Offline')
    await page.getByLabel('Your question').fill('Still there?')
    await page.keyboard.press('Enter')
    voice.isAway = false
    await page.evaluate(() => dispatchEvent(new Event('online')))
    expect(await voice.next('conversation.item.create')).toMatchObject({
      item: { content: [{ type: 'input_text', text: 'Still there?' }] },
    })
    expect(voice.connections.at(-1)?.query.get('resume')).toBe('resume-1')
    await voice.next('response.create')
    expect(await page.locator('.question').allInnerTexts()).toEqual(['Still there?'])
  })

  it('begins a new session of the same conversation where the old one is gone', async () => {
    await using opened = await openTalkingPage(browser)
    const { page, voice } = opened
    await talk(page)
    await voice.next('session.update')
    voice.transcript('How do I fail over?', true)
    voice.send({ type: 'response.created', response: { id: 'r1', status: 'in_progress' } })
    voice.hasForgotten = true
    voice.breakOff()
    await voice.connection(1)
    expect(Object.fromEntries(voice.connections[1]?.query ?? [])).toMatchObject({
      resume: 'resume-1',
      conversation_id: 'conversation-voice',
    })
    await voice.next('session.update', 1)
    // Nobody is making that answer any more.
    await page.getByText('broke off').waitFor()
    await page.getByRole('button', { name: 'Try again' }).click()
    await voice.next('conversation.item.create')
    await shows(page, 'Thinking')
  })

  it('keeps its conversation however often it is refused', async () => {
    await using opened = await openTalkingPage(browser)
    const { page, voice } = opened
    await talk(page)
    voice.isAway = true
    voice.breakOff()
    for (const _ of [1, 2, 3]) await page.waitForResponse('**/v1/realtime/client_secrets')
    voice.isAway = false
    await voice.connection(1)
    expect(voice.connections.at(-1)?.query.get('conversation_id')).toBe('conversation-voice')
    expect(voice.connections.at(-1)?.query.get('resume')).toBe('resume-1')
  })

  it('does not ask again what had arrived when the line broke off', async () => {
    await using opened = await openTalkingPage(browser)
    const { page, voice } = opened
    await talk(page)
    await page.getByLabel('Your question').fill('Did this arrive?')
    await page.keyboard.press('Enter')
    const { item } = await voice.next('conversation.item.create')
    if (typeof item === 'object' && item !== null && 'id' in item) voice.has(String(item.id))
    voice.breakOff()
    await voice.next('conversation.item.retrieve')
    voice.speak('r1', 'It did.', 0.2)
    await page.locator('.answer').getByText('It did.').waitFor()
    expect(voice.received.filter(({ type }) => type === 'conversation.item.create')).toHaveLength(1)
  })

  it('finds out that a line is dead although nothing says so, and takes it up again', async () => {
    await using opened = await openTalkingPage(browser)
    const { page, voice } = opened
    await talk(page)
    voice.isDead = true
    await voice.connection(1)
    expect(voice.connections[1]?.query.get('resume')).toBe('resume-1')
  })

  it('goes on with another microphone where one is unplugged, and with one that is plugged in later', async () => {
    await using opened = await openTalkingPage(browser, { before: fakePlugs })
    const { page, voice } = opened
    await talk(page)
    await page.evaluate(() => window.unplug(true))
    await page.getByRole('alert').getByText('another one listens now').waitFor()
    await shows(page, 'Listening')
    await page.evaluate(() => window.unplug(false))
    await page.getByRole('alert').getByText('The microphone is gone').waitFor()
    await shows(page, 'Type to ask')
    await page.evaluate(() => window.plugIn())
    await shows(page, 'Listening')
    const before = voice.heard.length
    await expect.poll(() => voice.heard.length).toBeGreaterThan(before)
  })

  it('says that the browser holds the sound back, and goes on with a touch', async () => {
    await using opened = await openTalkingPage(browser, { before: holdSound })
    const { page } = opened
    await talk(page)
    await page.getByRole('alert').getByText('holds the sound back').waitFor()
    await page.evaluate(() => window.allowSound())
    await page.locator('.stage-state').click()
    await expect.poll(() => page.getByRole('alert').count()).toBe(0)
  })

  it('listens in one tab alone', async () => {
    await using opened = await openTalkingPage(browser)
    const { page } = opened
    await talk(page)
    const other = await page.context().newPage()
    await other.goto(page.url())
    await talk(other)
    await shows(page, 'Muted')
    await page.getByRole('alert').getByText('Another tab').waitFor()
    await page.getByRole('button', { name: 'Unmute the microphone' }).last().click()
    await shows(page, 'Listening')
    await shows(other, 'Muted')
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('moves quietly to another process when its own is about to end', async () => {
    await using opened = await openTalkingPage(browser)
    const { page, voice } = opened
    await talk(page)
    voice.speak('r1', 'Fail over by hand.', 1)
    await shows(page, 'Speaking')
    voice.send({ type: 'nightdesk.draining', deadline_ms: 60_000 })
    expect(voice.connections).toHaveLength(1)
    voice.send({ type: 'response.done', response: { id: 'r1', status: 'completed' } })
    await voice.connection(1)
    expect(voice.connections[1]?.query.get('conversation_id')).toBe('conversation-voice')
    expect(voice.connections[1]?.query.has('resume')).toBe(false)
    await shows(page, 'Listening')
  })

  it('gets a key for each connection with the token of this tab', async () => {
    const tokenSha256 = createHash('sha256').update('battery-staple').digest('hex')
    const principals = [{ name: 'alice', audiences: ['sre'], tokenSha256 }]
    await using opened = await openTalkingPage(browser, { principals })
    const { page, voice } = opened
    await page.getByLabel('Token').fill('battery-staple')
    await page.keyboard.press('Enter')
    await talk(page)
    expect(voice.connections[0]?.protocols).toEqual([
      'realtime',
      expect.stringMatching(/^openai-insecure-api-key\.ek_/),
    ])
  })

  it.each([
    ['NotAllowedError', 'The microphone is blocked for this page. Allow it'],
    ['NotFoundError', 'No microphone was found. Plug one in'],
    ['NotReadableError', 'another program may be using it'],
  ])('says what to do about a microphone that fails by %s, and answers aloud what is typed', async (name, said) => {
    await using opened = await openTalkingPage(browser)
    const { page, voice } = opened
    await page.evaluate((error) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', error))
    }, name)
    await talk(page, 'Type to ask')
    await page.getByRole('alert').getByText(said).waitFor()
    await page.getByLabel('Your question').fill('How?')
    await page.keyboard.press('Enter')
    await voice.next('response.create')
    voice.speak('r1', 'By hand.', 5)
    await shows(page, 'Speaking')
    expect(voice.received.some(({ type }) => type === 'input_audio_buffer.append')).toBe(false)
  })

  it('says how to get a safe page where this one is none', async () => {
    const before = () => void Object.defineProperty(window, 'isSecureContext', { value: false })
    await using opened = await openTalkingPage(browser, { before })
    await opened.page.getByRole('button', { name: 'Talk' }).click()
    await opened.page.getByRole('alert').getByText('Open Nightdesk by https').waitFor()
    expect(opened.voice.connections).toEqual([])
  })

  it('hears by the browser where the server cannot, once it was allowed to', async () => {
    await using opened = await openTalkingPage(browser, { before: fakeRecogniser })
    const { page, voice } = opened
    await talk(page)
    voice.send(noRecognition)
    await page.getByRole('group', { name: 'Speech recognition' }).getByText('send what you say').waitFor()
    await page.getByRole('button', { name: 'Use the browser’s' }).click()
    await shows(page, 'Listening')
    await page.getByText('Your browser recognises your speech.').waitFor()
    await page.evaluate(() => window.hear('how do I', false))
    expect(await voice.next('nightdesk.hearing')).toMatchObject({ text: 'how do I' })
    await page.evaluate(() => window.hear('how do I fail over', true))
    expect(await voice.next('conversation.item.create')).toMatchObject({
      item: { content: [{ type: 'input_text', text: 'how do I fail over' }] },
    })
    voice.speak('r1', 'Run the failover by hand.', 20)
    await shows(page, 'Speaking')
    await page.locator('.stage-caption').getByText('Run the failover by hand.').waitFor()
    await page.evaluate(() => window.hear('the failover by hand', false))
    expect(voice.received.some(({ type }) => type === 'response.cancel')).toBe(false)
    await page.evaluate(() => window.hear('no wait the other cluster', false))
    await voice.next('response.cancel')
    expect(await page.evaluate(() => JSON.parse(localStorage.getItem('nightdesk.voice') ?? '{}'))).toMatchObject({
      ownRecognition: 'yes',
    })
  })

  it('has questions typed where nobody may recognise speech', async () => {
    await using opened = await openTalkingPage(browser, { before: fakeRecogniser })
    const { page, voice } = opened
    await talk(page)
    voice.send(noRecognition)
    await page.getByRole('button', { name: 'Type instead' }).click()
    await shows(page, 'Type to ask')
    const heard = voice.heard.length
    await page.getByLabel('Your question').fill('How?')
    await page.keyboard.press('Enter')
    await voice.next('response.create')
    expect(voice.heard.length).toBe(heard)
  })

  it('speaks by the browser’s voice where the server has none', async () => {
    await using opened = await openTalkingPage(browser, { before: fakeVoices })
    const { page, voice } = opened
    await talk(page)
    voice.send({ type: 'nightdesk.status', state: 'listening', waiting_for: 'voice', code: 'no_voice', text: '' })
    voice.transcript('How?', true)
    voice.send({ type: 'response.created', response: { id: 'r1', status: 'in_progress' } })
    voice.caption('r1', 'Run it by hand.')
    await shows(page, 'Speaking')
    expect(await page.evaluate(() => window.said)).toEqual(['Run it by hand.'])
    voice.send({ type: 'input_audio_buffer.speech_started', item_id: 'item_2', audio_start_ms: 0 })
    await shows(page, 'I hear you')
  })
})

const noRecognition = { type: 'nightdesk.status', state: 'listening', code: 'no_speech_recognition', text: 'Type.' }

async function talk(page: Page, state = 'Listening'): Promise<void> {
  await page.getByRole('button', { name: 'Talk' }).click()
  await shows(page, state)
}

async function shows(page: Page, state: string): Promise<void> {
  await page.locator('.stage-state').getByText(state, { exact: true }).waitFor()
}

/** Runs in the page: a recogniser that hears what the test says. */
function fakeRecogniser(): void {
  class FakeRecogniser extends EventTarget {
    start(): void {
      window.hear = (text, isFinal) => {
        const results = [Object.assign([{ transcript: text, confidence: 1 }], { isFinal })]
        this.dispatchEvent(Object.assign(new Event('result'), { resultIndex: 0, results }))
      }
    }
    stop(): void {}
    abort(): void {}
  }
  Object.defineProperty(window, 'SpeechRecognition', { value: FakeRecogniser })
}

/** Runs in the page: a voice that never comes to an end. */
function fakeVoices(): void {
  window.said = []
  speechSynthesis.speak = (utterance) => {
    window.said.push(utterance.text)
    utterance.dispatchEvent(new Event('start'))
  }
}

/** Runs in the page: a microphone that can be unplugged. */
function fakePlugs(): void {
  const { mediaDevices } = navigator
  const open = mediaDevices.getUserMedia.bind(mediaDevices)
  let tracks: MediaStreamTrack[] = []
  let isThere = true
  mediaDevices.getUserMedia = async (asked) => {
    if (!isThere) throw new DOMException('', 'NotFoundError')
    const stream = await open(asked)
    tracks = stream.getTracks()
    return stream
  }
  window.unplug = (hasOther) => {
    isThere = hasOther
    for (const track of tracks) track.dispatchEvent(new Event('ended'))
  }
  window.plugIn = () => {
    isThere = true
    mediaDevices.dispatchEvent(new Event('devicechange'))
  }
}

/** Runs in the page: a browser that lets nothing sound. */
function holdSound(): void {
  let isAllowed = false
  let isRunning = false
  class HeldContext extends AudioContext {
    override get state() {
      return isRunning ? super.state : 'suspended'
    }
    override async resume() {
      await super.resume()
      if (!isAllowed) return
      isRunning = true
      this.dispatchEvent(new Event('statechange'))
    }
  }
  Object.defineProperty(window, 'AudioContext', { value: HeldContext })
  window.allowSound = () => {
    isAllowed = true
  }
}
