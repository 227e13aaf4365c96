import { once } from 'node:events'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { bytesOf } from '#providers/audio/pcm.ts'
import { steadyMs } from '../conversation/port-marks.ts'
import { type OnEvent, ServerEvent } from './caller.ts'
import { Microphone } from './microphone.ts'

const Created = z.object({ nightdesk: z.object({ resume_token: z.string(), resumed: z.boolean() }) })

/** A client that is cut off now and then, goes on with its session at once, and keeps account of what it is sent. */
export class ResumingCaller implements AsyncDisposable {
  readonly microphone: Microphone
  /** Sessions that could not be gone on with. */
  lostSessions = 0
  readonly #url: string
  /** Numbers of events, which a session gives without a gap; how often each came. */
  readonly #came = new Map<number, number>()
  #socket: WebSocket
  #token = ''
  #lastEventId = ''
  #onEvent: OnEvent = () => undefined

  private constructor(url: string) {
    this.#url = url
    this.#socket = this.#open('')
    this.microphone = new Microphone((frame) => {
      if (this.#socket.readyState !== WebSocket.OPEN) return
      const audio = Buffer.from(bytesOf(frame)).toString('base64')
      this.#socket.send(`{"type":"input_audio_buffer.append","audio":"${audio}"}`)
    })
  }

  /** @param session As `session.update` takes it. */
  static async connect(url: string, session: object): Promise<ResumingCaller> {
    const caller = new ResumingCaller(url)
    await once(caller.#socket, 'open')
    caller.#socket.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime', ...session } }))
    return caller
  }

  /** Instead of whoever listened before. */
  listen(onEvent: OnEvent): void {
    this.#onEvent = onEvent
  }

  /** The connection breaks, without a word, and another is made at once. @returns When it broke. */
  cutOff(): number {
    const at = steadyMs()
    this.#socket.removeAllListeners('message')
    this.#socket.terminate()
    this.#socket = this.#open(`&resume=${this.#token}&after=${this.#lastEventId}`)
    return at
  }

  /** Events that never came, and those that came more than once. */
  get account(): { missed: number; doubled: number } {
    const last = Math.max(0, ...this.#came.keys())
    return { missed: last - this.#came.size, doubled: [...this.#came.values()].filter((times) => times > 1).length }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return
    const closed = once(this.#socket, 'close')
    this.#socket.close()
    await closed
  }

  #open(query: string): WebSocket {
    const socket = new WebSocket(`${this.#url}${query}`, { perMessageDeflate: false })
    socket.on('message', (data) => {
      const at = steadyMs()
      if (!Buffer.isBuffer(data)) return
      const event = ServerEvent.parse(JSON.parse(data.toString('utf8')))
      this.#note(event)
      this.#onEvent(event.type, at, event)
    })
    socket.on('error', () => undefined)
    return socket
  }

  #note(event: z.infer<typeof ServerEvent>): void {
    const { event_id: id = '' } = event
    const number = Number(/\d+$/.exec(id)?.[0] ?? 0)
    this.#came.set(number, (this.#came.get(number) ?? 0) + 1)
    if (event.type !== 'session.created') {
      this.#lastEventId = id
      return
    }
    const { resume_token, resumed } = Created.parse(event).nightdesk
    if (this.#token !== '' && !resumed) this.lostSessions += 1
    this.#token = resume_token
  }
}
