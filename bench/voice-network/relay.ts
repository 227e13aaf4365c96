import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Network } from './network.ts'
import { relayConnection } from './relayed-connection.ts'
import { relayedDatagrams } from './relayed-datagrams.ts'
import { RelayedLine } from './relayed-line.ts'

/**
 * A line that is played by relays on 127.0.0.1, for machines where no network can be made: of what TCP does about losses
 * it knows the rough outline alone.
 */
export function openRelay(): Network {
  const line = new RelayedLine()
  const stack = new AsyncDisposableStack()
  return {
    kind: 'relay',
    async addressOf(port) {
      const sockets = new Set<Duplex>()
      const server = createServer((request, response) => {
        relayedCall(request, port, line, stack).then(
          (sdp) => response.writeHead(201, { 'content-type': 'application/sdp' }).end(sdp),
          () => response.writeHead(502).end(),
        )
      })
      server.on('upgrade', (request, near, head) => {
        const far = connect(port, '127.0.0.1')
        for (const socket of [near, far]) sockets.add(socket)
        far.write(headOf(request))
        far.write(head)
        relayConnection(near, far, 'there', line)
        relayConnection(far, near, 'back', line)
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      stack.defer(() => {
        for (const socket of sockets) socket.destroy()
        server.closeAllConnections()
        server.close()
      })
      const address = server.address()
      return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
    },
    callersCommand: (program) => program,
    become: async (quality, seed) => line.become(quality, seed),
    cut: async (isCut) => {
      line.isCut = isCut
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** A call whose packets go through the line: either side is told of the line's ports and of no others. */
async function relayedCall(
  request: IncomingMessage,
  port: number,
  line: RelayedLine,
  stack: AsyncDisposableStack,
): Promise<string> {
  const offer = (await text(request)).replace(candidates, '')
  const headers = { 'content-type': 'application/sdp' }
  const answer = await fetch(`http://127.0.0.1:${port}${request.url}`, { method: 'POST', body: offer, headers })
  const sdp = await answer.text()
  const farPort = Number(/^a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+)/m.exec(sdp)?.[1])
  const relay = stack.use(await relayedDatagrams(farPort, line))
  const ours = `a=candidate:1 1 udp 2122260223 127.0.0.1 ${relay.port} typ host\r\na=mid:`
  return sdp.replace(candidates, '').replace(/^a=mid:/gm, ours)
}

const candidates = /^a=candidate:.*\r\n/gm

function headOf({ method, url, rawHeaders }: IncomingMessage): string {
  const headers = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}\r\n`] : []))
  return `${method} ${url} HTTP/1.1\r\n${headers.join('')}\r\n`
}
