import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { keepingFetch } from './keeping-fetch.ts'

type Manner = 'answers' | 'closes-when-used-again' | 'closes-always' | 'sends-elsewhere'

/** Tells nobody for how long it keeps connections, as most servers do. */
async function server(manner: Manner) {
  const used = new Map<Socket, number>()
  const bodies: string[] = []
  const http = createServer((request, response) => {
    const times = (used.get(request.socket) ?? 0) + 1
    used.set(request.socket, times)
    if (manner === 'closes-always' || (manner === 'closes-when-used-again' && times > 1))
      return void request.socket.destroy()
    if (manner === 'sends-elsewhere' && request.url === '/')
      return void response.writeHead(308, { location: '/there' }).end()
    let body = ''
    request.on('data', (bytes) => (body += String(bytes)))
    request.on('end', () => {
      bodies.push(body)
      response.end('ok')
    })
  })
  http.keepAliveTimeout = 0
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`,
    connections: () => used.size,
    bodies,
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

async function asked(fetching: typeof fetch, url: string, body: string): Promise<string> {
  const answer = await (await fetching(url, { method: 'POST', body })).text()
  // A connection is free a moment after its answer was read.
  await pause(20)
  return answer
}

describe('keepingFetch', () => {
  it('asks again over the connection that it has', async () => {
    await using there = await server('answers')
    const fetching = keepingFetch()
    for (const body of ['one', 'two', 'three']) await asked(fetching, there.url, body)
    expect([there.connections(), there.bodies]).toEqual([1, ['one', 'two', 'three']])
  })

  it('asks once more where the server closed the connection meanwhile', async () => {
    await using there = await server('closes-when-used-again')
    const fetching = keepingFetch()
    for (const body of ['one', 'two', 'three']) expect(await asked(fetching, there.url, body)).toBe('ok')
    expect(there.bodies).toEqual(['one', 'two', 'three'])
  })

  it('follows a proxy that sends it elsewhere', async () => {
    await using there = await server('sends-elsewhere')
    expect(await asked(keepingFetch(), there.url, 'one')).toBe('ok')
    expect(there.bodies).toEqual(['one'])
  })

  it('lets an answer be left in the moment in which it ends', async () => {
    const http = createServer((_, response) => {
      response.write('a beginning')
      setTimeout(() => response.end(' and an end'), 10)
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const address = http.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const answer = await keepingFetch()(`http://127.0.0.1:${port}/`, { method: 'POST', body: '?' })
    // All of it is here by then, and nobody has asked for it. What an event throws afterwards ends the process.
    await pause(50)
    const reader = answer.body?.getReader()
    expect(String((await reader?.read())?.value)).toBe('a beginning')
    await reader?.cancel()
    await pause(10)
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  })

  it('stops reading an answer when it is left', async () => {
    const http = createServer((_, response) => void response.write('a beginning'))
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const address = http.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const left = new AbortController()
    const answer = await keepingFetch()(`http://127.0.0.1:${port}/`, { method: 'POST', body: '?', signal: left.signal })
    left.abort(new Error('left'))
    await expect(answer.text()).rejects.toThrow('left')
    await new Promise((resolve) => http.close(resolve))
  })

  it('asks no more than twice, and not again for whoever has left', async () => {
    await using there = await server('closes-always')
    await expect(asked(keepingFetch(), there.url, 'one')).rejects.toThrow('fetch failed')
    expect(there.connections()).toBe(2)
    const left = new AbortController()
    const fetching = keepingFetch()(there.url, { method: 'POST', body: 'two', signal: left.signal })
    left.abort(new Error('left'))
    await expect(fetching).rejects.toThrow('left')
  })
})
