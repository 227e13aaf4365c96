import wrtc from '@roamhq/wrtc'

/** A client of a call as a browser would be one: the same WebRTC, its microphone and its ear under a test's control. */
export class FakeWebrtcClient implements AsyncDisposable {
  /** What came as events. */
  readonly messages: unknown[] = []
  readonly #connection = new wrtc.RTCPeerConnection()
  readonly #channel = this.#connection.createDataChannel('oai-events')
  readonly #source = new wrtc.nonstandard.RTCAudioSource()
  readonly #track = this.#source.createTrack()
  readonly #heard: Int16Array[] = []
  #sink: { stop(): void } | undefined
  #saying: NodeJS.Timeout | undefined
  #waiting: (() => void)[] = []

  constructor() {
    this.#connection.addTrack(this.#track)
    this.#connection.ontrack = ({ track }) => this.#listenTo(track)
    this.#channel.onmessage = ({ data }: MessageEvent<string>) => {
      this.messages.push(JSON.parse(data))
      this.#changed()
    }
    this.#channel.onopen = () => this.#changed()
    this.#channel.onclose = () => this.#changed()
  }

  async offer(): Promise<string> {
    const offer = await this.#connection.createOffer()
    await this.#connection.setLocalDescription(offer)
    return offer.sdp ?? ''
  }

  async accept(sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp })
    await this.until(() => this.#channel.readyState === 'open')
  }

  get isHungUpOn(): boolean {
    return this.#channel.readyState === 'closed'
  }

  send(event: object): void {
    this.#channel.send(JSON.stringify(event))
  }

  /** Speaks in real time, for as long as it isn't told to say something else: 10 ms of what `sampleAt` gives, by 10 ms. */
  say(sampleAt: (seconds: number) => number): void {
    clearInterval(this.#saying)
    const samples = new Int16Array(480)
    let at = 0
    this.#saying = setInterval(() => {
      for (let k = 0; k < samples.length; k++) samples[k] = sampleAt((at + k) / 48_000)
      at += samples.length
      this.#source.onData({ samples, sampleRate: 48_000, bitsPerSample: 16, channelCount: 1, numberOfFrames: 480 })
    }, 10)
  }

  /** How long something was heard that was louder than a hundredth of full scale. */
  get heardMs(): number {
    return this.#heard.filter((frame) => frame.some((sample) => Math.abs(sample) > 328)).length * 10
  }

  /** All that was heard, at 48,000 samples a second. */
  get heard(): readonly Int16Array[] {
    return this.#heard
  }

  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#saying)
    this.#sink?.stop()
    this.#track.stop()
    this.#channel.close()
    this.#connection.close()
  }

  #listenTo(track: MediaStreamTrack): void {
    const sink = new wrtc.nonstandard.RTCAudioSink(track)
    const ondata = ({ samples }: { samples: Int16Array }) => {
      this.#heard.push(samples.slice())
      this.#changed()
    }
    Object.assign(sink, { ondata })
    this.#sink = sink
  }

  #changed(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
