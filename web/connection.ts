import { element } from './dom.ts'
import type { Words } from './words.ts'

/** The wait doubles from the first to the longest. */
const firstWaitMs = 1000
const longestWaitMs = 15_000
const answerWithinMs = 3000
const goodNewsMs = 4000

/** Says when the server can't be reached, keeps trying, and says when it is back. */
export class Connection {
  readonly element = element('div', { class: 'banner', role: 'status', hidden: true })
  readonly #words: () => Words
  readonly #returned: () => void
  #isLost = false

  constructor(words: () => Words, returned: () => void) {
    this.#words = words
    this.#returned = returned
    addEventListener('offline', () => this.lost())
  }

  lost(): void {
    if (this.#isLost) return
    this.#isLost = true
    this.#say(this.#words().reconnecting, 'lost')
    setTimeout(() => void this.#tryAgain(firstWaitMs), firstWaitMs)
  }

  async #tryAgain(waitedMs: number): Promise<void> {
    const answered = await fetch('/healthz', { signal: AbortSignal.timeout(answerWithinMs) }).then(
      (response) => response.ok,
      () => false,
    )
    if (!answered) {
      const waitMs = Math.min(2 * waitedMs, longestWaitMs)
      setTimeout(() => void this.#tryAgain(waitMs), waitMs)
      return
    }
    this.#isLost = false
    this.#say(this.#words().reconnected, 'back')
    this.#returned()
    setTimeout(() => {
      if (!this.#isLost) this.element.hidden = true
    }, goodNewsMs)
  }

  #say(text: string, state: string): void {
    this.element.textContent = text
    this.element.dataset.connection = state
    this.element.hidden = false
  }
}
