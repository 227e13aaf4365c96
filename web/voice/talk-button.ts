import { element } from '../dom.ts'
import { drawnIcon } from '../drawn-icon.ts'
import type { VoiceWords } from './voice-words.ts'

/** Begins a talk; while one is on, the stage has all that belongs to it. */
export class TalkButton {
  readonly element: HTMLButtonElement
  readonly #label = element('span', { class: 'talk-label' })

  constructor(start: () => void) {
    this.element = element(
      'button',
      { type: 'button', class: 'talk-button', onclick: start },
      drawnIcon('mic'),
      this.#label,
    )
  }

  update(isOn: boolean, words: VoiceWords): void {
    this.element.hidden = isOn
    this.#label.textContent = words.talk
    this.element.title = words.talkTitle
  }
}
