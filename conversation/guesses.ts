import { termsOf } from '#knowledge/terms/terms.ts'
import { courtesyIn } from '#retrieval/answering.ts'
import { commandIn } from './commands.ts'
import { sameMeaning } from './same-meaning.ts'
import type { SpeculationDepth, SpeculativeAnswer } from './speculation.ts'

/** Fewer words to search for find anything. */
const fewestTerms = 2

/** Work begun on what a speaker seems to be saying, at most one piece of it at a time. */
export class Guesses {
  readonly #begin: (text: string, depth: SpeculationDepth) => SpeculativeAnswer | undefined
  #guess: SpeculativeAnswer | undefined

  /** @param begin Begins an answer that has no effect; undefined when it would be of no use now. */
  constructor(begin: (text: string, depth: SpeculationDepth) => SpeculativeAnswer | undefined) {
    this.#begin = begin
  }

  /** What has been said so far means something new: what was begun is thrown away. */
  hear(text: string, depth: SpeculationDepth): void {
    if (this.#guess !== undefined && sameMeaning(this.#guess.text, text)) {
      if (depth === 'answer') this.#guess.deepen()
      return
    }
    this.drop()
    if (new Set(termsOf(text)).size < fewestTerms || commandIn(text) !== undefined) return
    if (courtesyIn(text).rest === '') return
    this.#guess = this.#begin(text, depth)
  }

  /** The speaker is likely to be done: what was begun may go on to the end. */
  deepen(): void {
    this.#guess?.deepen()
  }

  /** What was begun, if it was right. */
  take(text: string): SpeculativeAnswer | undefined {
    const guess = this.#guess
    if (guess === undefined || !sameMeaning(guess.text, text)) {
      this.drop()
      return undefined
    }
    this.#guess = undefined
    return guess
  }

  drop(): void {
    this.#guess?.discard()
    this.#guess = undefined
  }
}
