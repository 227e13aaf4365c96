import wrtc from '@roamhq/wrtc'
import { z } from 'zod'
import { framesOf } from '#providers/audio/pcm.ts'
import { micRate } from '../voice/microphone.ts'
import type { OpenCallerLink } from './caller-link.ts'
import type { SoundQuality } from './caller-wire.ts'

/** Below it a sample is no sound: concealment that has faded out, too. */
const audible = 300
const frameMs = 10
const Event = z.looseObject({ type: z.string() })
const Received = z.object({
  packetsReceived: z.number(),
  packetsLost: z.number(),
  fecPacketsReceived: z.number().default(0),
  fecPacketsDiscarded: z.number().default(0),
  totalSamplesReceived: z.number(),
  concealedSamples: z.number(),
  silentConcealedSamples: z.number(),
  jitterBufferDelay: z.number(),
  jitterBufferEmittedCount: z.number(),
})

/** A call as a browser makes one: the same WebRTC, and a new call where the old one seems to be dead. */
export function rtcLinks(address: string): OpenCallerLink {
  return (query, listener) => {
    const connection = new wrtc.RTCPeerConnection()
    const channel = connection.createDataChannel('oai-events')
    const source = new wrtc.nonstandard.RTCAudioSource()
    const track = source.createTrack()
    const ending = new AbortController()
    connection.addTrack(track)
    let sink: { stop(): void } | undefined
    connection.ontrack = ({ track: theirs }) => {
      sink = new wrtc.nonstandard.RTCAudioSink(theirs)
      const ondata = ({ samples }: { samples: Int16Array }) =>
        listener.heard(!samples.some((sample) => Math.abs(sample) > audible))
      Object.assign(sink, { ondata })
    }
    const close = () => {
      ending.abort()
      connection.onconnectionstatechange = null
      channel.onmessage = null
      channel.onclose = null
      sink?.stop()
      track.stop()
      // Not within one of its own callbacks.
      setTimeout(() => connection.close(), 0)
    }
    const gone = () => {
      if (ending.signal.aborted) return
      close()
      listener.gone()
    }
    channel.onmessage = ({ data }: MessageEvent<string>) => {
      const event = Event.parse(JSON.parse(data))
      listener.event(event.type, event)
    }
    channel.onclose = gone
    connection.onconnectionstatechange = () => {
      if (/^(disconnected|failed)$/.test(connection.connectionState)) gone()
    }
    call(connection, `http://${address}/v1/realtime/calls?model=nightdesk${query}`, ending.signal).catch(gone)
    return {
      send(event) {
        if (channel.readyState === 'open') channel.send(JSON.stringify(event))
      },
      speak(frame) {
        for (const samples of framesOf(frame, micRate, frameMs)) {
          const numberOfFrames = samples.length
          source.onData({
            samples: samples.slice(),
            sampleRate: micRate,
            bitsPerSample: 16,
            channelCount: 1,
            numberOfFrames,
          })
        }
      },
      silence() {},
      close,
      quality: () => quality(connection),
    }
  }
}

async function call(connection: RTCPeerConnection, url: string, signal: AbortSignal): Promise<void> {
  await connection.setLocalDescription(await connection.createOffer())
  await gathered(connection)
  const headers = { 'content-type': 'application/sdp' }
  const answer = await fetch(url, { method: 'POST', headers, body: connection.localDescription?.sdp ?? '', signal })
  if (!answer.ok) throw new Error(`the call was refused: ${answer.status}`)
  await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() })
}

function gathered(connection: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (connection.iceGatheringState === 'complete') resolve()
    }
    connection.onicegatheringstatechange = look
    look()
  })
}

async function quality(connection: RTCPeerConnection): Promise<SoundQuality | undefined> {
  for (const stats of (await connection.getStats()).values()) {
    if (stats.type !== 'inbound-rtp') continue
    const received = Received.parse(stats)
    const packets = Math.max(1, received.packetsReceived + received.packetsLost)
    return {
      lostShare: received.packetsLost / packets,
      concealedShare:
        (received.concealedSamples - received.silentConcealedSamples) / Math.max(1, received.totalSamplesReceived),
      restoredShare: (received.fecPacketsReceived - received.fecPacketsDiscarded) / packets,
      bufferMs: (1000 * received.jitterBufferDelay) / Math.max(1, received.jitterBufferEmittedCount),
    }
  }
  return undefined
}
