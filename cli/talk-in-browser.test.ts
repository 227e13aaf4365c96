import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeNetwork, lacksVoices, launchAsker, question, startDesk } from './talking-browser.fake.ts'

/** How often each of them is the question that was spoken. */
const asked = (texts: readonly string[]): number[] => texts.map((text) => text.split(question).length - 1)

/** A page that is waited for as long as a machine with a lot to do may take. */
async function patientPage(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage()
  page.setDefaultTimeout(60_000)
  return page
}

describe.skipIf(lacksVoices())('talking in a browser', { timeout: 90_000 }, () => {
  let desk: Awaited<ReturnType<typeof startDesk>>
  beforeAll(async () => {
    desk = await startDesk()
  }, 60_000)
  afterAll(() => desk[Symbol.asyncDispose]())

  it.each(['websocket', 'webrtc'])(
    'hears, answers, and stops, all as it comes with npm, over %s',
    async (transport) => {
      await using browser = await launchAsker(desk.folder)
      const page = await patientPage(browser)
      await page.addInitScript((chosen) => {
        localStorage.setItem('nightdesk.voice', JSON.stringify({ transport: chosen }))
      }, transport)
      await page.goto(desk.url)
      await page.getByRole('button', { name: 'Talk' }).click()
      await page.locator('.question').getByText('how do I fail over').waitFor()
      await page.locator('.stage-state').getByText('Speaking').waitFor()
      await page.locator('.card').first().waitFor()
      await page.locator('.stage').getByRole('button', { name: 'Stop' }).click()
      await page.locator('.stage-state').getByText('Listening').waitFor()
      expect(asked(await page.locator('.question').allInnerTexts())).toEqual([1])
    },
  )

  it('goes on where it was over a network that tears in the question and in the answer', async () => {
    await using network = new FakeNetwork(desk.url)
    const url = await network.open()
    await using browser = await launchAsker(desk.folder)
    const page = await patientPage(browser)
    const connections: string[] = []
    page.on('websocket', (socket) => {
      connections.push(socket.url())
      // The last thing that each of the first two brings.
      const last = ['speech_started', 'response.output_audio.delta'][connections.length - 1]
      socket.on('framereceived', ({ payload }) => {
        if (last !== undefined && String(payload).includes(last)) network.tear()
      })
    })
    await page.goto(url)
    await page.getByRole('button', { name: 'Talk' }).click()
    await page.locator('.stage-state').getByText('Speaking').waitFor()
    await page.getByText('First sound after').waitFor()
    await page.locator('.stage-state').getByText('Listening').waitFor()
    expect(asked(await page.locator('.question').allInnerTexts())).toEqual([1])
    const [answer = ''] = await page.locator('.answer').allInnerTexts()
    const sentences = answer.split(/[.:]\s/)
    expect(sentences).toEqual([...new Set(sentences)])
    // Twice torn; a slow machine may take the line for dead once more.
    expect(connections.length).toBeGreaterThanOrEqual(3)
    for (const address of connections.slice(1)) expect(address).toContain('resume=')
  })
})
