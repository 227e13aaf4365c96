import type { CapturedPiece } from './capture-worklet.ts'
import type { PlaybackOrder, PlaybackReport } from './playback-worklet.ts'

/** Why there is no microphone, or no sound at all. */
export type SoundTrouble = 'insecure' | 'denied' | 'no-microphone' | 'microphone-busy' | 'unsupported'

export class SoundError extends Error {
  override readonly name = 'SoundError'
  readonly trouble: SoundTrouble
  constructor(trouble: SoundTrouble, options?: ErrorOptions) {
    super(trouble, options)
    this.trouble = trouble
  }
}

export interface SoundListener {
  captured(piece: CapturedPiece): void
  played(report: PlaybackReport): void
  /** The microphone was unplugged, or the system took it away. */
  microphoneLost(): void
  /** Phones and browsers hold all sound back until somebody touches the page, during a call, or behind a lock. */
  running(isRunning: boolean): void
}

/** 21 ms at 48 kHz. */
const meterSamples = 1024

/** Safari on iPhones is told that we speak and listen at once, else it may take the earpiece. */
interface AudioSession {
  type: string
}
declare global {
  interface Navigator {
    readonly audioSession?: AudioSession
  }
  interface AudioContext {
    /** Not in every browser. */
    setSinkId?(deviceId: string): Promise<void>
  }
}

/** The microphone and the loudspeaker of this machine, each on the audio thread. */
export class Sound {
  readonly #context: AudioContext
  readonly #player: AudioWorkletNode
  readonly #listener: SoundListener
  #microphone: { stream: MediaStream; source: MediaStreamAudioSourceNode; capture: AudioWorkletNode } | undefined

  private constructor(context: AudioContext, listener: SoundListener) {
    this.#context = context
    this.#listener = listener
    this.#player = new AudioWorkletNode(context, 'nightdesk-playback', { numberOfInputs: 0, outputChannelCount: [1] })
    this.#player.port.onmessage = ({ data }: MessageEvent<PlaybackReport>) => listener.played(data)
    this.#player.connect(context.destination)
    context.addEventListener('statechange', () => listener.running(this.isRunning))
  }

  /**
   * To be called while a click or a key is being handled: phones let nothing sound otherwise.
   * @throws {SoundError}
   */
  static async open(listener: SoundListener): Promise<Sound> {
    if (!isSecureContext) throw new SoundError('insecure')
    if (typeof AudioWorkletNode === 'undefined') throw new SoundError('unsupported')
    const context = new AudioContext({ latencyHint: 'interactive' })
    // It may only go on once the click was handled to its end; waiting for it here could mean for ever.
    void context.resume()
    const modules = ['playback-worklet.ts', 'capture-worklet.ts'].map((name) => new URL(name, import.meta.url).href)
    await Promise.all(modules.map((address) => context.audioWorklet.addModule(address)))
    return new Sound(context, listener)
  }

  /** What the microphone hears, for a transport with a track of its own. */
  get stream(): MediaStream | undefined {
    return this.#microphone?.stream
  }

  /**
   * Opens the microphone, or another one.
   * @throws {SoundError}
   */
  async listen(deviceId: string | undefined): Promise<void> {
    const stream = await openMicrophone(deviceId)
    this.stopListening()
    if (navigator.audioSession !== undefined) navigator.audioSession.type = 'play-and-record'
    const source = this.#context.createMediaStreamSource(stream)
    const capture = new AudioWorkletNode(this.#context, 'nightdesk-capture', { numberOfOutputs: 0, channelCount: 1 })
    capture.port.onmessage = ({ data }: MessageEvent<CapturedPiece>) => this.#listener.captured(data)
    source.connect(capture)
    this.#microphone = { stream, source, capture }
    for (const track of stream.getTracks()) track.addEventListener('ended', () => this.#listener.microphoneLost())
  }

  /** Something can be heard; closed, nothing is held back. */
  get isRunning(): boolean {
    return this.#context.state === 'running' || this.#context.state === 'closed'
  }

  stopListening(): void {
    if (this.#microphone === undefined) return
    const { stream, source, capture } = this.#microphone
    this.#microphone = undefined
    source.disconnect()
    capture.port.close()
    for (const track of stream.getTracks()) track.stop()
  }

  play(itemId: string, samples: Int16Array<ArrayBuffer>): void {
    this.#order({ kind: 'push', itemId, samples }, [samples.buffer])
  }

  /** Silent within one render quantum of the audio thread, and so are the others. */
  clear(): void {
    this.#order({ kind: 'clear' })
  }

  hold(): void {
    this.#order({ kind: 'hold' })
  }

  goOn(): void {
    this.#order({ kind: 'go-on' })
  }

  /** @param deviceId Empty: whichever the system prefers. */
  async speakThrough(deviceId: string): Promise<void> {
    await this.#context.setSinkId?.(deviceId)
  }

  /** How loud a stream is that is played elsewhere: root mean square, 0..1, whenever it's asked. */
  meter(stream: MediaStream): () => number {
    const analyser = new AnalyserNode(this.#context, { fftSize: meterSamples })
    this.#context.createMediaStreamSource(stream).connect(analyser)
    const samples = new Float32Array(meterSamples)
    return () => {
      analyser.getFloatTimeDomainData(samples)
      return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / meterSamples)
    }
  }

  /** Refused where nobody has touched the page; the next touch may wake it. */
  wake(): void {
    if (!this.isRunning) this.#context.resume().catch(() => undefined)
  }

  async close(): Promise<void> {
    this.stopListening()
    this.#player.port.close()
    await this.#context.close()
  }

  #order(order: PlaybackOrder, transfer: Transferable[] = []): void {
    this.#player.port.postMessage(order, transfer)
  }
}

export function canChooseSpeaker(): boolean {
  return typeof AudioContext !== 'undefined' && 'setSinkId' in AudioContext.prototype
}

export interface SoundDevice {
  deviceId: string
  label: string
}

/** Browsers name them only once the microphone was allowed. */
export async function soundDevices(kind: 'audioinput' | 'audiooutput'): Promise<SoundDevice[]> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? []
  return all.filter((device) => device.kind === kind && device.label !== '' && device.deviceId !== '')
}

/** Without echo cancellation our own voice would interrupt itself. */
async function openMicrophone(deviceId: string | undefined): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined) throw new SoundError(isSecureContext ? 'unsupported' : 'insecure')
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 }
  try {
    // Another one serves when the chosen one isn't plugged in.
    return await navigator.mediaDevices.getUserMedia({
      audio: deviceId === undefined ? audio : { ...audio, deviceId: { ideal: deviceId } },
    })
  } catch (cause) {
    throw new SoundError(troubleOf(cause), { cause })
  }
}

function troubleOf(cause: unknown): SoundTrouble {
  const name = cause instanceof Error ? cause.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'no-microphone'
  return 'microphone-busy'
}
