/** The browser's own voice, for where the server has none. */
export class OwnVoice {
  readonly #changed: (isSpeaking: boolean) => void
  #waiting = 0

  constructor(changed: (isSpeaking: boolean) => void) {
    this.#changed = changed
  }

  static get isThere(): boolean {
    return 'speechSynthesis' in window
  }

  /** Says it after all that it was given before. */
  say(text: string): void {
    const utterance = new SpeechSynthesisUtterance(text)
    utterance.lang = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text) ? 'ja-JP' : 'en-US'
    this.#waiting++
    const ended = (): void => {
      this.#waiting = Math.max(0, this.#waiting - 1)
      if (this.#waiting === 0) this.#changed(false)
    }
    utterance.addEventListener('start', () => this.#changed(true))
    utterance.addEventListener('end', ended)
    utterance.addEventListener('error', ended)
    speechSynthesis.speak(utterance)
  }

  hold(): void {
    speechSynthesis.pause()
  }

  goOn(): void {
    speechSynthesis.resume()
  }

  clear(): void {
    if (this.#waiting === 0) return
    this.#waiting = 0
    speechSynthesis.cancel()
    speechSynthesis.resume()
    this.#changed(false)
  }
}
