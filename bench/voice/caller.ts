import { once } from 'node:events'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { bytesOf } from '#providers/audio/pcm.ts'
import { steadyMs } from '../conversation/port-marks.ts'
import { Microphone, micRate } from './microphone.ts'

export const ServerEvent = z.looseObject({ type: z.string(), event_id: z.string().optional() })

export type OnEvent = (type: string, at: number, event: Readonly<Record<string, unknown>>) => void

/** Somebody who talks to the agent, over whatever transport. */
export interface Talking extends AsyncDisposable {
  readonly microphone: Microphone
  /** Instead of whoever listened before. */
  listen(onEvent: OnEvent): void
  /** When the next sound of an answer comes. */
  nextSound(): Promise<number>
  /** When the last sound was heard, where sound is heard and not only sent. */
  readonly soundedAt: number | undefined
}

/** A client of the Realtime protocol with a microphone that is always on. Times are of the machine's steady clock. */
export class Caller implements AsyncDisposable {
  readonly microphone: Microphone
  readonly #socket: WebSocket
  /** What it is sent it would play by itself. */
  readonly soundedAt = undefined
  #onEvent: OnEvent = () => undefined

  private constructor(socket: WebSocket) {
    this.#socket = socket
    this.microphone = new Microphone((frame) => {
      if (socket.readyState !== WebSocket.OPEN) return
      const audio = Buffer.from(bytesOf(frame)).toString('base64')
      socket.send(`{"type":"input_audio_buffer.append","audio":"${audio}"}`)
    })
    socket.on('message', (data) => {
      const at = steadyMs()
      if (!Buffer.isBuffer(data)) return
      const event = ServerEvent.parse(JSON.parse(data.toString('utf8')))
      this.#onEvent(event.type, at, event)
    })
    socket.on('error', () => undefined)
  }

  /** @param session As `session.update` takes it. */
  static async connect(url: string, session: object): Promise<Caller> {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    await once(socket, 'open')
    const caller = new Caller(socket)
    const updated = caller.next('session.updated')
    caller.send({ type: 'session.update', session: { type: 'realtime', ...session } })
    await updated
    return caller
  }

  send(event: object): void {
    this.#socket.send(JSON.stringify(event))
  }

  listen(onEvent: OnEvent): void {
    this.#onEvent = onEvent
  }

  /** When the next event of that type came. */
  next(type: string): Promise<number> {
    return new Promise((resolve) => {
      const before = this.#onEvent
      this.#onEvent = (given, at, event) => {
        before(given, at, event)
        if (given !== type) return
        this.#onEvent = before
        resolve(at)
      }
    })
  }

  nextSound(): Promise<number> {
    return this.next('response.output_audio.delta')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return
    const closed = once(this.#socket, 'close')
    this.#socket.close()
    await closed
  }
}

/** Milliseconds of speech in an `output_audio.delta`. */
export function deltaMs(event: Readonly<Record<string, unknown>>): number {
  const { delta } = event
  return typeof delta === 'string' ? ((delta.length * 3) / 4 / 2 / micRate) * 1000 : 0
}
