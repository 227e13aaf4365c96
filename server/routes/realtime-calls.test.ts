import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { RealtimeCaller, RealtimeDesk } from '../realtime.ts'
import { startServer } from '../server.fake.ts'

const principals = ['alice', 'bob'].map((name) => ({
  name,
  audiences: [],
  tokenSha256: createHash('sha256').update(`${name}-token`).digest('hex'),
}))
const alice = { authorization: 'Bearer alice-token' }

/** Answers every offer but one, and remembers who called. */
function fakeDesk() {
  const callers: (RealtimeCaller & { offer: string })[] = []
  const desk: RealtimeDesk = {
    accept: () => {},
    checkedSettings: (given) =>
      typeof given === 'object' && given !== null && 'fail' in given
        ? { kind: 'fault', fault: { message: 'Leave it out.', param: 'fail' } }
        : { kind: 'settings', settings: given, session: { type: 'realtime' } },
    calls: {
      async begin(offer, caller) {
        if (offer === 'bad') return { kind: 'refused', reason: 'Send another.' }
        callers.push({ ...caller, offer })
        return { kind: 'call', id: 'rtc_1', sdp: `answer to ${offer}` }
      },
      hangUp: (id, { name }) => id === 'rtc_1' && callers.at(-1)?.principal.name === name,
    },
    drain: async () => {},
  }
  return { desk, callers }
}

const offer = (url: string, body: string | FormData, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/realtime/calls?model=nightdesk`, { method: 'POST', body, headers })
const sdp = { 'content-type': 'application/sdp' }

describe('POST /v1/realtime/calls', () => {
  it('answers an offer that is the whole body', async () => {
    const { desk, callers } = fakeDesk()
    await using server = await startServer({ realtime: desk, principals })
    const response = await offer(server.url, 'v=0', { ...sdp, ...alice })
    expect(response.status).toBe(201)
    expect(response.headers.get('content-type')).toMatch('application/sdp')
    expect(response.headers.get('location')).toBe('/v1/realtime/calls/rtc_1')
    expect(await response.text()).toBe('answer to v=0')
    expect(callers.map(({ offer, principal, settings }) => [offer, principal.name, settings])).toEqual([
      ['v=0', 'alice', undefined],
    ])
    expect(callers[0]?.query.get('model')).toBe('nightdesk')
  })

  it.each(['text', 'file'])('answers an offer in a form, with settings as a %s', async (kind) => {
    const { desk, callers } = fakeDesk()
    await using server = await startServer({ realtime: desk })
    const form = new FormData()
    form.set('sdp', 'v=0')
    const settings = JSON.stringify({ type: 'realtime', audio: {} })
    if (kind === 'text') form.set('session', settings)
    else form.set('session', new Blob([settings], { type: 'application/json' }))
    const response = await offer(server.url, form)
    expect([response.status, await response.text()]).toEqual([201, 'answer to v=0'])
    expect(callers[0]?.settings).toEqual({ type: 'realtime', audio: {} })
  })

  it('takes a client secret, with the settings that it stands for, but lets nobody else in', async () => {
    const { desk, callers } = fakeDesk()
    await using server = await startServer({ realtime: desk, principals })
    const created = await server.post('/v1/realtime/client_secrets', { session: { type: 'realtime' } }, alice)
    const { value }: { value: string } = JSON.parse(await created.text())
    const response = await offer(server.url, 'v=0', { ...sdp, authorization: `Bearer ${value}` })
    expect(response.status).toBe(201)
    expect(callers.map(({ principal, settings }) => [principal.name, settings])).toEqual([
      ['alice', { type: 'realtime' }],
    ])
    expect((await offer(server.url, 'v=0', sdp)).status).toBe(401)
    expect((await offer(server.url, 'v=0', { ...sdp, authorization: 'Bearer ek_wrong' })).status).toBe(401)
    expect(callers).toHaveLength(1)
  })

  it('says why it refuses, as the Realtime API would', async () => {
    const { desk } = fakeDesk()
    await using server = await startServer({ realtime: desk })
    const problem = async (body: string | FormData, headers?: Record<string, string>) => {
      const response = await offer(server.url, body, headers)
      const { code, error }: { code: string; error: { message: string } } = JSON.parse(await response.text())
      return [response.status, code, error.message]
    }
    const form = (fields: Record<string, string>) => {
      const made = new FormData()
      for (const [name, value] of Object.entries(fields)) made.set(name, value)
      return made
    }
    expect(await problem('bad', sdp)).toEqual([400, 'offer_refused', 'Send another.'])
    expect(await problem('{}', { 'content-type': 'application/json' })).toEqual([
      415,
      'unsupported_media_type',
      expect.stringContaining('application/sdp'),
    ])
    expect(await problem(form({ session: '{}' }))).toEqual([400, 'offer_refused', expect.stringContaining('`sdp`')])
    expect(await problem(form({ sdp: 'v=0', session: '{' }))).toEqual([
      400,
      'malformed_json',
      expect.stringContaining('`session`'),
    ])
    expect(await problem(form({ sdp: 'v=0', session: '{"fail":1}' }))).toEqual([
      400,
      'invalid_request',
      expect.stringContaining('Leave it out.'),
    ])
    expect(await problem('no form', { 'content-type': 'multipart/form-data; boundary=x' })).toEqual([
      400,
      expect.anything(),
      expect.anything(),
    ])
    expect((await problem('x'.repeat(2_000_000), sdp)).slice(0, 2)).toEqual([413, 'body_too_large'])
  })

  it('hangs up for whoever called, and nobody else', async () => {
    const { desk } = fakeDesk()
    await using server = await startServer({ realtime: desk, principals })
    const hangUp = (id: string, headers: Record<string, string>) =>
      fetch(`${server.url}/v1/realtime/calls/${id}/hangup`, { method: 'POST', headers })
    await offer(server.url, 'v=0', { ...sdp, ...alice })
    expect((await hangUp('rtc_1', { authorization: 'Bearer bob-token' })).status).toBe(404)
    expect((await hangUp('rtc_2', alice)).status).toBe(404)
    expect((await hangUp('rtc_1', alice)).status).toBe(200)
  })
})
