import { WebSocket } from 'ws'
import { z } from 'zod'
import { bytesOf } from '#providers/audio/pcm.ts'
import { deltaMs } from '../voice/caller.ts'
import type { OpenCallerLink } from './caller-link.ts'

/** As the web client has it: four seconds of speech that didn't leave mean that nobody is at the other end. */
const longestBacklogBytes = 256 * 1024
const Event = z.looseObject({ type: z.string() })
const tickMs = 10

/** A WebSocket, and a player that begins with the first sound and waits where there is nothing. */
export function socketLinks(address: string): OpenCallerLink {
  return (query, listener) => {
    const socket = new WebSocket(`ws://${address}/v1/realtime?model=nightdesk${query}`, { perMessageDeflate: false })
    /** Sound that waits to be played. */
    let waitingMs = 0
    let playedTo = performance.now()
    const player = setInterval(() => {
      for (const now = performance.now(); playedTo + tickMs <= now; playedTo += tickMs) {
        const isSilent = waitingMs < tickMs
        if (!isSilent) waitingMs -= tickMs
        listener.heard(isSilent)
      }
    }, tickMs)
    const close = () => {
      clearInterval(player)
      socket.removeAllListeners()
      socket.on('error', () => {})
      socket.terminate()
    }
    const gone = () => {
      close()
      listener.gone()
    }
    socket.on('message', (data) => {
      if (!Buffer.isBuffer(data)) return
      const event = Event.parse(JSON.parse(data.toString()))
      if (event.type === 'response.output_audio.delta') waitingMs += deltaMs(event)
      listener.event(event.type, event)
    })
    socket.on('error', gone)
    socket.on('close', gone)
    const send = (json: string) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(json)
      if (socket.bufferedAmount > longestBacklogBytes) gone()
    }
    return {
      send: (event) => send(JSON.stringify(event)),
      speak: (frame) =>
        send(`{"type":"input_audio_buffer.append","audio":"${Buffer.from(bytesOf(frame)).toString('base64')}"}`),
      silence() {
        waitingMs = 0
      },
      quality: async () => undefined,
      close,
    }
  }
}
