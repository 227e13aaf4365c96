import { wireRate } from './pcm.ts'
import { Playback, type PlayedItem } from './playback.ts'

/** What the page asks of the loudspeaker. */
export type PlaybackOrder =
  | { kind: 'push'; itemId: string; samples: Int16Array }
  | { kind: 'clear' }
  | { kind: 'hold' }
  | { kind: 'go-on' }

/** What it hears back. */
export type PlaybackReport =
  /** Some 20 times a second while something is played, and once when all was. */
  | { kind: 'progress'; level: number; isEmpty: boolean; current: PlayedItem | undefined }
  /** `heard` is absent where nothing was left to be heard. */
  | { kind: 'cleared'; heard: PlayedItem | undefined }
  /** The first output of nothing but silence after `clear` or `hold`, so many render quanta after the order came. */
  | { kind: 'silenced'; quanta: number }

// What the audio thread has, which TypeScript's library doesn't know.
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void
declare const sampleRate: number

const progressPerSecond = 20
const renderQuantum = 128

class PlaybackProcessor extends AudioWorkletProcessor {
  readonly #playback = new Playback(wireRate, sampleRate)
  readonly #quietQuanta = Math.round(sampleRate / renderQuantum / progressPerSecond)
  #untilProgress = 0
  #wasEmpty = true
  /** Since the order to be silent; nothing while none is being carried out. */
  #sinceOrder: number | undefined

  constructor() {
    super()
    this.port.onmessage = ({ data }: MessageEvent<PlaybackOrder>) => this.#obey(data)
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const [first, ...others] = outputs[0] ?? []
    if (first === undefined) return true
    this.#playback.render(first)
    for (const other of others) other.set(first)
    if (this.#sinceOrder !== undefined) {
      this.#sinceOrder++
      if (first.every((sample) => sample === 0)) {
        this.#report({ kind: 'silenced', quanta: this.#sinceOrder })
        this.#sinceOrder = undefined
      }
    }
    this.#tellProgress()
    return true
  }

  #obey(order: PlaybackOrder): void {
    if (order.kind === 'push') this.#playback.push(order.itemId, order.samples)
    if (order.kind === 'go-on') this.#playback.goOn()
    if (order.kind === 'hold') {
      this.#playback.hold()
      this.#sinceOrder = 0
    }
    if (order.kind === 'clear') {
      this.#report({ kind: 'cleared', heard: this.#playback.clear() })
      this.#sinceOrder = 0
    }
  }

  #tellProgress(): void {
    const { isEmpty, current, level } = this.#playback
    const isChanged = isEmpty !== this.#wasEmpty
    if (isEmpty && !isChanged) return
    if (!isChanged && this.#untilProgress-- > 0) return
    this.#untilProgress = this.#quietQuanta
    this.#wasEmpty = isEmpty
    this.#report({ kind: 'progress', level, isEmpty, current })
  }

  #report(report: PlaybackReport): void {
    this.port.postMessage(report)
  }
}

registerProcessor('nightdesk-playback', PlaybackProcessor)
