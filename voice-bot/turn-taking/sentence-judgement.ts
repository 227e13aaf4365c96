/**
 * How a turn's words stand at their end. `complete`: a speaker may well stop here. `unclear`: may or may not.
 * `topic`: something was named and is usually, not always, followed by what is asked of it. `open`: the grammar wants
 * more. `dictating`: in the middle of a number, a name being spelled, an address. `filler`: thinking aloud.
 */
export type SentenceState = 'complete' | 'unclear' | 'topic' | 'open' | 'dictating' | 'filler'

export interface RuleJudgement {
  state: SentenceState
  /** For people: the reason. */
  because: string
  /** It is whole beyond doubt: a spoken command, an address. */
  isCertain?: true | undefined
}

export interface SentenceJudgement extends RuleJudgement {
  /** Whether the turn is over, by a model of cut sentences: log odds, above 0 where that is likelier than not. */
  odds: number
}
