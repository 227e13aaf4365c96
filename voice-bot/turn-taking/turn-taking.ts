import type { VoiceFrame } from '../voice-activity/voice-activity.ts'

/** What is known about a turn of talk, in the order in which it became known. All times are of the audio's clock. */
export type TurnEvidence =
  | { kind: 'frame'; frame: VoiceFrame }
  /** No frame came for a while; time goes on all the same. */
  | { kind: 'time'; atMs: number }
  /** Of the whole turn so far. `confidence` 0..1. */
  | { kind: 'interim' | 'final'; text: string; confidence?: number | undefined; atMs: number }
  /** The recogniser itself believes that the turn is (likely to be) over, or takes that back. */
  | { kind: 'recogniser-end' | 'recogniser-likely-end' | 'recogniser-resumed'; atMs: number }
  /** We began to be heard, saying these words as the sound goes on; or fell silent. */
  | { kind: 'playing'; text: string; atMs: number }
  | { kind: 'played'; atMs: number }
  /** The turn was answered, thrown away or ended otherwise: what was heard belongs to the past. */
  | { kind: 'turn-closed'; atMs: number }

export type TurnDecision =
  /** `atMs`: where the speech began, earlier than the decision. Once more after each pause within a turn. */
  | { kind: 'speech-started'; atMs: number }
  /** A pause, or the end: `atMs` is where the speech ended. */
  | { kind: 'speech-stopped'; atMs: number }
  /** The answer may be begun, and thrown away if the speaker goes on. */
  | { kind: 'likely-end-of-turn'; atMs: number }
  /** @param because For people: `complete sentence`, `long silence`, `endpoint word`… */
  | {
      kind: 'end-of-turn'
      atMs: number
      silenceMs: number
      because: string
      outcome: TurnOutcome
      /** By its sound it was somebody who spoke, whatever words come. */
      isClear: boolean
      /** What ended it, as it stands at the end of the words heard: it belongs to no question. */
      endpointWord?: string | undefined
    }
  /** Somebody may be interrupting: hold the sound until it's known. */
  | { kind: 'interruption-suspected'; atMs: number }
  /** `sinceMs`: where it began. Followed at once by the `speech-started` of whoever interrupts, and in the end by an `end-of-turn`. */
  | { kind: 'interruption'; atMs: number; sinceMs: number; because: string }
  /** It was a cough, a noise, our own voice or a nod: go on where it stopped. */
  | { kind: 'interruption-dismissed'; atMs: number; because: string }

/**
 * What a turn that ended was. `nothing-understood`: somebody spoke and no words came; should they come late, another
 * `end-of-turn` follows. `not-speech`: a noise, to be passed over. `not-addressed`: talk that isn't for us.
 */
export type TurnOutcome = 'answer' | 'nothing-understood' | 'not-speech' | 'not-addressed'

export type Eagerness = 'low' | 'medium' | 'high' | 'auto'

/** When a turn of talk begins and ends, and what counts as an interruption. Pure: the same evidence gives the same decisions. */
export interface TurnTaking {
  take(evidence: TurnEvidence): readonly TurnDecision[]
}
