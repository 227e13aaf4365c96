import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lacksVoices, launchAsker, startDesk } from './talking-browser.fake.ts'

const bundle = join(
  import.meta.dirname,
  '../node_modules/@openai/agents-realtime/dist/bundle/openai-realtime-agents.umd.js',
)

/** As its documentation has it, but for the address. */
const calling = `(async () => {
  const { OpenAIRealtimeWebRTC, RealtimeAgent, RealtimeSession } = OpenAIAgentsRealtime
  const headers = { 'content-type': 'application/json' }
  const secret = await (await fetch('/v1/realtime/client_secrets', { method: 'POST', headers, body: '{}' })).json()
  const transport = new OpenAIRealtimeWebRTC({ baseUrl: location.origin + '/v1/realtime/calls' })
  window.talk = new RealtimeSession(new RealtimeAgent({ name: 'on-call' }), { transport })
  window.errors = []
  window.told = []
  window.answers = 0
  talk.on('error', (error) => errors.push(JSON.stringify(error)))
  talk.on('agent_end', () => { answers += 1 })
  talk.transport.on('*', ({ type }) => told.push(type))
  window.saidBy = (role) => talk.history
    .filter((item) => item.type === 'message' && item.role === role)
    .flatMap(({ content }) => content.map(({ transcript, text }) => transcript ?? text ?? ''))
    .join(' ')
  await talk.connect({ apiKey: secret.value })
})()`

describe.skipIf(lacksVoices())(
  'the WebRTC client of @openai/agents-realtime in a browser',
  { timeout: 120_000 },
  () => {
    let desk: Awaited<ReturnType<typeof startDesk>>
    beforeAll(async () => {
      desk = await startDesk()
    }, 60_000)
    afterAll(() => desk[Symbol.asyncDispose]())

    it('calls, asks, hears the answer, interrupts it, and asks on in writing', async () => {
      await using browser = await launchAsker(desk.folder)
      const page = await (await browser.newContext({ bypassCSP: true })).newPage()
      const soon = (expression: string) => expect.poll(() => page.evaluate(expression), { timeout: 30_000 })
      await page.goto(desk.url)
      await page.addScriptTag({ path: bundle })
      await page.evaluate(calling)
      await soon("saidBy('user')").toContain('how do I fail over')
      await soon('told').toContain('output_audio_buffer.started')
      await page.evaluate('talk.interrupt()')
      await soon('told').toContain('output_audio_buffer.cleared')
      const before = Number(await page.evaluate('answers'))
      await page.evaluate("talk.sendMessage('Which team owns it?')")
      await soon('answers').toBeGreaterThan(before)
      await soon("saidBy('user')").toContain('Which team')
      expect(await page.evaluate("saidBy('assistant')")).not.toBe('')
      expect(await page.evaluate('errors')).toEqual([])
      await page.evaluate('talk.close()')
    })
  },
)
