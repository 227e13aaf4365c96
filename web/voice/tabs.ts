/** Tabs of one browser tell each other which of them listens: two that do would answer twice, and each other. */
export class Tabs {
  readonly #channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('nightdesk.voice')

  /** @param otherListens Another tab listens from now on. */
  constructor(otherListens: () => void) {
    this.#channel?.addEventListener('message', otherListens)
  }

  /** This one listens from now on. */
  take(): void {
    this.#channel?.postMessage('listening')
  }
}
