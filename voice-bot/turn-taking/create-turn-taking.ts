import { isAddressed } from './addressing.ts'
import { HeardSound } from './heard-sound.ts'
import { HeardWords } from './heard-words.ts'
import { isNod, isStop } from './nods.ts'
import { OpenTurn } from './open-turn.ts'
import { type SettledOptions, settled, type TurnTakingOptions } from './options.ts'
import { Overlap, type TakenOver } from './overlap.ts'
import type { Sound } from './sound.ts'
import { RecogniserLag, Tempo } from './tempo.ts'
import type { TurnDecision, TurnEvidence, TurnOutcome, TurnTaking } from './turn-taking.ts'

/** Turn-taking of one conversation. */
export function createTurnTaking(options: TurnTakingOptions): TurnTaking {
  return new TurnsOfTalk(settled(options))
}

/** What we said can still be heard, or be nodded at, so long after it ended. */
const afterwardsMs = 1500
/** Without the wake phrase, what follows so soon upon our words is for us. */
const followUpMs = 8000
/** Words of a sound that nobody understood come by then, where another recogniser has to hear it first. */
const understoodWithinMs = 5000
/** The shortest words are spoken in so long. */
const shortWordMs = 300

class TurnsOfTalk implements TurnTaking {
  readonly #options: SettledOptions
  readonly #heard: HeardSound
  readonly #words = new HeardWords()
  readonly #tempo = new Tempo()
  readonly #lag = new RecogniserLag()
  readonly #overlap: Overlap
  #turn: OpenTurn | undefined
  /** An end that we told and that nobody has closed yet. */
  #ended: TurnOutcome | undefined
  #endedMs = 0
  /** The turn that ended last, where nobody understood it: when it began, and where its sound ended. */
  #notUnderstood: { onsetMs: number; lastMs: number } | undefined
  /** What still sounded like a voice when the turn was over: nobody's turn, until words come. */
  #goesOn: Sound | undefined

  constructor(options: SettledOptions) {
    this.#options = options
    this.#heard = new HeardSound(options)
    this.#overlap = new Overlap(options, this.#heard)
  }

