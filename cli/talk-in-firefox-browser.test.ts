import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Firefox, lacksFirefox, microphoneThatSays } from './firefox.fake.ts'
import { lacksVoices, question, spokenFile, startDesk } from './talking-browser.fake.ts'

const stateIs = (state: string) => `document.querySelector('.stage')?.dataset.state === '${state}'`
const questions = '[...document.querySelectorAll(".question")]'

describe.skipIf(lacksFirefox() || lacksVoices())('talking in Firefox', { timeout: 90_000 }, () => {
  let desk: Awaited<ReturnType<typeof startDesk>>
  let firefox: Firefox
  beforeAll(async () => {
    ;[desk, firefox] = await Promise.all([startDesk(), Firefox.launch()])
  }, 60_000)
  afterAll(async () => {
    await firefox[Symbol.asyncDispose]()
    await desk[Symbol.asyncDispose]()
  })

  it.each(['websocket', 'webrtc'])(
    'hears, answers aloud, is interrupted by speaking, and answers again, over %s',
    async (transport) => {
      const settings = JSON.stringify(JSON.stringify({ transport }))
      const microphone = await microphoneThatSays(join(desk.folder, spokenFile))
      const page = await firefox.open(
        desk.url,
        `() => { localStorage.setItem('nightdesk.voice', ${settings}); (${microphone})() }`,
      )
      await page.click('button', 'Talk')
      await page.until(stateIs('listening'))
      await page.evaluate('void speak()')
      await page.until(stateIs('speaking'))
      await page.until('document.querySelector(".card")')
      // Not what is sent is measured but what plays.
      await page.until(
        `${stateIs('speaking')} && Number(document.querySelector('.stage').style.getPropertyValue('--level')) > 0.2`,
      )
      await page.evaluate('void speak()')
      await page.until(stateIs('hearing'))
      await page.until(`${questions}.length === 2 && ${stateIs('speaking')}`)
      await page.click('button', 'Stop')
      await page.until(stateIs('listening'))
      const asked = await page.evaluate(`${questions}.map((each) => each.innerText).join('\\n')`)
      expect(String(asked).split(question)).toHaveLength(3)
    },
  )
})
