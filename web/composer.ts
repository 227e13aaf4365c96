import { element } from './dom.ts'
import type { Words } from './words.ts'

const maxChars = 4000

/** Where questions are typed: Enter sends, Shift+Enter begins a new line. */
export class Composer {
  readonly element: HTMLFormElement
  readonly #field = element('textarea', {
    id: 'question',
    rows: 1,
    maxlength: maxChars,
    autocomplete: 'off',
    spellcheck: 'false',
  })
  readonly #button = element('button', { type: 'submit', class: 'primary' })
  readonly #label = element('label', { for: 'question', class: 'hidden' })
  #words: Words
  #busy = false
  #following = false

  /** @param beside Other ways to ask. */
  constructor(words: Words, send: (question: string) => void, stop: () => void, beside: HTMLElement) {
    this.#words = words
    this.element = element('form', { class: 'composer' }, this.#label, this.#field, beside, this.#button)
    const submit = (): void => {
      const question = this.#field.value.trim()
      if (question === '') return
      this.value = ''
      if (isTouched()) this.blur()
      send(question)
    }
    this.element.addEventListener('submit', (event) => {
      event.preventDefault()
      if (this.#busy) stop()
      else submit()
    })
    this.#field.addEventListener('keydown', (event) => {
      // Enter that ends the conversion of Japanese input isn't meant for us.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
      event.preventDefault()
      if (!this.#busy) submit()
    })
    this.#field.addEventListener('input', () => this.#fit())
    this.#say()
  }

  get isEmpty(): boolean {
    return this.#field.value === ''
  }

  get hasFocus(): boolean {
    return document.activeElement === this.#field
  }

  set value(text: string) {
    this.#field.value = text
    this.#fit()
  }

  focus(): void {
    this.#field.focus()
  }

  /** When the page opens; where the keyboard lies on the screen it would cover half of it. */
  focusAtStart(): void {
    if (!isTouched()) this.focus()
  }

  blur(): void {
    this.#field.blur()
  }

  /** While an answer is being made the button stops it. */
  update(state: { words: Words; busy: boolean; following: boolean }): void {
    this.#words = state.words
    this.#busy = state.busy
    this.#following = state.following
    this.#say()
  }

  #say(): void {
    const { askLabel, askPlaceholder, followUpPlaceholder, ask, stop } = this.#words
    this.#label.textContent = askLabel
    this.#field.placeholder = this.#following ? followUpPlaceholder : askPlaceholder
    this.#button.textContent = this.#busy ? stop : ask
    this.#button.classList.toggle('stopping', this.#busy)
  }

  /** As high as its text, up to the limit that the style sets. */
  #fit(): void {
    this.#field.style.height = 'auto'
    this.#field.style.height = `${this.#field.scrollHeight + 2}px`
  }
}

function isTouched(): boolean {
  return matchMedia('(pointer: coarse)').matches
}
