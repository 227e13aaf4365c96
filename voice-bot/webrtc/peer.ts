import wrtc from '@roamhq/wrtc'
import { joined } from '#providers/audio/pcm.ts'
import { Resampler } from '#providers/audio/resample.ts'
import { OfferRefusedError } from './errors.ts'
import { allowingBits, preferringRedundancy } from './offer.ts'
import { frameLength, Speaker } from './speaker.ts'
import { heardRate, type IceServer, playedRate } from './wire.ts'

/** The channel that carries events, by the name that Realtime clients give it. */
const channelName = 'oai-events'
/** A client that doesn't read is hung up on. */
const mostUnsentBytes = 4 * 1024 * 1024
/** Only after so much it's looked whether any of it was read: to look is to wait for another thread. */
const lookAfterBytes = 256 * 1024
/** Of full scale 32,768: 60 dB below it. */
const faint = 32
/** Events that wait for the client to open its channel. */
const mostUnsent = 1000
/** What isn't connected by then never will be. */
const connectMs = 20_000
/** Browsers come back from a change of network within a few seconds. */
const comeBackMs = 8000
/** For candidates; ours are those of this machine, known at once. */
const gatherMs = 2000

/** What was sent may take so long to be gone, and what can't be seen going so long. */
const leaveMs = 1000
const lastWordsMs = 50

export interface PeerListener {
  message(json: string): void
  closed(reason: string): void
}

/** One client's connection, in the process that holds them. */
export class Peer {
  readonly speaker = new Speaker()
  readonly #connection: RTCPeerConnection
  readonly #listener: PeerListener
  readonly #source = new wrtc.nonstandard.RTCAudioSource()
  readonly #track = this.#source.createTrack()
  readonly #frame = new Int16Array(frameLength)
  #sink: { stop(): void } | undefined
  #channel: RTCDataChannel | undefined
  #unsent: string[] = []
  #sentSinceLook = 0
  #heard: Int16Array[] = []
  #giveUp: NodeJS.Timeout | undefined
  #hasConnected = false
  #isClosed = false

  constructor(iceServers: readonly IceServer[], listener: PeerListener) {
    this.#listener = listener
    const servers = iceServers.map(({ urls, username = '', credential = '' }) => ({ urls, username, credential }))
    this.#connection = new wrtc.RTCPeerConnection({ iceServers: servers })
    this.#connection.ondatachannel = ({ channel }) => this.#take(channel)
    this.#connection.onconnectionstatechange = () => this.#look()
    this.#connection.oniceconnectionstatechange = () => this.#look()
    this.#giveUpAfter(connectMs, 'the connection was never made')
  }

