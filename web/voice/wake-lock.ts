/** Keeps the screen on as long as somebody talks with it: hands are elsewhere, and phones cut off what sleeps. */
export class ScreenLock {
  #lock: WakeLockSentinel | undefined
  #isWanted = false

  constructor() {
    document.addEventListener('visibilitychange', () => {
      // The browser lets it go with the page.
      if (this.#isWanted && document.visibilityState === 'visible') void this.#take()
    })
  }

  keep(): void {
    this.#isWanted = true
    void this.#take()
  }

  release(): void {
    this.#isWanted = false
    void this.#lock?.release()
    this.#lock = undefined
  }

  async #take(): Promise<void> {
    try {
      this.#lock = await navigator.wakeLock?.request('screen')
      if (!this.#isWanted) this.release()
    } catch {
      // On low battery it's refused: then the screen goes dark, and nothing else.
    }
  }
}
