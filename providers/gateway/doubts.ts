import type { HearingEvent, HearingInput } from '../speech-to-text/speech-to-text.ts'
import type { ProviderState } from './provider-state.ts'

type Fault = 'deaf' | 'too-slow'

/** Of 32,768: louder than rooms are, quieter than people who speak into a microphone. */
const loud = 400
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
  #wordlessMs = 0
  #doubts = 0
  #state: ProviderState | undefined
  #hangUp: (() => void) | undefined
  #closing: NodeJS.Timeout | undefined
  #doubted: Fault | undefined
  #suspect: { state: ProviderState; fault: Fault } | undefined

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

  /** It closes a turn as if nothing had been said, though there was sound enough. */
  isEmptyEnd(event: HearingEvent): boolean {
    if (event.kind !== 'end-of-turn' || event.transcript.text !== '' || this.#wordlessMs < leastSoundOfTurnMs)
      return false
    if (this.#doubts >= mostDoubts) return false
    this.#note('deaf')
    return true
  }

  /** It tells something. @returns Who was doubted before, now that it is known to have been their fault. */
  heard(event: HearingEvent): { state: ProviderState; fault: Fault } | undefined {
    if (event.kind === 'end-of-turn') clearTimeout(this.#closing)
    const hasWords = 'transcript' in event && event.transcript.text !== ''
    if (event.kind === 'end-of-turn' || hasWords) this.#wordlessMs = 0
    if (!hasWords) return undefined
    const suspect = this.#suspect
    this.#suspect = undefined
    this.#doubts = 0
    return suspect
  }

  /** Why it was hung up on; undefined: it was not. */
  taken(): Fault | undefined {
    const doubted = this.#doubted
    this.#doubted = undefined
    return doubted
  }

  #doubt(fault: Fault): void {
    if (this.#doubts >= mostDoubts || this.#hangUp === undefined) return
    this.#note(fault)
    this.#hangUp()
  }

  #note(fault: Fault): void {
    this.#doubts += 1
    this.#doubted = fault
    this.#wordlessMs = 0
    if (this.#state !== undefined) this.#suspect = { state: this.#state, fault }
  }
}

function isLoud(samples: Int16Array): boolean {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return sum > loud * loud * samples.length
}
