import { hasSubscribers } from 'node:diagnostics_channel'
import { createServer, request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { fakeCollector } from './collector.fake.ts'
import { openOtlp } from './otlp.ts'
import { localTelemetry, Telemetry } from './telemetry.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const asker = { principal: 'alice', session: 'c1' }

async function* counted(upTo: number, seen: () => unknown): AsyncGenerator<unknown> {
  for (let at = 0; at < upTo; at++) {
    await new Promise((resolve) => setImmediate(resolve))
    yield seen()
  }
}

describe('telemetry that stays in the process', () => {
  it('knows on whose account something is done, through all that is waited for', async () => {
    const telemetry = localTelemetry()
    const turn = telemetry.start('turn', { traceId, asker })
    const seen = await Array.fromAsync(
      telemetry.stream(turn, () => counted(2, () => telemetry.start('search').asker?.principal)),
    )
    expect(seen).toEqual(['alice', 'alice'])
    expect(telemetry.current).toBeUndefined()
  })

  it('keeps two turns that run at once apart', async () => {
    const telemetry = localTelemetry()
    const ask = (principal: string) =>
      Array.fromAsync(
        telemetry.stream(telemetry.start('turn', { traceId, asker: { principal, session: undefined } }), () =>
          counted(3, () => telemetry.current?.asker?.principal),
        ),
      )
    expect(await Promise.all([ask('alice'), ask('bob')])).toEqual([Array(3).fill('alice'), Array(3).fill('bob')])
  })

  it('closes a stream that nobody pulls any more', async () => {
    const telemetry = localTelemetry()
    let isClosed = false
    async function* endless() {
      try {
        for (;;) yield 1
      } finally {
        isClosed = true
      }
    }
    for await (const _ of telemetry.stream(telemetry.start('turn', { traceId }), endless)) break
    expect(isClosed).toBe(true)
  })
})

describe('telemetry by OTLP', () => {
  it('sends a turn as one trace of the id that was given, each part below what it is a part of', async () => {
    await using collector = await fakeCollector()
    const otlp = openOtlp({ endpoint: collector.url, serviceName: 'nightdesk', version: '1' })
    const telemetry = new Telemetry({ sink: otlp })
    const turn = telemetry.start('turn', { traceId, asker, attributes: { 'gen_ai.operation.name': 'invoke_agent' } })
    await telemetry.whole(turn, async () => {
      await telemetry.whole(telemetry.start('search'), async () => undefined)
      const failing = telemetry.whole(telemetry.start('chat gpt', { kind: 'client' }), () =>
        Promise.reject(new TypeError('what is the root password?')),
      )
      await failing.catch(() => undefined)
    })
    telemetry.measure('gen_ai.client.operation.duration', 's', 0.2, { 'gen_ai.operation.name': 'chat' })
    await otlp[Symbol.asyncDispose]()
    const named = new Map(collector.spans.map((span) => [span.name, span]))
    expect(new Set(collector.spans.map((span) => span.traceId))).toEqual(new Set([traceId]))
    expect([...named.keys()].toSorted()).toEqual(['chat gpt', 'search', 'turn'])
    expect(named.get('search')?.parentSpanId).toBe(named.get('turn')?.spanId)
    expect(named.get('turn')).toMatchObject({
      parentSpanId: '',
      attributes: { 'gen_ai.operation.name': 'invoke_agent' },
    })
    expect(named.get('chat gpt')).toMatchObject({
      kind: 3,
      status: { code: 2 },
      attributes: { 'error.type': 'TypeError' },
    })
    expect(collector.metrics).toContain('gen_ai.client.operation.duration')
    expect(collector.services).toEqual(new Set(['nightdesk']))
    expect(collector.sent()).not.toContain('root password')
  })

  it('makes an id of its own in place of one that is none', async () => {
    await using collector = await fakeCollector()
    await using otlp = openOtlp({ endpoint: collector.url, serviceName: 'nightdesk', version: '1' })
    const span = new Telemetry({ sink: otlp }).start('turn', { traceId: 'c1' })
    expect(span.traceId).toMatch(/^[0-9a-f]{32}$/)
    span.end()
  })

  it.each([
    {
      by: 'fetch',
      get: async (url: string) => void (await (await fetch(url)).text()),
    },
    {
      by: 'node:http',
      get: (url: string) =>
        new Promise<void>((resolve) => void request(url, (answer) => answer.resume().once('end', resolve)).end()),
    },
  ])('makes each call by $by a part of the turn, tells it the trace, and names no path', async ({ get }) => {
    await using collector = await fakeCollector()
    const heard: unknown[] = []
    const server = createServer((asked, response) => {
      heard.push(asked.headers.traceparent)
      response.writeHead(404).end('no')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const otlp = openOtlp({ endpoint: collector.url, serviceName: 'nightdesk', version: '1' })
    const telemetry = new Telemetry({ sink: otlp })
    otlp.watchCalls(telemetry)
    const call = (): Promise<void> => get(`http://127.0.0.1:${port}/hooks/secret-key`)
    await call()
    await telemetry.whole(telemetry.start('turn', { traceId }), call)
    await otlp[Symbol.asyncDispose]()
    await new Promise((resolve) => server.close(resolve))
    expect(heard[0]).toBeUndefined()
    expect(heard[1]).toContain(traceId)
    expect(collector.spans.find(({ name }) => name === 'GET')).toMatchObject({
      traceId,
      attributes: { 'server.port': port, 'http.response.status_code': 404 },
    })
    expect(collector.sent()).not.toContain('secret-key')
  })

  it('ends though the collector is away, and leaves no listener behind', async () => {
    const otlp = openOtlp({ endpoint: 'http://127.0.0.1:9', serviceName: 'nightdesk', version: '1', farewellMs: 50 })
    const telemetry = new Telemetry({ sink: otlp })
    otlp.watchCalls(telemetry)
    expect(hasSubscribers('undici:request:create')).toBe(true)
    telemetry.start('turn', { traceId }).end()
    await otlp[Symbol.asyncDispose]()
    expect(hasSubscribers('undici:request:create')).toBe(false)
  })
})
