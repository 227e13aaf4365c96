import type { DeepgramTransport } from '@deepgram/sdk'
import { type RawData, WebSocket } from 'ws'

/** How long the other side may take to take us. */
const handshakeMs = 5000

/** A handshake that was answered with something else than a connection. */
export class RefusedHandshake extends Error {
  override readonly name = 'RefusedHandshake'
  readonly status: number
  constructor(status: number, reason: string) {
    super(`answered ${status}: ${reason}`)
    this.status = status
  }
}

export interface DirectTransport extends DeepgramTransport {
  /** Bytes that wait to be sent. */
  waitingBytes(): number
}

/**
 * The SDK's own transport reconnects by itself, says a farewell whose answer it may wait half a minute for, and keeps the
 * reason of a refusal to itself. This one does none of that.
 */
export function directTransport(url: string, headers: Record<string, string>): DirectTransport {
  const socket = new WebSocket(url, { headers, handshakeTimeout: handshakeMs, perMessageDeflate: false })
  const failed: ((error: Error) => void)[] = []
  const fail = (error: Error) => {
    for (const listener of failed) listener(error)
  }
  socket.on('error', fail)
  socket.on('unexpected-response', (request, response) => {
    const body: Buffer[] = []
    response.on('data', (bytes: Buffer) => body.push(bytes))
    response.on('close', () => {
      const detail = response.headers['dg-error'] ?? Buffer.concat(body).toString('utf8').slice(0, 500)
      fail(new RefusedHandshake(response.statusCode ?? 0, String(detail)))
      request.destroy()
    })
  })
  return {
    send: (data) => {
      if (!(data instanceof Blob)) socket.send(data)
    },
    onOpen: (listener) => {
      socket.on('open', listener)
    },
    onMessage: (listener) => {
      socket.on('message', (data, isBinary) => {
        if (!isBinary) listener(textOf(data))
      })
    },
    onError: (listener) => {
      failed.push(listener)
    },
    onClose: (listener) => {
      socket.on('close', (code, reason) => listener({ code, reason: String(reason) }))
    },
    isOpen: () => socket.readyState === WebSocket.OPEN,
    close: () => socket.terminate(),
    waitingBytes: () => socket.bufferedAmount,
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8')
}
