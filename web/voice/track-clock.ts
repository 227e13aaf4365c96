import type { PlayedItem } from './playback.ts'

/** Often enough for a caption to change with its sentence. */
const everyMs = 100

/** How far the listener has come in a track, which doesn't tell it: by the clock, since its sound began. */
export class TrackClock {
  readonly #reached: (item: PlayedItem) => void
  /** The item that each response is spoken in. */
  readonly #items = new Map<string, string>()
  #timer: ReturnType<typeof setInterval> | undefined
  #playedMs = 0

  constructor(reached: (item: PlayedItem) => void) {
    this.#reached = reached
  }

  captioned(responseId: string, itemId: string): void {
    this.#items.set(responseId, itemId)
  }

  begin(responseId: string): void {
    this.end()
    this.#playedMs = 0
    this.#run(responseId)
  }

  hold(): void {
    clearInterval(this.#timer)
  }

  goOn(responseId: string): void {
    if (this.#timer !== undefined) this.#run(responseId)
  }

  end(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #run(responseId: string): void {
    clearInterval(this.#timer)
    let last = performance.now()
    const tell = (): void => {
      const now = performance.now()
      this.#playedMs += now - last
      last = now
      const itemId = this.#items.get(responseId)
      if (itemId !== undefined) this.#reached({ itemId, playedMs: this.#playedMs })
    }
    this.#timer = setInterval(tell, everyMs)
    tell()
  }
}
