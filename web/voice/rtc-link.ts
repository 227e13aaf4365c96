import type { ServerEvent } from '#voice-bot/protocol.ts'
import type { LinkListener, OpenLink } from './link.ts'

interface RtcParts {
  /** What the microphone hears; without it the other side is only listened to. */
  stream: () => MediaStream | undefined
  /** Plays the other side's track. */
  player: HTMLAudioElement
}

/** Candidates of this machine come at once; those of a relay aren't waited for. */
const gatherWithinMs = 1000

/** A link over WebRTC: sound goes in tracks, which lose a little rather than wait; events go in a data channel. */
export function rtcLinks(parts: RtcParts): OpenLink {
  return (query, secret, listener) => {
    const peer = new RTCPeerConnection()
    const channel = peer.createDataChannel('oai-events')
    const ending = new AbortController()
    const hangUp = (): void => {
      ending.abort()
      channel.close()
      peer.close()
      parts.player.srcObject = null
    }
    const gone = (): void => {
      if (ending.signal.aborted) return
      hangUp()
      listener.closed()
    }
    tellOf({ peer, channel }, parts.player, listener, gone, ending.signal)
    // Both ways even where there is no microphone: one may be plugged in.
    const { sender } = peer.addTransceiver(trackOf(parts.stream()) ?? 'audio', { direction: 'sendrecv' })
    call(peer, query, secret, ending.signal).catch(gone)
    return {
      get backlogBytes() {
        return channel.bufferedAmount
      },
      send(event) {
        if (channel.readyState === 'open') channel.send(JSON.stringify(event))
      },
      listenTo(stream) {
        // Refused only where the connection is over.
        sender.replaceTrack(trackOf(stream) ?? null).catch(() => undefined)
      },
      close: hangUp,
    }
  }
}

function trackOf(stream: MediaStream | undefined): MediaStreamTrack | undefined {
  return stream?.getAudioTracks()[0]
}

function tellOf(
  { peer, channel }: { peer: RTCPeerConnection; channel: RTCDataChannel },
  player: HTMLAudioElement,
  listener: LinkListener,
  gone: () => void,
  signal: AbortSignal,
): void {
  channel.addEventListener(
    'message',
    ({ data }) => {
      const event: ServerEvent = JSON.parse(data)
      listener.event(event)
    },
    { signal },
  )
  channel.addEventListener('close', gone, { signal })
  peer.addEventListener(
    'connectionstatechange',
    () => {
      if (peer.connectionState === 'failed' || peer.connectionState === 'disconnected') gone()
    },
    { signal },
  )
  peer.addEventListener(
    'track',
    ({ streams, track }) => {
      player.srcObject = streams[0] ?? new MediaStream([track])
      // Refused only where nobody has clicked yet; a click began this.
      player.play().catch(() => undefined)
    },
    { signal },
  )
}

/** Our offer in, the server's answer out. */
async function call(
  peer: RTCPeerConnection,
  query: URLSearchParams,
  secret: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  await peer.setLocalDescription(await peer.createOffer())
  await gathered(peer, signal)
  const response = await fetch(`/v1/realtime/calls?${query}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/sdp',
      ...(secret !== undefined && { authorization: `Bearer ${secret}` }),
    },
    body: peer.localDescription?.sdp ?? '',
    signal,
  })
  if (!response.ok) throw new Error(`The call was refused: ${response.status}`)
  await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() })
}

function gathered(peer: RTCPeerConnection, signal: AbortSignal): Promise<void> {
  if (peer.iceGatheringState === 'complete') return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      if (peer.iceGatheringState === 'complete') resolve()
    }
    peer.addEventListener('icegatheringstatechange', done, { signal })
    setTimeout(resolve, gatherWithinMs)
  })
}
