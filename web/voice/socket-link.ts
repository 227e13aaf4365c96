import type { ServerEvent } from '#voice-bot/protocol.ts'
import type { OpenLink } from './link.ts'

/** A link over WebSocket: sound goes as events. Browsers can't send headers here, so the secret is a subprotocol. */
export const openSocketLink: OpenLink = (query, secret, listener) => {
  const address = new URL(`/v1/realtime?${query}`, location.href)
  address.protocol = address.protocol.replace('http', 'ws')
  const protocols = ['realtime', ...(secret === undefined ? [] : [`openai-insecure-api-key.${secret}`])]
  const socket = new WebSocket(address, protocols)
  const ending = new AbortController()
  const { signal } = ending
  const gone = (): void => {
    ending.abort()
    socket.close()
    listener.closed()
  }
  socket.addEventListener(
    'message',
    ({ data }) => {
      const event: ServerEvent = JSON.parse(data)
      listener.event(event)
    },
    { signal },
  )
  socket.addEventListener('close', gone, { signal })
  return {
    get backlogBytes() {
      return socket.bufferedAmount
    },
    send(event) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(event))
    },
    listenTo() {
      // Sound goes as events.
    },
    close() {
      ending.abort()
      socket.close()
    },
  }
}
