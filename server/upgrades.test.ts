import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { memoryLimits } from './limits/request-limits.ts'
import type { RealtimeCaller, RealtimeDesk } from './realtime.ts'
import { startServer } from './server.fake.ts'

/** Takes everybody in, remembers who they are, and says their name. */
function fakeDesk() {
  const callers: RealtimeCaller[] = []
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'realtime' })
  const draining = Promise.withResolvers<void>()
  const finished = Promise.withResolvers<void>()
  const desk: RealtimeDesk = {
    accept(request, socket, head, caller) {
      callers.push(caller)
      sockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.send(caller.principal.name))
    },
    checkedSettings: (given) =>
      typeof given === 'object' && given !== null && 'fail' in given
        ? { kind: 'fault', fault: { message: 'Leave it out.', param: 'fail' } }
        : { kind: 'settings', settings: given, session: { type: 'realtime' } },
    drain: async (signal) => {
      draining.resolve()
      if (!signal.aborted) await finished.promise
    },
  }
  return { desk, callers, draining: draining.promise, finish: finished.resolve }
}

type Answered = { kind: 'open'; name: string; protocol: string } | { kind: 'refused'; status: number; body: unknown }

/** Connects, and tells what came of it. */
async function connected(
  url: string,
  { path = '/v1/realtime?model=nightdesk', protocols = [], headers = {} }: Connecting = {},
): Promise<Answered> {
  const socket = new WebSocket(url.replace('http', 'ws') + path, protocols, { headers })
  const { promise, resolve, reject } = Promise.withResolvers<Answered>()
  socket.on('message', (data) => {
    resolve({ kind: 'open', name: Buffer.isBuffer(data) ? data.toString() : '', protocol: socket.protocol })
    socket.close()
  })
  socket.on('unexpected-response', (_, response: IncomingMessage) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () =>
      resolve({
        kind: 'refused',
        status: response.statusCode ?? 0,
        body: JSON.parse(Buffer.concat(chunks).toString()),
      }),
    )
  })
  socket.on('error', reject)
  return await promise
}

interface Connecting {
  path?: string
  protocols?: string[]
  headers?: Record<string, string>
}

const sha256 = (token: string): string => createHash('sha256').update(token).digest('hex')
const principals = [{ name: 'alice', audiences: ['sre'], tokenSha256: sha256('alices-token') }]

