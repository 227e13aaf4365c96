/**
 * How a turn's words stand at their end. `complete`: a speaker may well stop here. `unclear`: may or may not.
 * `topic`: something was named and is usually, not always, followed by what is asked of it. `open`: the grammar wants
 * more. `dictating`: in the middle of a number, a name being spelled, an address. `filler`: thinking aloud.
 */
export type SentenceState = 'complete' | 'unclear' | 'topic' | 'open' | 'dictating' | 'filler'

export interface SentenceJudgement {
  state: SentenceState
  /** For people: the reason. */
  because: string
}
