import { describe, expect, it } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { transportContract } from '../transport.contract.ts'
import type { Transport } from '../transport.ts'
import { OfferRefusedError } from './errors.ts'
import { WebrtcCalls } from './webrtc-calls.ts'
import { FakeWebrtcClient } from './webrtc-client.fake.ts'

const ongoing = new AbortController().signal
const tone = (seconds: number, sampleRate: number) =>
  Int16Array.from({ length: seconds * sampleRate }, (_, k) => 12_000 * Math.sin((2 * Math.PI * 440 * k) / sampleRate))
const hum = (at: number) => 10_000 * Math.sin(2 * Math.PI * 300 * at)

/** What the session's side of a link was told. */
function listenTo(transport: Transport) {
  const told = {
    messages: [] as string[],
    /** Milliseconds of sound that were loud. */
    loudMs: 0,
    played: 0,
    closed: undefined as string | undefined,
    waiting: [] as (() => void)[],
    async until(isTrue: () => boolean) {
      while (!isTrue()) await new Promise<void>((resolve) => told.waiting.push(resolve))
    },
  }
  const changed = () => {
    for (const resolve of told.waiting.splice(0)) resolve()
  }
  transport.listen({
    message(json) {
      told.messages.push(json)
      changed()
    },
    audio(samples, sampleRate) {
      if (samples.some((sample) => Math.abs(sample) > 2000)) told.loudMs += (samples.length * 1000) / sampleRate
      changed()
    },
    played() {
      told.played += 1
      changed()
    },
    closed(reason) {
      told.closed = reason
      changed()
    },
  })
  return told
}

async function call(calls: WebrtcCalls) {
  const client = new FakeWebrtcClient()
  const { id, sdp, transport } = await calls.begin(await client.offer(), 'alice', ongoing)
  const told = listenTo(transport)
  await client.accept(sdp)
  const { track } = transport
  if (track === undefined) throw new Error('a call has a track')
  return { client, id, transport, told, track, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() }
}

describe('CallLink', () => {
  transportContract(async () => {
    const calls = new WebrtcCalls({ log: silentLog })
    const client = new FakeWebrtcClient()
    const { sdp, transport } = await calls.begin(await client.offer(), 'alice', ongoing)
    await client.accept(sdp)
    // What comes in the moment in which wrtc takes the channel over may be told before what came sooner
    // (RTCDataChannel's constructor observes the channel first, then asks again for what had come): clients that wait to be
    // spoken to, as they do for `session.created`, are safe from that.
    transport.send('{"type":"session.created"}')
    await client.until(() => client.messages.shift() !== undefined)
    return {
      transport,
      send: (json) => client.send(JSON.parse(json)),
      received: async (count) => {
        await client.until(() => client.messages.length >= count)
        return client.messages.map((message) => JSON.stringify(message))
      },
      hangUp: () => client[Symbol.asyncDispose](),
      hungUpOn: () => client.until(() => client.isHungUpOn),
      [Symbol.asyncDispose]: async () => {
        await client[Symbol.asyncDispose]()
        await calls[Symbol.asyncDispose]()
      },
    }
  })
})