describe('a WebSocket for voice', () => {
  it('is open to this machine where nobody is configured, whatever key a client sends', async () => {
    const { desk, callers } = fakeDesk()
    await using nightdesk = await startServer({ realtime: desk })
    const headers = { authorization: 'Bearer sk-anything' }
    expect(await connected(nightdesk.url, { headers })).toMatchObject({ kind: 'open', name: 'local' })
    expect(callers[0]?.query.get('model')).toBe('nightdesk')
  })

  it.each([
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a name that was made to mean this machine', { host: 'evil.example' }],
    ['a proxy', { 'x-forwarded-for': '203.0.113.9' }],
  ])('is closed to %s', async (_, headers) => {
    const { desk, callers } = fakeDesk()
    await using nightdesk = await startServer({ realtime: desk })
    expect(await connected(nightdesk.url, { headers })).toMatchObject({ kind: 'refused', status: 403 })
    expect(callers).toEqual([])
  })

  it('is opened by a token, in the header or among the subprotocols, and by nothing else', async () => {
    const { desk } = fakeDesk()
    await using nightdesk = await startServer({ realtime: desk, principals })
    const open = { kind: 'open', name: 'alice' }
    const key = (token: string) => ['realtime', `openai-insecure-api-key.${token}`]
    expect(await connected(nightdesk.url, { headers: { authorization: 'Bearer alices-token' } })).toMatchObject(open)
    expect(await connected(nightdesk.url, { protocols: key('alices-token') })).toMatchObject({
      ...open,
      protocol: 'realtime',
    })
    const refused = {
      kind: 'refused',
      status: 401,
      body: { code: 'unauthenticated', error: { code: 'unauthenticated' } },
    }
    expect(await connected(nightdesk.url)).toMatchObject(refused)
    expect(await connected(nightdesk.url, { protocols: key('bobs-token') })).toMatchObject(refused)
    expect(await connected(nightdesk.url, { protocols: key('ek_guessed') })).toMatchObject(refused)
  })

  it('is opened by a client secret, with the settings that it was asked for, until it is too old', async () => {
    const { desk, callers } = fakeDesk()
    let now = new Date('2026-06-01T00:00:00Z')
    await using nightdesk = await startServer({ realtime: desk, principals, clock: { now: () => now } })
    const made = await nightdesk.post(
      '/v1/realtime/client_secrets',
      { session: { instructions: 'short' }, expires_after: { anchor: 'created_at', seconds: 60 } },
      { authorization: 'Bearer alices-token' },
    )
    const secret: { value: string; expires_at: number; session: unknown } = await made.json()
    expect(secret).toMatchObject({ expires_at: now.getTime() / 1000 + 60, session: { type: 'realtime' } })
    const protocols = ['realtime', `openai-insecure-api-key.${secret.value}`]
    expect(await connected(nightdesk.url, { protocols })).toMatchObject({ kind: 'open', name: 'alice' })
    expect(callers[0]?.settings).toEqual({ instructions: 'short' })
    now = new Date('2026-06-01T00:01:00Z')
    expect(await connected(nightdesk.url, { protocols })).toMatchObject({ kind: 'refused', status: 401 })
  })

  it('gives no client secret for nobody, for settings that are refused, or for a client secret', async () => {
    const { desk } = fakeDesk()
    await using nightdesk = await startServer({ realtime: desk, principals })
    const path = '/v1/realtime/client_secrets'
    const alice = { authorization: 'Bearer alices-token' }
    expect((await nightdesk.post(path, {})).status).toBe(401)
    const bad = await nightdesk.post(path, { session: { fail: 1 } }, alice)
    expect([bad.status, (await bad.json()).errors]).toEqual([
      400,
      [{ field: 'session.fail', message: 'Leave it out.' }],
    ])
    expect((await nightdesk.post(path, { expires_after: { seconds: 1 } }, alice)).status).toBe(400)
    const { value }: { value: string } = await (await nightdesk.post(path, {}, alice)).json()
    const bySecret = { authorization: `Bearer ${value}` }
    expect((await nightdesk.post(path, {}, bySecret)).status).toBe(401)
    expect((await nightdesk.post('/v1/ask', { question: 'x' }, bySecret)).status).toBe(401)
  })

  it('is nowhere else, and elsewhere a wish for an upgrade changes nothing', async () => {
    const { desk } = fakeDesk()
    await using nightdesk = await startServer({ realtime: desk })
    expect(await connected(nightdesk.url, { path: '/v1/other' })).toMatchObject({ kind: 'refused', status: 404 })
    const plain = await nightdesk.get('/v1/realtime')
    expect([plain.status, (await plain.json()).code, plain.headers.get('upgrade')]).toEqual([
      426,
      'websocket_only',
      'websocket',
    ])
    const { http } = nightdesk.server
    expect(http.listenerCount('upgrade')).toBe(1)
    await using without = await startServer()
    expect((await without.get('/v1/realtime')).status).toBe(404)
  })

  it('counts as a request of the principal; what is asked in it counts there', async () => {
    const { desk } = fakeDesk()
    await using nightdesk = await startServer({
      realtime: desk,
      principals,
      limits: memoryLimits({ questions: 1, requests: 2 }),
    })
    const headers = { authorization: 'Bearer alices-token' }
    expect(await connected(nightdesk.url, { headers })).toMatchObject({ kind: 'open' })
    expect(await connected(nightdesk.url, { headers, path: '/v1/realtime?resume=x' })).toMatchObject({ kind: 'open' })
    const refused = await connected(nightdesk.url, { headers })
    expect(refused).toMatchObject({ kind: 'refused', status: 429, body: { code: 'rate_limited' } })
  })

  it('is refused while the process drains, which waits for those who talk', async () => {
    const { desk, draining, finish } = fakeDesk()
    await using nightdesk = await startServer({ realtime: desk })
    let isOver = false
    const over = nightdesk.server.drain(AbortSignal.timeout(5000)).then(() => {
      isOver = true
    })
    await draining
    expect(await connected(nightdesk.url)).toMatchObject({ kind: 'refused', status: 503, body: { code: 'draining' } })
    expect(isOver).toBe(false)
    finish()
    await over
  })
})