  /** @throws {OfferRefusedError} */
  async answer(sdp: string): Promise<string> {
    const connection = this.#connection
    const offer = allowingBits(preferringRedundancy(sdp))
    await connection.setRemoteDescription({ type: 'offer', sdp: offer }).catch((cause: unknown) => {
      throw new OfferRefusedError('it is not understood', { cause })
    })
    const audio = connection.getTransceivers().find(({ receiver }) => receiver.track.kind === 'audio')
    if (audio === undefined) throw new OfferRefusedError('it has no audio')
    this.#listenTo(audio.receiver.track)
    connection.addTrack(this.#track)
    await connection.setLocalDescription(await connection.createAnswer())
    await this.#gathered()
    return connection.localDescription?.sdp ?? ''
  }

  /** Sends the next 10 ms. @returns Whether something was played in it. */
  tick(): boolean {
    // Nobody would hear the beginning of what is played before the connection is there.
    const isPlaying = this.#hasConnected && this.speaker.frame(this.#frame)
    const samples = this.#frame
    this.#source.onData({
      samples,
      sampleRate: playedRate,
      bitsPerSample: 16,
      channelCount: 1,
      numberOfFrames: frameLength,
    })
    return isPlaying
  }

  /** What came since the last time. */
  takeHeard(): Int16Array {
    const heard = joined(this.#heard)
    this.#heard = []
    return heard
  }

  send(json: string): void {
    if (this.#isClosed) return
    this.#unsent.push(json)
    this.#sendWaiting()
    if (this.#unsent.length > mostUnsent) this.close('the client opened no channel for events')
  }

  close(reason: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#giveUp)
    this.#sink?.stop()
    this.#track.stop()
    this.#connection.onconnectionstatechange = null
    this.#connection.oniceconnectionstatechange = null
    if (this.#channel !== undefined) {
      this.#channel.onmessage = null
      this.#channel.onclose = null
    }
    this.#leave(Date.now() + leaveMs)
    this.#listener.closed(reason)
  }

  /** Not within one of the connection's own callbacks, and not before what was sent has gone. */
  #leave(untilMs: number): void {
    setTimeout(() => {
      const unsent = this.#unsent.length + (this.#channel?.readyState === 'open' ? this.#channel.bufferedAmount : 0)
      if (unsent > 0 && Date.now() < untilMs) return this.#leave(untilMs)
      this.#connection.ondatachannel = null
      this.#channel?.close()
      setTimeout(() => this.#connection.close(), lastWordsMs)
    }, lastWordsMs)
  }

  #listenTo(track: MediaStreamTrack): void {
    const sink = new wrtc.nonstandard.RTCAudioSink(track)
    let resampler: { rate: number; is: Resampler } | undefined
    Object.assign(sink, {
      ondata: ({
        samples,
        sampleRate,
        channelCount,
      }: {
        samples: Int16Array
        sampleRate: number
        channelCount: number
      }) => {
        if (resampler?.rate !== sampleRate) resampler = { rate: sampleRate, is: new Resampler(sampleRate, heardRate) }
        const mono = firstChannel(samples, channelCount)
        this.#heard.push(isFaint(mono) ? resampler.is.pushRoughly(mono) : resampler.is.push(mono))
      },
    })
    this.#sink = sink
  }

  #take(channel: RTCDataChannel): void {
    if (channel.label !== channelName || this.#channel !== undefined) {
      channel.close()
      return
    }
    this.#channel = channel
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') this.#listener.message(data)
      else this.close('events are text')
    }
    channel.onclose = () => this.close('the client hung up')
    channel.onopen = () => this.#sendWaiting()
    this.#sendWaiting()
  }

  #sendWaiting(): void {
    if (this.#channel?.readyState !== 'open') return
    const waiting = this.#unsent
    this.#unsent = []
    try {
      for (const json of waiting) {
        this.#channel.send(json)
        this.#sentSinceLook += json.length
      }
    } catch {
      this.close('an event could not be sent')
      return
    }
    if (this.#sentSinceLook < lookAfterBytes) return
    this.#sentSinceLook = 0
    if (this.#channel.bufferedAmount > mostUnsentBytes) this.close('the client does not read its events')
  }

  #look(): void {
    const state = this.#connection.connectionState
    if (state === 'connected') {
      this.#hasConnected = true
      clearTimeout(this.#giveUp)
    } else if (state === 'disconnected') this.#giveUpAfter(comeBackMs, 'the client could not be reached any more')
    else if (state === 'failed') this.close('the connection failed')
    else if (state === 'closed') this.close('the client hung up')
  }

  #giveUpAfter(ms: number, reason: string): void {
    clearTimeout(this.#giveUp)
    this.#giveUp = setTimeout(() => this.close(reason), ms)
  }

  async #gathered(): Promise<void> {
    if (this.#connection.iceGatheringState === 'complete') return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, gatherMs)
      this.#connection.onicegatheringstatechange = () => {
        if (this.#connection.iceGatheringState !== 'complete') return
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** To filter what nobody hears would take most of what a call takes of this thread. */
function isFaint(samples: Int16Array): boolean {
  for (const sample of samples) if (sample > faint || sample < -faint) return false
  return true
}

function firstChannel(samples: Int16Array, channels: number): Int16Array {
  if (channels === 1) return samples
  return Int16Array.from({ length: Math.floor(samples.length / channels) }, (_, k) => samples[k * channels] ?? 0)
}
