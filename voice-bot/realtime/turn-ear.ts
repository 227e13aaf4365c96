import { durationMs } from '#providers/audio/pcm.ts'
import type { TurnTakingOptions } from '../turn-taking/options.ts'
import type { TurnDecision, TurnEvidence, TurnTaking } from '../turn-taking/turn-taking.ts'
import type { VoiceActivityDetector, VoiceFrame, VoiceStream } from '../voice-activity/voice-activity.ts'
import { AudioClock } from './audio-clock.ts'
import type { Timing } from './playback.ts'

export interface TurnEarParts {
  detector: VoiceActivityDetector
  createTurnTaking: (options: TurnTakingOptions) => TurnTaking
  timing: Timing
  onDecision: (decision: TurnDecision) => void
  /** Somebody may have begun to speak, or have fallen silent; whether they have is decided later. */
  onEdge: () => void
  /** Nothing tells voices from noise any more but their level. */
  onFailure: (error: unknown) => void
}

/** Without audio for so long, time goes on by itself; microphones send every 10 to 100 ms. */
const silentAfterMs = 250
/** The same in the middle of a sound: a network that stalls is likelier then than a microphone that was switched off. */
const stalledAfterMs = 1000
/**
 * Frames of 32 ms are judged as they come, unless the machine has too much to do. What becomes known meanwhile waits for the
 * sound that it belongs to, for so long at the most: words would begin a turn that the silence before them ends.
 */
const behindMs = 150
const longestBehindMs = 5000
/** Words are told so long after they were said, and a little more. */
const wordsLagMs = 500
/** Who comes to look so late has not taken what came meanwhile. */
const lateLookMs = 100

/** From that probability on, a frame may be of a voice; and for so long after one, somebody may still be speaking. */
const mayBeVoice = 0.2
const afterVoiceMs = 2000

/** What comes without its time being of the audio. */
type Heard = TurnEvidence extends infer Evidence
  ? Evidence extends { kind: 'frame' }
    ? never
    : Omit<Evidence & { atMs: number }, 'atMs'>
  : never

/** Listens to a client's audio for turns: their beginnings, their ends, and what talks over us. */
export class TurnEar {
  readonly #parts: TurnEarParts
  #options: TurnTakingOptions | undefined
  #turns: TurnTaking | undefined
  #stream: VoiceStream | undefined
  #streamRate = 0
  readonly #clock = new AudioClock()
  /** How far the audio was judged. */
  #judgedMs = 0
  #audioAt = 0
  #voiceUntilMs = 0
  #isVoiced = false
  #stopWatching: (() => void) | undefined
  /** Evidence of sound that wasn't judged yet. */
  #early: { evidence: TurnEvidence & { atMs: number }; sinceMs: number }[] = []

  constructor(parts: TurnEarParts) {
    this.#parts = parts
  }

  /** Milliseconds of audio that came in until now. */
  get clockMs(): number {
    return this.#clock.audioMs
  }

  /** Whether it decides on turns at all. */
  get isOn(): boolean {
    return this.#turns !== undefined
  }

  /** Whether somebody may be speaking; where nobody listens for turns, somebody always may. */
  get mayHearVoice(): boolean {
    return this.#turns === undefined || this.clockMs < this.#voiceUntilMs
  }

