import { withoutEcho } from './echo.ts'
import type { HeardSound } from './heard-sound.ts'
import {
  isSofter,
  judgeTalk,
  newOf,
  soundsLikeSpeaker,
  type TalkVerdict,
  wantsTurnByWords,
  wordGapMs,
} from './interruption.ts'
import type { SettledOptions } from './options.ts'
import type { Sound } from './sound.ts'
import { gapMs } from './speech-gate.ts'
import type { RecogniserLag } from './tempo.ts'
import type { TurnDecision } from './turn-taking.ts'

/** Somebody who may be interrupting. */
interface Suspicion {
  onsetMs: number
  lastMs: number
  sound: Sound
  /** Of all its sounds. */
  voicedMs: number
  /** Frames about and after the minimum length, and how many of them sounded like the speaker. */
  looks: number
  likeSpeaker: number
}

/** Our own sound reaches the microphone so long after it began, through a jitter buffer and the air. */
const echoStartsMs = 700
/** What we said can come back so long after it ended. */
const echoTailMs = 1500
/** A sound that was passed over and gets so much louder is somebody else. */
const louderDb = 6
/** A noise that comes back so soon is the same one. */
const sameNoiseMs = 600
/** What is so much louder than our voice comes back is somebody else's. */
const louderThanEchoDb = 4
/** A gap between two frames of voice is no voice. */
const longestFrameMs = 40
/** Having heard ourselves, we are wary of it for so many interruptions. */
const waryFor = 3

export interface TakenOver {
  onsetMs: number
  sound: Sound | undefined
  /** Why it is an interruption; absent: we had fallen silent. */
  because?: string
}

/** Our own speech, and who talks meanwhile. */
export class Overlap {
  readonly #options: SettledOptions
  readonly #heard: HeardSound
  #sinceMs: number | undefined
  #endedMs: number | undefined
  #saying = ''
  #suspicion: Suspicion | undefined
  #passedOver: { lastMs: number; usualDb: number } | undefined
  #wary = 0
  /** How loud our own voice comes back. */
  #echoDb: number | undefined
  /** How loud a noise was that went on while we said this. */
  #noiseDb: number | undefined
  /** What of the speaker's own words was known when the last of their sounds began or was passed over. */
  #ownBefore = ''
  /** The newest words that came while we spoke, and when. */
  #told = ''
  #toldMs: number | undefined
  /** The end of the last sound that was dismissed. */
  #dismissedMs = 0

  constructor(options: SettledOptions, heard: HeardSound) {
    this.#options = options
    this.#heard = heard
  }

  get playing(): boolean {
    return this.#sinceMs !== undefined
  }

  /** When we fell silent; undefined while we speak or before we ever did. */
  get endedMs(): number | undefined {
    return this.#endedMs
  }

