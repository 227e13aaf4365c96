import { element } from './dom.ts'
import type { Words } from './words.ts'

const askAgainMs = 3000
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
    setTimeout(() => void this.#tryAgain(), askAgainMs)
  }

  async #tryAgain(): Promise<void> {
    const answered = await fetch('/healthz', { signal: AbortSignal.timeout(askAgainMs) }).then(
      (response) => response.ok,
      () => false,
    )
    if (!answered) return void setTimeout(() => void this.#tryAgain(), askAgainMs)
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
