import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { HeardAnswers } from './heard-answers.ts'
import { KeptLine } from './kept-line.ts'
import { relayConnection } from './relayed-connection.ts'
import { relayedDatagrams } from './relayed-datagrams.ts'
import { RelayedLine } from './relayed-line.ts'
import { socketLinks } from './socket-link.ts'

describe('answers that are heard', () => {
  it('have gaps where silence is followed by sound, and end with their last sound', () => {
    const heard = new HeardAnswers()
    const sounds = (pattern: string) => {
      for (let at = 0; at < pattern.length; at++) heard.hear(pattern[at] === '.', at * 10)
    }
    let soundAt = 0
    heard.next((at) => {
      soundAt = at
    })
    sounds('..####...##.#.....')
    expect(soundAt).toBe(20)
    heard.next()
    sounds('....##')
    const { heardMs, silentMs, longestSilenceMs } = heard
    expect({ heardMs, silentMs, longestSilenceMs }).toEqual({ heardMs: 130, silentMs: 40, longestSilenceMs: 30 })
  })
})

describe('a relayed connection', () => {
  it('loses and changes the order of nothing, as TCP has it', async () => {
    const line = new RelayedLine()
    line.become({ loss: 0.2, delayMs: 3, jitterMs: 2 }, 3)
    const received: Buffer[] = []
    const sink = createServer((socket) => socket.on('data', (bytes) => received.push(bytes)))
    const port = await listening(sink)
    const relay = createServer((near) => relayConnection(near, connect(port, '127.0.0.1'), 'there', line))
    const socket = connect(await listening(relay), '127.0.0.1')
    const sent = Buffer.from(Array.from({ length: 60_000 }, (_, k) => k % 251))
    socket.write(sent)
    const whole = () => Buffer.concat(received)
    await expect.poll(() => whole().length, { timeout: 20_000 }).toBe(sent.length)
    expect(whole().equals(sent)).toBe(true)
    socket.destroy()
    for (const server of [relay, sink]) server.close()
  })
})

describe('relayed datagrams', () => {
  it('go both ways, and nowhere while the line is cut', async () => {
    const line = new RelayedLine()
    const echo = createSocket('udp4')
    echo.on('message', (packet, { port }) => echo.send(packet, port, '127.0.0.1'))
    const client = createSocket('udp4')
    const heard: string[] = []
    client.on('message', (packet) => heard.push(packet.toString()))
    for (const socket of [echo, client]) socket.bind(0, '127.0.0.1')
    await Promise.all([once(echo, 'listening'), once(client, 'listening')])
    await using relay = await relayedDatagrams(echo.address().port, line)
    line.isCut = true
    client.send('lost', relay.port, '127.0.0.1')
    await new Promise((resolve) => setTimeout(resolve, 50))
    line.isCut = false
    client.send('heard', relay.port, '127.0.0.1')
    await expect.poll(() => heard).toEqual(['heard'])
    echo.close()
    client.close()
  })
})

describe('a caller', () => {
  it('takes its session up again from the last event that came, and notices what is lost and what comes twice', async () => {
    const asked: string[] = []
    const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    sockets.on('connection', (socket, { url = '' }) => {
      const nth = asked.push(url.split('nightdesk').at(-1) ?? '')
      const tell = (event: object) => socket.send(JSON.stringify(event))
      const nightdesk = { resume_token: 'token', resumed: nth > 1, gap: nth > 1 }
      tell({ type: 'session.created', event_id: `created_${nth}`, nightdesk })
      tell({ type: 'response.created', event_id: 'event_1' })
      if (nth === 1) socket.close()
    })
    await once(sockets, 'listening')
    const address = sockets.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const opened: string[] = []
    const line = new KeptLine(socketLinks(`127.0.0.1:${port}`), {
      event: () => {},
      heard: () => {},
      opened: (_, how) => opened.push(how),
    })
    await expect.poll(() => line.doubledEvents).toBe(1)
    expect(asked).toEqual(['', '&resume=token&after=event_1'])
    expect(opened).toEqual(['new', 'resumed'])
    expect(line.lostEvents).toBe(1)
    expect(line.withoutMs).toHaveLength(1)
    line.close()
    sockets.close()
  })
})

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