  play(text: string, atMs: number): void {
    if (this.#sinceMs === undefined) {
      if (this.#endedMs === undefined || atMs - this.#endedMs > echoTailMs) this.#saying = ''
      this.#sinceMs = atMs
      this.#ownBefore = ''
      this.#noiseDb = undefined
      this.#endedMs = undefined
    }
    this.#saying = text.startsWith(this.#saying) ? text : `${this.#saying} ${text}`
  }

  /** What was heard, without our own voice where that may have come back. */
  own(words: string): string {
    const couldBe = this.playing || (this.#endedMs !== undefined && this.#heard.nowMs - this.#endedMs <= echoTailMs)
    return couldBe ? withoutEcho(words, this.#saying, this.#wary > 0) : words
  }

  /** Whether this sound was found to be nothing, and is no louder now. */
  isPassedOver(sound: Sound): boolean {
    const passedOver = this.#passedOver
    if (passedOver === undefined || sound.lastMs - passedOver.lastMs > sameNoiseMs) return false
    if (sound.usualDb >= passedOver.usualDb + louderDb) return false
    passedOver.lastMs = sound.lastMs
    return true
  }

  /** Words and no sound to go with them, or one that was passed over: they can be enough. */
  takenByWords(words: string, confidence: number | undefined): boolean {
    return (
      this.#suspicion === undefined &&
      wantsTurnByWords(
        newOf(this.own(words), this.#ownBefore),
        { confidence, maybeEcho: this.#wary > 0 },
        this.#options,
      )
    )
  }

  /** What the newest frame, or words, tell of somebody who talks over us. */
  judge(
    words: string,
    confidence: number | undefined,
    { ms: lagMs, tellsLive }: Pick<RecogniserLag, 'ms' | 'tellsLive'>,
  ): { decisions: TurnDecision[]; taken?: TakenOver } {
    const decisions = this.#suspect(words)
    if (words !== this.#told) {
      this.#told = words
      this.#toldMs = this.#heard.nowMs
    }
    const suspicion = this.#suspicion
    if (suspicion === undefined) return { decisions }
    const { nowMs, voiced, gate } = this.#heard
    const verdict: TalkVerdict = judgeTalk(
      {
        onsetMs: suspicion.onsetMs,
        lastMs: suspicion.lastMs,
        voicedMs: suspicion.voicedMs,
        nowMs,
        likeSpeaker: suspicion.likeSpeaker / Math.max(1, suspicion.looks),
        going: voiced,
        words,
        ownBefore: this.#ownBefore,
        confidence,
        saying: this.#saying,
        maybeEcho: this.#mayBeEcho(suspicion),
        maybeNoise: this.#noiseDb !== undefined && suspicion.sound.usualDb < this.#noiseDb + louderThanEchoDb,
        softer: isSofter(suspicion.sound, gate.speakerDb),
        lagMs,
        tellsLive,
        toldMs: this.#toldMs,
      },
      this.#options.bargeIn,
      this.#options.wakePhrases,
    )
    if (verdict.kind === 'undecided') return { decisions }
    if (verdict.kind === 'dismissed') {
      if (verdict.because === 'our own voice') {
        this.#wary = waryFor
        this.#echoDb = Math.max(this.#echoDb ?? -90, suspicion.sound.usualDb)
      }
      this.#ownBefore = this.own(words)
      return { decisions: [...decisions, this.#dismiss(suspicion, verdict.because)] }
    }
    this.#wary = Math.max(0, this.#wary - 1)
    this.#suspicion = undefined
    return { decisions, taken: { onsetMs: suspicion.onsetMs, sound: suspicion.sound, because: verdict.because } }
  }

  /** We are silent from now on. Whoever was talking over us just talks now, unless it was nothing. */
  fallSilent(atMs: number, words: string): { decisions: TurnDecision[]; taken?: TakenOver } {
    this.#sinceMs = undefined
    this.#endedMs = atMs
    const suspicion = this.#suspicion
    if (suspicion === undefined) return { decisions: [] }
    const decisions = [this.#dismiss(suspicion, 'we had finished')]
    const going = this.#heard.nowMs - suspicion.lastMs < 300
    if (!going || (words !== '' && this.own(words) === '')) return { decisions }
    this.#passedOver = undefined
    return { decisions, taken: { onsetMs: suspicion.onsetMs, sound: suspicion.sound } }
  }

  #suspect(words: string): TurnDecision[] {
    const { sound, voiced } = this.#heard
    if (!voiced || sound === undefined || this.isPassedOver(sound)) return []
    if (this.#suspicion !== undefined) {
      this.#look(this.#suspicion, sound)
      return []
    }
    if (sound.voicedMs < Math.min(this.#options.startMs, this.#options.bargeIn.minimumMs)) return []
    this.#passedOver = undefined
    this.#ownBefore = this.own(words)
    // What was dismissed may have been the beginning of the same sound.
    const onsetMs = Math.max(sound.onsetMs, this.#dismissedMs)
    this.#suspicion = {
      onsetMs,
      lastMs: sound.lastMs,
      sound,
      voicedMs: Math.min(sound.voicedMs, sound.lastMs - onsetMs),
      looks: 0,
      likeSpeaker: 0,
    }
    this.#look(this.#suspicion, sound)
    return [{ kind: 'interruption-suspected', atMs: this.#heard.nowMs }]
  }

  /** Once for each frame, however often words make us judge again. */
  #look(suspicion: Suspicion, sound: Sound): void {
    const isNew = suspicion.looks === 0 || sound.lastMs > suspicion.lastMs
    // A new sound within the same talk brings what it had before it was known to be one.
    if (suspicion.sound !== sound) suspicion.voicedMs += sound.voicedMs
    else suspicion.voicedMs += Math.min(sound.lastMs - suspicion.lastMs, sound.voicedMs, longestFrameMs)
    suspicion.sound = sound
    suspicion.lastMs = sound.lastMs
    if (!isNew || sound.lastMs - suspicion.onsetMs < this.#options.bargeIn.minimumMs - wordGapMs) return
    suspicion.looks += 1
    if (soundsLikeSpeaker(sound, this.#heard)) suspicion.likeSpeaker += 1
  }

  #dismiss({ sound, lastMs }: Suspicion, because: string): TurnDecision {
    this.#suspicion = undefined
    if (because === 'a noise') {
      this.#heard.gate.wasNoise(sound)
      this.#noiseDb = Math.max(this.#noiseDb ?? -90, sound.usualDb)
    }
    this.#dismissedMs = lastMs
    const isOver = this.#heard.nowMs - lastMs >= gapMs / 2
    this.#passedOver = isOver ? undefined : { lastMs: sound.lastMs, usualDb: sound.usualDb }
    return { kind: 'interruption-dismissed', atMs: this.#heard.nowMs, because }
  }

  #mayBeEcho({ onsetMs, sound }: Suspicion): boolean {
    if (this.#beganWithUs(onsetMs)) return true
    const louder = this.#echoDb !== undefined && sound.usualDb >= this.#echoDb + louderThanEchoDb
    return this.#wary > 0 && !louder
  }

  #beganWithUs(onsetMs: number): boolean {
    return this.#sinceMs !== undefined && onsetMs >= this.#sinceMs - 100 && onsetMs <= this.#sinceMs + echoStartsMs
  }
}