  /** @param options undefined: the client ends its turns itself. */
  configure(options: TurnTakingOptions | undefined): void {
    if (JSON.stringify(options) === JSON.stringify(this.#options)) return
    this.#options = options
    this.#turns = options && this.#parts.createTurnTaking(options)
    if (options === undefined) this.#closeStream()
  }

  push(samples: Int16Array, sampleRate: number): void {
    if (this.#turns !== undefined) {
      if (this.#stream === undefined || this.#streamRate !== sampleRate) this.#openStream(sampleRate)
      this.#stream?.push(samples)
      this.#watch()
    }
    this.#clock.heard(durationMs(samples.length, sampleRate))
    this.#audioAt = this.#parts.timing.nowMs()
  }

  /** Something else became known, just now. */
  heard(heard: Heard): void {
    const evidence = { ...heard, atMs: this.#clock.timeOf(this.clockMs) + this.#silentMs }
    this.#clock.passed(evidence.atMs)
    if (this.#early.length === 0 && !this.#isAhead(evidence)) this.#take(evidence)
    else this.#early.push({ evidence, sinceMs: this.#parts.timing.nowMs() })
  }

  close(): void {
    // Before: what still waits to be heard decides nothing any more.
    this.#turns = undefined
    this.#closeStream()
  }

  /** By the audio's clock, which goes on where no audio comes. */
  get nowMs(): number {
    return this.clockMs + this.#silentMs
  }

  /** Since the last audio, once that is long enough to mean something. */
  get #silentMs(): number {
    const sinceMs = this.#audioAt === 0 ? 0 : this.#parts.timing.nowMs() - this.#audioAt
    return sinceMs > this.#aliveMs ? sinceMs : 0
  }

  /** How long no audio means nothing. */
  get #aliveMs(): number {
    if (this.#isBehind) return longestBehindMs
    return this.#isVoiced ? stalledAfterMs : silentAfterMs
  }

  get #isBehind(): boolean {
    return this.#stream !== undefined && this.clockMs - this.#judgedMs >= behindMs
  }

  /** The sound that it is about may not have been judged yet. */
  #isAhead({ atMs }: { atMs: number }): boolean {
    return this.#stream !== undefined && atMs - this.#clock.timeOf(this.#judgedMs) >= wordsLagMs
  }

  /** What has waited for sound that was judged by now, or for too long. */
  #catchUp(): void {
    const nowMs = this.#parts.timing.nowMs()
    for (let next = this.#early[0]; next !== undefined; next = this.#early[0]) {
      if (this.#isAhead(next.evidence) && nowMs - next.sinceMs < longestBehindMs) return
      this.#early.shift()
      this.#take(next.evidence)
    }
  }

  #take(evidence: TurnEvidence): void {
    for (const decision of this.#turns?.take(evidence) ?? []) {
      const at = { atMs: this.#clock.audioAt(decision.atMs) }
      const since = 'sinceMs' in decision && { sinceMs: this.#clock.audioAt(decision.sinceMs) }
      this.#parts.onDecision({ ...decision, ...at, ...since })
    }
  }

  #frame(frame: VoiceFrame): void {
    const isVoiced = frame.probability >= mayBeVoice
    this.#judgedMs = Math.max(this.#judgedMs, frame.endMs)
    if (isVoiced) this.#voiceUntilMs = Math.max(this.clockMs, frame.endMs) + afterVoiceMs
    if (isVoiced !== this.#isVoiced) this.#parts.onEdge()
    this.#isVoiced = isVoiced
    this.#take({ kind: 'frame', frame: { ...frame, endMs: this.#clock.timeOf(frame.endMs) } })
    if (this.#early.length > 0) this.#catchUp()
  }

  #timePassed(atMs: number): void {
    this.#clock.passed(atMs)
    this.#take({ kind: 'time', atMs })
  }

  #openStream(sampleRate: number): void {
    this.#stream?.close()
    this.#streamRate = sampleRate
    const fromMs = this.clockMs
    this.#judgedMs = fromMs
    this.#stream = this.#parts.detector.open({
      sampleRate,
      onFrame: (frame) => this.#frame(fromMs === 0 ? frame : { ...frame, endMs: frame.endMs + fromMs }),
      onFailure: this.#parts.onFailure,
    })
  }

  #closeStream(): void {
    this.#stream?.close()
    this.#stream = undefined
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.#catchUp()
  }

  /** Looks now and then whether audio still comes; one look follows upon the other, not upon each piece of audio. */
  #watch(): void {
    if (this.#stopWatching !== undefined) return
    const { timing } = this.#parts
    const dueMs = timing.nowMs() + silentAfterMs
    this.#stopWatching = timing.after(silentAfterMs, () => {
      this.#stopWatching = undefined
      if (this.#stream === undefined) return
      this.#catchUp()
      const nowMs = timing.nowMs()
      const sinceMs = nowMs - this.#audioAt
      if (sinceMs >= this.#aliveMs && nowMs - dueMs < lateLookMs)
        this.#timePassed(this.#clock.timeOf(this.clockMs) + sinceMs)
      if (sinceMs < longestSilenceMs) this.#watch()
    })
  }
}

/** By then every turn has ended; the next audio begins the looking anew. */
const longestSilenceMs = 30_000
