import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { chance } from '../chance.ts'
import { HeardTone, PlayedPieces, tone } from './heard-tone.ts'
import { lossyConnection } from './lossy-line.ts'

describe('gaps', () => {
  it('are what is silent between the first sound and the last', () => {
    const heard = new HeardTone()
    heard.hear(new Int16Array(4800), 48_000)
    heard.hear(tone(0, 24_000, 48_000), 48_000)
    heard.hear(new Int16Array(2400), 48_000)
    heard.hear(tone(0, 21_600, 48_000), 48_000)
    heard.hear(new Int16Array(9600), 48_000)
    expect(heard.gaps).toEqual({ heardMs: 1000, share: 0.05, longestMs: 50 })
  })

  it('are what comes later than it is to be played', () => {
    const played = new PlayedPieces(50)
    for (const atMs of [0, 20, 40, 160, 160, 160]) played.take(20, atMs)
    expect(played.gaps).toEqual({ heardMs: 170, share: 50 / 170, longestMs: 50 })
  })
})

describe('a lossy connection', () => {
  it('loses and changes the order of nothing, as TCP has it', async () => {
    const received: Buffer[] = []
    const server = createServer((socket) => socket.on('data', (bytes) => received.push(bytes)))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const quality = { loss: 0.2, delayMs: 1, jitterMs: 5 }
    await using line = await lossyConnection(port, quality, chance(3))
    const socket = connect(line.port, '127.0.0.1')
    const sent = Buffer.from(Array.from({ length: 60_000 }, (_, k) => k % 251))
    socket.write(sent)
    const whole = () => Buffer.concat(received)
    await expect.poll(() => whole().length, { timeout: 20_000 }).toBe(sent.length)
    expect(whole().equals(sent)).toBe(true)
    socket.destroy()
    server.close()
  })
})
