import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { transportContract } from '../transport.contract.ts'
import type { LinkListener, Transport } from '../transport.ts'
import { type WebSocketLimits, webSocketTransport } from './websocket-transport.ts'

/** A transport and the client at its other end, over a real socket. */
async function linked(limits: WebSocketLimits = {}, maxPayload = 1000) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload })
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const accepted = Promise.withResolvers<{ transport: Transport; stream: Duplex }>()
  server.once('connection', (socket, { socket: stream }) =>
    accepted.resolve({ transport: webSocketTransport(socket, stream, limits), stream }),
  )
  const client = new WebSocket(`ws://127.0.0.1:${port}`)
  const messages: string[] = []
  let changed = Promise.withResolvers<void>()
  client.on('message', (given) => {
    messages.push(Buffer.isBuffer(given) ? given.toString('utf8') : '')
    changed.resolve()
    changed = Promise.withResolvers()
  })
  const closed = Promise.withResolvers<number>()
  client.once('close', (code) => closed.resolve(code))
  await once(client, 'open')
  return {
    ...(await accepted.promise),
    client,
    closed: closed.promise,
    send: (json: string) => client.send(json),
    received: async (count: number) => {
      while (messages.length < count) await changed.promise
      return [...messages]
    },
    hangUp: async () => client.close(),
    hungUpOn: async () => void (await closed.promise),
    [Symbol.asyncDispose]: async () => {
      client.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}

const listenerOf = (more: Partial<LinkListener>): LinkListener => ({
  message: () => undefined,
  audio: () => undefined,
  played: () => undefined,
  closed: () => undefined,
  ...more,
})

describe('a WebSocket', () => {
  transportContract(linked)

  it('that is sent more than an event may have says so, and is over', async () => {
    await using link = await linked()
    const over = Promise.withResolvers<string>()
    link.transport.listen(listenerOf({ closed: over.resolve }))
    link.send('x'.repeat(5_000_000))
    expect(await over.promise).toBe('the connection broke')
    expect(await link.closed).toBe(1009)
  })

  it('that is not read is hung up on', async () => {
    await using link = await linked({ mostUnsentBytes: 100_000 })
    const over = Promise.withResolvers<string>()
    link.transport.listen(listenerOf({ closed: over.resolve }))
    link.client.pause()
    const piece = JSON.stringify('x'.repeat(1_000_000))
    for (let sent = 0; sent < 60; sent += 1) link.transport.send(piece)
    expect(await over.promise).toBe('the client does not read')
  })

  it('whose client answers no ping is hung up on', async () => {
    await using link = await linked({ goneAfterMs: 20 })
    const over = Promise.withResolvers<string>()
    link.transport.listen(listenerOf({ closed: over.resolve }))
    link.client.pause()
    expect(await over.promise).toBe('the client is gone')
  })

  it('gathers what is sent in one go, and lets go of it at once afterwards', async () => {
    await using link = await linked()
    for (let at = 0; at < 20; at++) link.transport.send(JSON.stringify({ at }))
    expect(link.stream.writableCorked).toBe(1)
    await new Promise((resolve) => process.nextTick(resolve))
    expect(link.stream.writableCorked).toBe(0)
    expect(await link.received(20)).toEqual(Array.from({ length: 20 }, (_, at) => JSON.stringify({ at })))
  })

  it('tells what is no text as what is no JSON', async () => {
    await using link = await linked()
    const told = Promise.withResolvers<string>()
    link.transport.listen(listenerOf({ message: told.resolve }))
    link.client.send(Buffer.from([1, 2, 3]))
    expect(await told.promise).toBe('')
  })
})