describe('WebrtcCalls', () => {
  it('carries events and sound both ways', async () => {
    await using calls = new WebrtcCalls({ log: silentLog })
    await using talk = await call(calls)
    talk.client.send({ type: 'session.update' })
    await talk.told.until(() => talk.told.messages.length > 0)
    expect(talk.told.messages).toEqual(['{"type":"session.update"}'])
    talk.transport.send('{"type":"session.updated"}')
    await talk.client.until(() => talk.client.messages.length > 0)
    expect(talk.client.messages).toEqual([{ type: 'session.updated' }])
    talk.client.say(hum)
    await talk.told.until(() => talk.told.loudMs > 300)
    talk.track.play(tone(0.5, 24_000), 24_000)
    await talk.told.until(() => talk.told.played === 1)
    expect(talk.track.playedMs).toBe(500)
    await talk.client.until(() => talk.client.heardMs > 400)
  })

  it('has sound sent twice, so that a packet that is lost costs nothing', async () => {
    await using calls = new WebrtcCalls({ log: silentLog })
    await using client = new FakeWebrtcClient()
    const { sdp } = await calls.begin(await client.offer(), 'alice', ongoing)
    const first = /^m=audio \S+ \S+ (\d+)/m.exec(sdp)?.[1]
    expect(sdp).toContain(`a=rtpmap:${first} red/48000/2`)
  })

  it('sends what is said before the channel is open', async () => {
    await using calls = new WebrtcCalls({ log: silentLog })
    await using client = new FakeWebrtcClient()
    const { sdp, transport } = await calls.begin(await client.offer(), 'alice', ongoing)
    transport.send('{"type":"session.created"}')
    await client.accept(sdp)
    await client.until(() => client.messages.length > 0)
    expect(client.messages).toEqual([{ type: 'session.created' }])
  })

  it('falls silent when it is cleared, and knows how much was heard', async () => {
    await using calls = new WebrtcCalls({ log: silentLog })
    await using talk = await call(calls)
    talk.track.play(tone(30, 24_000), 24_000)
    await talk.client.until(() => talk.client.heardMs > 300)
    const playedMs = talk.track.clear()
    expect(talk.track.playedMs).toBe(playedMs)
    const silence = () => talk.client.heard.slice(-20).every((frame) => frame.every((sample) => Math.abs(sample) < 328))
    await talk.client.until(silence)
    expect(playedMs).toBeGreaterThan(300)
    // Nobody heard the rest of the thirty seconds, nor more than was said to be played but what concealment adds.
    expect(talk.client.heardMs).toBeLessThan(playedMs + 1000)
    talk.track.play(tone(0.2, 24_000), 24_000)
    await talk.told.until(() => talk.told.played === 1)
    expect(talk.track.playedMs).toBeCloseTo(playedMs + 200, 5)
  })

  it('holds, and goes on where it stopped', async () => {
    await using calls = new WebrtcCalls({ log: silentLog })
    await using talk = await call(calls)
    talk.track.play(tone(1, 16_000), 16_000)
    await talk.client.until(() => talk.client.heardMs > 200)
    talk.track.hold()
    const heldMs = talk.track.playedMs
    const silence = () => talk.client.heard.slice(-30).every((frame) => frame.every((sample) => Math.abs(sample) < 328))
    await talk.client.until(silence)
    expect(talk.track.playedMs).toBeLessThan(heldMs + 100)
    expect(talk.told.played).toBe(0)
    talk.track.goOn()
    await talk.told.until(() => talk.told.played === 1)
    expect(talk.track.playedMs).toBe(1000)
    await talk.client.until(() => talk.client.heardMs > 900)
  })

  it('tells when the client hangs up, and hangs up itself', async () => {
    await using calls = new WebrtcCalls({ log: silentLog })
    const first = await call(calls)
    await first[Symbol.asyncDispose]()
    await first.told.until(() => first.told.closed !== undefined)
    expect(first.told.closed).toBe('the client hung up')
    await using second = await call(calls)
    expect(calls.hangUp('rtc_unknown', 'alice')).toBe(false)
    expect(calls.hangUp(second.id, 'bob')).toBe(false)
    expect(calls.hangUp(second.id, 'alice')).toBe(true)
    await second.told.until(() => second.told.closed !== undefined)
    await second.client.until(() => second.client.isHungUpOn)
    expect(calls.count).toBe(0)
  })

  it('tells of calls that were cut off because their process died, and begins the next in another', async () => {
    await using calls = new WebrtcCalls({ log: silentLog })
    await using talk = await call(calls)
    talk.track.play(tone(30, 24_000), 24_000)
    process.kill(calls.processId ?? 0, 'SIGSEGV')
    await talk.told.until(() => talk.told.closed !== undefined)
    expect(talk.told.closed).toMatch(/ended/)
    talk.transport.send('{}')
    expect(talk.track.clear()).toBe(talk.track.playedMs)
    await using next = await call(calls)
    next.transport.send('{"type":"session.created"}')
    await next.client.until(() => next.client.messages.length > 0)
  })

  it('takes so many calls and no more', async () => {
    await using calls = new WebrtcCalls({ log: silentLog, mostCalls: 1 })
    await using talk = await call(calls)
    await using client = new FakeWebrtcClient()
    await expect(calls.begin(await client.offer(), 'alice', ongoing)).rejects.toThrow('as many calls as we can hold')
    talk.transport.close(1000, 'bye')
    await talk.told.until(() => talk.told.closed !== undefined)
    expect((await calls.begin(await client.offer(), 'alice', ongoing)).sdp).toMatch(/^v=0/)
  })

  it.each([
    ['nothing', '', /no session description/],
    ['JSON', '{"sdp":"v=0"}', /no session description/],
    ['a description without audio', 'v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n', /no audio/],
    ['a description without keys', 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n', /lacks/],
    ['a description that is cut off', 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=fingerprint:', /not understood/],
    ['a huge description', `v=0\r\nm=audio 9 X 1\r\n${'a=x\r\n'.repeat(20_000)}`, /more than 65536/],
    ['a description of a hundred media', `v=0\r\n${'m=audio 9 X 1\r\n'.repeat(100)}`, /more than 8/],
  ])('refuses %s', async (_, sdp, reason) => {
    await using calls = new WebrtcCalls({ log: silentLog })
    const refused = calls.begin(sdp, 'alice', ongoing)
    await expect(refused).rejects.toThrow(OfferRefusedError)
    await expect(refused).rejects.toThrow(reason)
    expect(calls.count).toBe(0)
  })
})