  take(evidence: TurnEvidence): readonly TurnDecision[] {
    switch (evidence.kind) {
      case 'frame':
        this.#heard.frame(evidence.frame)
        return this.#decide()
      case 'time':
        this.#heard.passed(evidence.atMs)
        return this.#decide()
      case 'interim':
      case 'final':
        return this.#read(evidence)
      case 'recogniser-end':
      case 'recogniser-likely-end':
      case 'recogniser-resumed':
        this.#turn?.hint(hints[evidence.kind])
        return this.#decide()
      case 'playing':
        if (!this.#overlap.playing) this.#words.passOver()
        this.#overlap.play(evidence.text, evidence.atMs)
        return []
      case 'played': {
        const { decisions, taken } = this.#overlap.fallSilent(evidence.atMs, this.#words.current)
        if (taken !== undefined) return [...decisions, ...this.#takeOver(taken)]
        if (this.#turn === undefined) this.#words.passOver()
        return decisions
      }
      case 'turn-closed':
        this.#close()
        return []
    }
  }

  #decide(): TurnDecision[] {
    if (this.#turn !== undefined) return this.#follow(this.#turn)
    if (this.#overlap.playing && this.#options.bargeIn.enabled) return this.#judgeOverlap()
    const { sound, voiced } = this.#heard
    if (!voiced || sound === undefined || sound.voicedMs < this.#options.startMs) return []
    return sound === this.#goesOn || this.#overlap.isPassedOver(sound) ? [] : [this.#begin(sound.onsetMs, sound)]
  }

  #judgeOverlap(): TurnDecision[] {
    const { decisions, taken } = this.#overlap.judge(this.#words.current, this.#words.confidence, this.#lag)
    return taken === undefined ? decisions : [...decisions, ...this.#takeOver(taken)]
  }

  #takeOver({ onsetMs, sound, because }: TakenOver): TurnDecision[] {
    const begun = this.#begin(onsetMs, sound)
    if (because === undefined) return [begun]
    return [{ kind: 'interruption', atMs: this.#heard.nowMs, sinceMs: begun.atMs, because }, begun]
  }

  /** @param sound Undefined where only words tell that somebody spoke. */
  #begin(soundsSinceMs: number, sound: Sound | undefined): TurnDecision & { kind: 'speech-started' } {
    // A sound that was there before belongs to the turn that is over.
    const onsetMs = Math.max(soundsSinceMs, this.#endedMs)
    return this.#open(onsetMs, sound?.lastMs ?? Math.max(onsetMs, this.#heard.nowMs - this.#lag.ms), sound)
  }

  /** @param lastMs The end of what was heard of it so far. */
  #open(onsetMs: number, lastMs: number, sound: Sound | undefined): TurnDecision & { kind: 'speech-started' } {
    const { mode } = this.#options
    this.#notUnderstood = undefined
    this.#tempo.speechBegan(onsetMs)
    this.#words.turnBegan(this.#heard.nowMs)
    this.#ended = undefined
    const parts = { options: this.#options, heard: this.#heard, tempo: this.#tempo, lag: this.#lag }
    this.#turn = new OpenTurn(parts, onsetMs, lastMs)
    this.#turn.begunWith(sound)
    if (this.#words.current !== '') this.#turn.words(this.#overlap.own(this.#words.current), false, this.#heard.nowMs)
    const padding = mode.kind === 'silence' ? mode.prefixPaddingMs : 0
    return { kind: 'speech-started', atMs: Math.max(0, onsetMs - padding) }
  }

  #read({ kind, text, confidence, atMs }: TurnEvidence & { kind: 'interim' | 'final' }): TurnDecision[] {
    const words = this.#words.take(text, confidence, atMs)
    const own = this.#overlap.own(words)
    if (this.#turn !== undefined) {
      this.#turn.words(own, kind === 'final', atMs)
      return this.#follow(this.#turn)
    }
    if (own === '') return this.#overlap.playing ? this.#judgeOverlap() : []
    const onsetMs = Math.max(
      0,
      this.#heard.sound?.onsetMs ?? Math.min(this.#heard.nowMs, atMs) - this.#lag.ms - shortWordMs,
    )
    if (this.#overlap.playing && this.#options.bargeIn.enabled) {
      const judged = this.#judgeOverlap()
      if (this.#turn !== undefined || !this.#overlap.takenByWords(words, confidence)) return judged
      const sound = this.#heard.voiced ? this.#heard.sound : undefined
      return [...judged, ...this.#takeOver({ onsetMs, sound, because: isStop(own) ? 'asked to stop' : 'words' })]
    }
    return this.#withoutSound(own, onsetMs)
  }

  /** Words came and nobody was heard: they were too short or too soft, or are late. */
  #withoutSound(own: string, onsetMs: number): TurnDecision[] {
    if (this.#ended === 'nothing-understood' || this.#ended === 'not-speech') {
      const atMs = this.#heard.nowMs
      this.#words.turnEnded()
      this.#ended = 'answer'
      return [
        {
          kind: 'end-of-turn',
          atMs,
          silenceMs: 0,
          because: 'words that came late',
          isClear: true,
          outcome: this.#outcomeOf(own, onsetMs),
        },
      ]
    }
    this.#heard.gate.missedSpeaker()
    const { nowMs, sound, voiced } = this.#heard
    const { endedMs } = this.#overlap
    if (endedMs !== undefined && nowMs - endedMs <= afterwardsMs && isNod(own)) return []
    const before = this.#notUnderstood
    // They are of the last sound that there was, which was taken for nobody's.
    if (before !== undefined && nowMs - before.lastMs <= understoodWithinMs && (sound?.onsetMs ?? 0) <= before.lastMs)
      return [this.#open(before.onsetMs, before.lastMs, undefined)]
    return [this.#begin(onsetMs, voiced ? sound : undefined)]
  }

  #follow(turn: OpenTurn): TurnDecision[] {
    const decisions: TurnDecision[] = []
    for (const decision of turn.follow()) {
      if (decision.kind !== 'end-of-turn') {
        decisions.push(decision)
        continue
      }
      const outcome = decision.outcome === 'answer' ? this.#outcomeOf(turn.text, turn.onsetMs) : decision.outcome
      if (outcome === 'answer') this.#tempo.turnEnded(decision.atMs)
      else if (outcome !== 'not-addressed' && turn.sound !== undefined) this.#heard.gate.wasNoise(turn.sound)
      this.#words.turnEnded()
      this.#endedMs = decision.atMs
      this.#goesOn = this.#heard.voiced ? this.#heard.sound : undefined
      const { onsetMs } = turn
      this.#notUnderstood =
        outcome === 'not-speech' ? { onsetMs, lastMs: decision.atMs - decision.silenceMs } : undefined
      this.#turn = undefined
      this.#ended = outcome
      decisions.push({ ...decision, outcome })
    }
    return decisions
  }

  #outcomeOf(text: string, onsetMs: number): TurnOutcome {
    const { wakePhrases } = this.#options
    if (wakePhrases.length === 0 || isStop(text) || isAddressed(text, wakePhrases)) return 'answer'
    const { endedMs } = this.#overlap
    return endedMs !== undefined && onsetMs - endedMs <= followUpMs ? 'answer' : 'not-addressed'
  }

  #close(): void {
    // It is about the turn that we said was over, unless there is none such: then about the one that is open.
    if (this.#ended === undefined) this.#turn = undefined
    this.#ended = undefined
    if (this.#turn === undefined) this.#words.forget()
  }
}

const hints = {
  'recogniser-end': 'end',
  'recogniser-likely-end': 'likely-end',
  'recogniser-resumed': undefined,
} as const
