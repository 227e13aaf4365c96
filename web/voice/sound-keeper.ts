import { Sound, type SoundListener } from './sound.ts'

/** A browser that lets sound go on with the click that began it does so by then. */
const heldAfterMs = 700

export interface SoundKeeperParts extends Omit<SoundListener, 'running'> {
  /** The browser holds all sound back until somebody touches the page; or no longer. */
  held: (isHeld: boolean) => void
}

/** Keeps the sound of a talk going: browsers and phones stop it for reasons of their own, and let it go on with a touch. */
export class SoundKeeper {
  readonly #parts: SoundKeeperParts
  #sound: Sound | undefined
  #telling: ReturnType<typeof setTimeout> | undefined

  constructor(parts: SoundKeeperParts) {
    this.#parts = parts
    const touched = (): void => this.wake()
    for (const type of ['pointerup', 'keydown', 'touchend']) addEventListener(type, touched, { capture: true })
  }

  get sound(): Sound | undefined {
    return this.#sound
  }

  /**
   * To be called while a click or a key is being handled.
   * @throws {SoundError}
   */
  async open(): Promise<void> {
    this.#sound = await Sound.open({
      captured: (piece) => this.#parts.captured(piece),
      played: (report) => this.#parts.played(report),
      microphoneLost: () => this.#parts.microphoneLost(),
      running: () => this.#watch(),
    })
    this.#watch()
  }

  wake(): void {
    this.#sound?.wake()
  }

  close(): void {
    clearTimeout(this.#telling)
    void this.#sound?.close()
    this.#sound = undefined
  }

  #watch(): void {
    clearTimeout(this.#telling)
    if (this.#sound?.isRunning !== false) this.#parts.held(false)
    else this.#telling = setTimeout(() => this.#parts.held(this.#sound?.isRunning === false), heldAfterMs)
  }
}
