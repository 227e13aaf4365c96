import { clientPlayback, realTiming } from '#voice-bot/realtime/playback.ts'
import type { LinkListener, Transport } from '#voice-bot/transport.ts'

export interface InProcessClient {
  /** An event of ours. */
  onEvent: (json: string) => void
  /** Sound that is to be heard now. */
  onSound: (samples: Int16Array, sampleRate: number) => void
  /** All of it has been heard. */
  onPlayed: () => void
  onClosed: () => void
}

/** A client in the same process, without a socket: sound goes by a track, in real time. */
export interface InProcessLink {
  transport: Transport
  send(json: string): void
  /** What its microphone gives. */
  audio(samples: Int16Array, sampleRate: number): void
  hangUp(): void
}

export function inProcessLink(client: InProcessClient): InProcessLink {
  let listener: LinkListener | undefined
  let isClosed = false
  const early: ((listener: LinkListener) => void)[] = []
  const tell = (what: (to: LinkListener) => void): void => {
    if (isClosed) return
    if (listener === undefined) early.push(what)
    else what(listener)
  }
  const playback = clientPlayback(realTiming, () => {
    tell((to) => to.played())
    client.onPlayed()
  })
  const close = (reason: string): void => {
    if (isClosed) return
    tell((to) => to.closed(reason))
    isClosed = true
    playback.dispose()
  }
  return {
    transport: {
      kind: 'webrtc',
      track: {
        play(samples, sampleRate) {
          client.onSound(samples, sampleRate)
          playback.play(samples, sampleRate)
        },
        clear: () => playback.clear(),
        hold: () => playback.hold(),
        goOn: () => playback.goOn(),
        get playedMs() {
          return playback.playedMs
        },
      },
      listen(given) {
        listener = given
        for (const what of early.splice(0)) what(given)
      },
      send(json) {
        if (!isClosed) client.onEvent(json)
      },
      close(_, reason) {
        if (isClosed) return
        close(reason)
        client.onClosed()
      },
    },
    send: (json) => tell((to) => to.message(json)),
    audio: (samples, sampleRate) => tell((to) => to.audio(samples, sampleRate)),
    hangUp: () => close('the client left'),
  }
}
