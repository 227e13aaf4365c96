import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { launchNightdesk, nightdesk } from './nightdesk-process.fake.ts'

const Event = z.looseObject({ type: z.string(), deadline_ms: z.number().optional() })
const Done = z.object({ response: z.object({ status: z.string() }) })

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A client that keeps what it is sent, of the role once it listens. */
async function talkTo(port: number) {
  const address = `127.0.0.1:${port}`
  while (
    !(await fetch(`http://${address}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await setTimeout(50)
  const socket = new WebSocket(`ws://${address}/v1/realtime`)
  const events: z.infer<typeof Event>[] = []
  let changed = Promise.withResolvers<void>()
  socket.on('message', (message) => {
    events.push(Event.parse(JSON.parse(Buffer.isBuffer(message) ? message.toString('utf8') : '')))
    changed.resolve()
    changed = Promise.withResolvers()
  })
  const closed = once(socket, 'close').then(([code]): unknown => code)
  return {
    closed,
    send: (event: object) => socket.send(JSON.stringify(event)),
    event: async (type: string) => {
      for (;;) {
        const found = events.find((event) => event.type === type)
        if (found !== undefined) return found
        await changed.promise
      }
    },
    ask(text: string) {
      const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
      this.send({ type: 'conversation.item.create', item })
      this.send({ type: 'response.create' })
    },
  }
}

describe('nightdesk voice-bot', { timeout: 60_000 }, () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nightdesk-voice-'))
    await writeFile(join(folder, 'patient.yaml'), 'voice: { drain_for: 30s }\n')
    await writeFile(join(folder, 'hasty.yaml'), 'voice: { drain_for: 1s }\n')
    await nightdesk(['ingest', '--data-dir', join(folder, 'data')])
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const begin = async (config: string, env: Record<string, string> = {}) => {
    const port = await freePort()
    const where = ['--data-dir', join(folder, 'data'), '--config', join(folder, config)]
    const role = launchNightdesk(['voice-bot', '--json', '--port', String(port), ...where], { env })
    return { port, role, client: await talkTo(port) }
  }

  it('answers by voice, serves health and figures, and finishes what it is saying when it is asked to stop', async () => {
    const { port, role, client } = await begin('patient.yaml')
    await client.event('session.created')
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain('nightdesk_voice_sessions')
    expect((await fetch(`http://127.0.0.1:${port}/v1/ask`, { method: 'POST' })).status).toBe(404)
    client.ask('How long do we keep application logs?')
    await client.event('response.created')
    role.kill('SIGTERM')
    expect((await client.event('nightdesk.draining')).deadline_ms).toBe(30_000)
    expect(Done.parse(await client.event('response.done')).response.status).toBe('completed')
    expect(await client.closed).toBe(1012)
    const { code, out } = await role.ended
    expect([code, JSON.parse(out)]).toEqual([
      0,
      { url: `http://127.0.0.1:${port}`, realtime: `ws://127.0.0.1:${port}/v1/realtime` },
    ])
  })

  it.each<[string, Record<string, string>, boolean]>([
    [
      'loads the voice model before anybody talks',
      { DEEPGRAM_API_KEY: 'key', DEEPGRAM_BASE_URL: 'http://127.0.0.1:9' },
      true,
    ],
    ['loads no voice model where nobody can be heard', {}, false],
  ])('%s', async (_, env, isLoaded) => {
    const { role, client } = await begin('hasty.yaml', { ...env, LOG_LEVEL: 'debug' })
    await client.event('session.created')
    role.kill('SIGTERM')
    expect((await role.ended).err.includes('voice activity detection is loaded ahead')).toBe(isLoaded)
  })

  it('says no more than `voice.drain_for` allows', async () => {
    const { role, client } = await begin('hasty.yaml')
    await client.event('session.created')
    client.ask('How long do we keep application logs?')
    await client.event('response.done')
    role.kill('SIGTERM')
    expect((await client.event('nightdesk.draining')).deadline_ms).toBe(1000)
    expect(await client.closed).toBe(1012)
    expect((await role.ended).code).toBe(0)
  })
})
