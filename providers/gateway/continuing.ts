import type { LlmMessage } from '../llm/llm.ts'
import { bare, roughSentences } from './sentence-ends.ts'

const goOn =
  'The connection broke off right after the last word of your reply above. Go on from there, in the same language and form. Repeat nothing of what you have said, and say nothing about the interruption.'

/** The same conversation for a model that is to go on where another broke off. */
export function continuedFrom(messages: readonly LlmMessage[], used: string): readonly LlmMessage[] {
  if (used.trim() === '') return messages
  return [...messages, { role: 'assistant', text: used }, { role: 'user', text: goOn }]
}

/**
 * Takes away what a continuation repeats of what was said: some models begin again, or with their last sentence. Only
 * whole sentences at its beginning are taken; from its first new one on, everything passes at once.
 */
export class Continuation {
  readonly #said: readonly string[]
  #held = ''
  #isNew: boolean

  constructor(used: string) {
    this.#said = roughSentences(used).map(bare)
    this.#isNew = this.#said.length === 0
  }

  /** @returns What of it is new; empty while that isn't known yet. */
  add(text: string): string {
    if (this.#isNew) return text
    this.#held += text
    for (;;) {
      const [first = ''] = roughSentences(this.#held)
      const whole = this.#held.indexOf(first) + first.length
      const isWhole = /\s/.test(this.#held.charAt(whole)) || /[。！？」』）]$/.test(first)
      if (isWhole && this.#isSaid(first)) {
        this.#held = this.#held.slice(whole).replace(/^\s+/, '')
        if (this.#held === '') return ''
        continue
      }
      return !isWhole && this.#mayBeSaid(first) ? '' : this.#release()
    }
  }

  /** What was still held when the continuation ended. */
  end(): string {
    if (this.#isNew || this.#isSaid(this.#held)) return ''
    return this.#release()
  }

  #isSaid(sentence: string): boolean {
    const its = bare(sentence)
    return its === '' || this.#said.includes(its)
  }

  #mayBeSaid(begun: string): boolean {
    const its = bare(begun)
    return this.#said.some((said) => said.startsWith(its))
  }

  #release(): string {
    this.#isNew = true
    const text = this.#held
    this.#held = ''
    return text
  }
}
