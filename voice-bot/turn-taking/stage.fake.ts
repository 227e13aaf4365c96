import type { VoiceFrame } from '../voice-activity/voice-activity.ts'
import { createTurnTaking } from './create-turn-taking.ts'
import type { TurnTakingOptions } from './options.ts'
import type { TurnDecision, TurnEvidence } from './turn-taking.ts'

const durationMs = 32

export interface SoundScript {
  probability: number
  levelDb: number
  /** How far its level goes up and down; 3. */
  swingDb?: number
  /** Of the frame that ends then. */
  pitchHz?: (endMs: number) => number | undefined
}

/** A voice at a desk, moving as voices do. */
export const voice: SoundScript = {
  probability: 0.95,
  levelDb: -24,
  swingDb: 9,
  pitchHz: (endMs) => 120 + 18 * Math.sin(endMs / 130),
}
export const quiet: SoundScript = { probability: 0.02, levelDb: -62 }
export const softVoice: SoundScript = { ...voice, levelDb: -44 }
export const tone: SoundScript = { probability: 0.9, levelDb: -20, pitchHz: () => 440 }
export const cough: SoundScript = { probability: 0.8, levelDb: -22, pitchHz: () => undefined }
export const keyboard: SoundScript = { probability: 0.25, levelDb: -30 }

/** A conversation played to turn-taking, frame by frame, with its words at the times when a recogniser would tell them. */
export class Stage {
  readonly decisions: TurnDecision[] = []
  readonly #turns
  #frames = 0

  constructor(options: Partial<TurnTakingOptions> = {}) {
    this.#turns = createTurnTaking({ detection: { kind: 'semantic_vad' }, ...options })
    this.hear(quiet, 640)
  }

  get nowMs(): number {
    return this.#frames * durationMs
  }

  tell(evidence: TurnEvidence): this {
    this.decisions.push(...this.#turns.take(evidence))
    return this
  }

  /** Whole frames; levels wander a little, as they do. */
  hear(sound: SoundScript, ms: number): this {
    for (let left = ms; left >= durationMs / 2; left -= durationMs) {
      this.#frames += 1
      const endMs = this.nowMs
      const wander = sound === tone ? 0 : (sound.swingDb ?? 3) * Math.sin(endMs / 45)
      const pitchHz = sound.pitchHz?.(endMs)
      const frame: VoiceFrame = { endMs, durationMs, probability: sound.probability, levelDb: sound.levelDb + wander }
      this.tell({ kind: 'frame', frame: pitchHz === undefined ? frame : { ...frame, pitchHz } })
    }
    return this
  }

  interim(text: string, confidence?: number): this {
    return this.tell({ kind: 'interim', text, atMs: this.nowMs, confidence })
  }

  final(text: string): this {
    return this.tell({ kind: 'final', text, atMs: this.nowMs })
  }

  playing(text: string): this {
    return this.tell({ kind: 'playing', text, atMs: this.nowMs })
  }

  played(): this {
    return this.tell({ kind: 'played', atMs: this.nowMs })
  }

  closed(): this {
    return this.tell({ kind: 'turn-closed', atMs: this.nowMs })
  }

  /** Speech of a word's or a sentence's length, its words told 200 ms after its end. */
  say(text: string, ms = 200 * text.split(' ').length + 200): this {
    return this.hear(voice, ms).hear(quiet, 200).interim(text)
  }

  /** A turn of the speaker's, answered; from then on the recogniser and the speaker's level are known. */
  talked(): this {
    this.say('how do i restart the queue').hear(quiet, 3000).closed()
    this.decisions.length = 0
    return this
  }

  get kinds(): string[] {
    return this.decisions.map(({ kind }) => kind)
  }

  find<Kind extends TurnDecision['kind']>(kind: Kind): Extract<TurnDecision, { kind: Kind }>[] {
    return this.decisions.filter((decision) => isOf(decision, kind))
  }
}

function isOf<Kind extends TurnDecision['kind']>(
  decision: TurnDecision,
  kind: Kind,
): decision is Extract<TurnDecision, { kind: Kind }> {
  return decision.kind === kind
}
