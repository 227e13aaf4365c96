import { isLoud } from '#providers/audio/loudness.ts'
import type { HeardLanguage, HearingEvent, HearingInput } from '../speech-to-text/speech-to-text.ts'
import { isForeign } from './foreign-words.ts'
import type { ProviderState } from './provider-state.ts'

export type DoubtfulFault = 'deaf' | 'too-slow' | 'wrong-language'

/** So much sound without a word: people say three words a second. */
const longestWordlessMs = 3_000
/** So much sound makes a turn that is to have words. */
const leastSoundOfTurnMs = 600
/** From when the speaker is known to be done until the turn is closed. */
const longestCloseMs = 1_500
/** Music and machines are loud and have no words: without any, no more is doubted. */
const mostDoubts = 2

/**
 * Doubts a recogniser that is connected and tells nothing, although sound comes in that is as loud as speech. Whether it
 * was its fault shows when another hears something in the same sound.
 */
export class Doubts {
  readonly #lang: HeardLanguage
  #wordlessMs = 0
  #doubts = 0
  #state: ProviderState | undefined
  #hangUp: (() => void) | undefined
  #closing: NodeJS.Timeout | undefined
  #doubted: DoubtfulFault | undefined
  #suspect: { state: ProviderState; fault: DoubtfulFault } | undefined

  constructor(lang: HeardLanguage) {
    this.#lang = lang
  }

  begin(state: ProviderState, hangUp: () => void): void {
    this.#state = state
    this.#hangUp = hangUp
    this.#wordlessMs = 0
  }

  end(): void {
    clearTimeout(this.#closing)
    this.#hangUp = undefined
  }

  /** It was given this. */
  fed(input: HearingInput, ms: number): void {
    if (input.kind === 'flush') {
      clearTimeout(this.#closing)
      if (this.#wordlessMs >= leastSoundOfTurnMs)
        this.#closing = setTimeout(() => this.#doubt('too-slow'), longestCloseMs)
      return
    }
    if (isLoud(input.samples)) this.#wordlessMs += ms
    if (this.#wordlessMs >= longestWordlessMs) this.#doubt('deaf')
  }

  /**
   * It closes a turn as if nothing had been said, though there was sound enough; or it writes another language.
   * @returns Why it can't be believed.
   */
  disbelieved(event: HearingEvent): DoubtfulFault | undefined {
    if (this.#doubts >= mostDoubts || !('transcript' in event)) return undefined
    const { text } = event.transcript
    const isEmpty = event.kind === 'end-of-turn' && text === '' && this.#wordlessMs >= leastSoundOfTurnMs
    const fault = isEmpty ? 'deaf' : isForeign(text, this.#lang) ? 'wrong-language' : undefined
    if (fault !== undefined) this.#note(fault)
    return fault
  }

  /** It tells something. @returns Who was doubted before, now that it is known to have been their fault. */
  heard(event: HearingEvent): { state: ProviderState; fault: DoubtfulFault } | undefined {
    if (event.kind === 'end-of-turn') clearTimeout(this.#closing)
    if (event.kind === 'end-of-turn') this.#wordlessMs = 0
    if (!('transcript' in event) || event.transcript.text === '') return undefined
    this.#wordlessMs = 0
    const suspect = this.#suspect
    // By its first words no language can be told.
    if (suspect?.fault === 'wrong-language' && event.kind !== 'end-of-turn') return undefined
    this.#suspect = undefined
    // Where all write another language, that is what was spoken.
    if (isForeign(event.transcript.text, this.#lang)) return undefined
    this.#doubts = 0
    return suspect
  }

  /** Why it was hung up on; undefined: it was not. */
  taken(): DoubtfulFault | undefined {
    const doubted = this.#doubted
    this.#doubted = undefined
    return doubted
  }

  #doubt(fault: DoubtfulFault): void {
    if (this.#doubts >= mostDoubts || this.#hangUp === undefined) return
    this.#note(fault)
    this.#hangUp()
  }

  #note(fault: DoubtfulFault): void {
    this.#doubts += 1
    this.#doubted = fault
    this.#wordlessMs = 0
    if (this.#state !== undefined) this.#suspect = { state: this.#state, fault }
  }
}
