import { type HearingEvent, nothingHeard, type Transcript } from '#providers/speech-to-text/speech-to-text.ts'

/**
 * Words whose sound was part of a turn of the recogniser's that is over. One that hears some of that sound again, because it
 * was connected anew, tells them again: they are no news, and would be another question.
 */
export class HeardOnce {
  #untilMs = Number.NEGATIVE_INFINITY

  /** @param offsetMs Where the event's times begin in the speaker's audio. @returns What is new in it; undefined: nothing. */
  newOf(event: HearingEvent, offsetMs: number): HearingEvent | undefined {
    if (!('transcript' in event)) return event
    const transcript = this.#newOf(event.transcript, offsetMs)
    if (event.kind === 'end-of-turn') this.#isOver(event.transcript, offsetMs)
    if (transcript === event.transcript) return event
    // Who asked for the end is answered.
    const isAnswer = event.kind === 'end-of-turn' && event.cause === 'flush'
    return transcript.text === '' && !isAnswer ? undefined : { ...event, transcript }
  }

  #newOf(transcript: Transcript, offsetMs: number): Transcript {
    const { words } = transcript
    const at = words.findIndex(({ toMs }) => offsetMs + toMs > this.#untilMs)
    if (at === 0 || words.length === 0) return transcript
    if (at === -1) return nothingHeard
    const rest = words.slice(at)
    return { ...transcript, words: rest, text: textOf(rest.map(({ text }) => text)) }
  }

  #isOver({ words }: Transcript, offsetMs: number): void {
    this.#untilMs = Math.max(this.#untilMs, offsetMs + (words.at(-1)?.toMs ?? 0))
  }
}

const wideGap =
  /(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}。、ー]) (?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}。、ー])/gu

function textOf(words: readonly string[]): string {
  return words.join(' ').replace(wideGap, '')
}
