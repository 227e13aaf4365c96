import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Connecting } from '../realtime/sessions.ts'
import { type WebSocketLimits, webSocketTransport } from './websocket-transport.ts'

/** The API allows 15 MiB of audio in one event. */
const longestEventBytes = 16 * 1024 * 1024
/** What the protocol is called among those that a client offers; what else it offers are keys. */
const subprotocol = 'realtime'

export interface WebSocketDoor {
  /** Makes a WebSocket of a request that was let in, and a session on it. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, how: Omit<Connecting, 'link'>): void
}

export function webSocketDoor(
  sessions: { connect(connecting: Connecting): void },
  limits: WebSocketLimits = {},
): WebSocketDoor {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: longestEventBytes,
    clientTracking: false,
    // Speech is compressed already as far as it goes, and each connection's dictionary would cost 300 kB.
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  })
  return {
    accept(request, socket, head, how) {
      server.handleUpgrade(request, socket, head, (webSocket) => {
        sessions.connect({ ...how, link: webSocketTransport(webSocket, socket, limits) })
      })
    },
  }
}
