import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { LinkListener, Transport } from '../transport.ts'

export interface WebSocketLimits {
  /** Unsent bytes after which a client has stopped reading; about 90 s of speech as events where absent. */
  mostUnsentBytes?: number | undefined
  /** A client that has said nothing since it was pinged, so long ago, is gone; 15 s where absent. */
  goneAfterMs?: number | undefined
}

const usualUnsentBytes = 8 * 1024 * 1024
const usualGoneMs = 15_000
/** The answer to a goodbye is waited for no longer. */
const goodbyeMs = 2_000
/** Pings that may be without an answer. */
const mostPings = 3

/**
 * A Realtime client on a WebSocket: audio goes as events.
 * @param stream What the WebSocket was made of: events that are sent in one go leave it in one write.
 */
export function webSocketTransport(socket: WebSocket, stream: Duplex, limits: WebSocketLimits = {}): Transport {
  const mostUnsentBytes = limits.mostUnsentBytes ?? usualUnsentBytes
  let listener: LinkListener | undefined
  let early: string[] = []
  let ending: string | undefined
  let unanswered = 0
  let isGathering = false
  const pinging = setInterval(
    () => {
      if (unanswered === mostPings) return end('the client is gone')
      unanswered += 1
      socket.ping()
    },
    (limits.goneAfterMs ?? usualGoneMs) / mostPings,
  )
  pinging.unref()

  function end(reason: string): void {
    if (ending !== undefined) return
    socket.terminate()
    leave(reason)
  }

  function leave(reason: string): void {
    if (ending !== undefined) return
    ending = reason
    clearInterval(pinging)
    early = []
    listener?.closed(reason)
  }

  function gather(): void {
    if (isGathering) return
    isGathering = true
    stream.cork()
    process.nextTick(() => {
      isGathering = false
      stream.uncork()
    })
  }

  socket.on('pong', () => {
    unanswered = 0
  })
  socket.on('message', (data, isBinary) => {
    unanswered = 0
    if (ending !== undefined) return
    // Events are text; what is no text is no JSON either, and is refused as such.
    const json = isBinary ? '' : Buffer.isBuffer(data) ? data.toString('utf8') : ''
    if (listener === undefined) early.push(json)
    else listener.message(json)
  })
  socket.on('error', (error) => {
    const isRefused = 'code' in error && String(error.code).startsWith('WS_ERR')
    // What breaks the protocol, or is too long, `ws` tells the client by a code, and hangs up then.
    if (isRefused) leave('the connection broke')
    else end('the connection broke')
  })
  socket.on('close', () => end('the client left'))

  return {
    kind: 'websocket',
    listen(given) {
      listener = given
      for (const json of early.splice(0)) given.message(json)
      if (ending !== undefined) given.closed(ending)
    },
    send(json) {
      if (ending !== undefined || socket.readyState !== socket.OPEN) return
      gather()
      socket.send(json)
      if (socket.bufferedAmount > mostUnsentBytes) end('the client does not read')
    },
    close(code, reason) {
      if (ending !== undefined) return
      socket.close(code, reason)
      // Who doesn't answer the goodbye would hold up the end of the process for as long as `ws` waits, 30 s.
      setTimeout(() => socket.terminate(), goodbyeMs).unref()
      leave(reason)
    },
  }
}
