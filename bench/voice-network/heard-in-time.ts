import type { Transport } from '#voice-bot/transport.ts'
import { micRate } from '../voice/microphone.ts'

/** Around the base64, as the callers of this benchmark write it. */
const [before, behind] = ['{"type":"input_audio_buffer.append","audio":"', '"}'] as const
/** Of PCM16 at the rate of the wire. */
const charactersPerMs = ((micRate / 1000) * 2 * 4) / 3

/** How late speech comes that goes as events: nothing of it is lost, and all of it waits for what was. */
export class HeardInTime {
  /** Of each connection's pieces, when they came less when they were said. */
  readonly #connections: number[][] = []

  /** Of each piece, how much later it came than the soonest. */
  get lateMs(): readonly number[] {
    return this.#connections.flatMap((delays) => {
      const least = delays.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY)
      return delays.map((delay) => delay - least)
    })
  }

  /** The same link, listened to on its way. */
  over(link: Transport): Transport {
    const delays: number[] = []
    this.#connections.push(delays)
    let saidMs = 0
    return {
      ...link,
      listen: (listener) =>
        link.listen({
          ...listener,
          message: (json) => {
            if (json.startsWith(before)) {
              delays.push(performance.now() - saidMs)
              saidMs += (json.length - before.length - behind.length) / charactersPerMs
            }
            listener.message(json)
          },
        }),
    }
  }
}
