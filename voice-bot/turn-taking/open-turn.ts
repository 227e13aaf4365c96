import { judgeSentence } from './completeness.ts'
import { endpointWordIn } from './endpoint-words.ts'
import type { HeardSound } from './heard-sound.ts'
import type { SettledOptions } from './options.ts'
import { neededSilence } from './patience.ts'
import type { Cadence } from './prosody.ts'
import type { SentenceJudgement } from './sentence-judgement.ts'
import { isClearVoice, type Sound } from './sound.ts'
import type { RecogniserLag, Tempo } from './tempo.ts'
import type { TurnDecision } from './turn-taking.ts'

export interface OpenTurnParts {
  options: SettledOptions
  heard: HeardSound
  tempo: Tempo
  lag: RecogniserLag
}

/** A pause is told once it has lasted so long. */
const pauseMs = 160
/** The answer may be begun so long after a sentence that looks complete. */
const likelyMs = 160
/** The speaker may be drawing breath for an endpoint word's sentence. */
const endpointMs = 120
/** Somebody spoke and no words come: so long the recogniser is waited for, and so long after a short noise. */
const wordlessMs = 1400
const shortNoiseMs = 900
/** Less voice than this, without a word, was no speech. */
const speechMs = 400
/** Where the recogniser usually tells words, a sound without any for so long, softer than the speaker, is another's. */
const otherVoiceMs = 450
/** Words may come so much later than they usually do, times the usual. */
const lateWords = 1.3
const softerDb = 3
const muchSofterDb = 5
const farSofterDb = 9
/** The first word of a phrase has been said after so long. */
const firstWordMs = 250
/** And after so long without a single word, it was nothing all along. */
const neverWordsMs = 3500
/** Who begins to speak in front of a crowd is so much louder than it. */
const louderDb = 2.5
/** Words that come while nobody is heard were said at least so long before. */
const unheardMs = 600

/** One turn of the speaker's, from its first sound until it is over. */
export class OpenTurn {
  readonly onsetMs: number
  readonly #parts: OpenTurnParts
  #lastMs: number
  #voicedMs = 0
  /** Where its newest sound ended, as far as was known. */
  #soundMs = 0
  #speaking = false
  #isClear = false
  #text = ''
  /** All the words until the last sound are there. */
  #isFinal = false
  #recogniser: 'end' | 'likely-end' | undefined
  #cadence: Cadence = 'unknown'
  #sound: Sound | undefined
  #toldLikely: string | undefined
  #judged: { text: string; sentence: SentenceJudgement } | undefined
  /** When the newest words came, and how loud the speaker was while they did. */
  #wordsMs: number
  #loudestDb = -90
  /** Where the speech after the last pause began. */
  #goesOnSinceMs: number
  /** As long as no words came: since when they are waited for, and how loud it has been. */
  #wordlessSinceMs: number
  #wordlessDb: number

  /** @param lastMs The end of what was heard of it so far. */
  constructor(parts: OpenTurnParts, onsetMs: number, lastMs: number) {
    this.#parts = parts
    this.onsetMs = onsetMs
    this.#lastMs = lastMs
    this.#wordsMs = onsetMs
    this.#goesOnSinceMs = onsetMs
    this.#wordlessSinceMs = onsetMs
    this.#wordlessDb = parts.heard.levelDb
  }

  get text(): string {
    return this.#text
  }

  get speaking(): boolean {
    return this.#speaking
  }

  /** The newest sound of it. */
  get sound(): Sound | undefined {
    return this.#sound
  }

  /** Speech goes on that was told already. */
  begunWith(sound: Sound | undefined): void {
    this.#speaking = sound !== undefined
    this.#sound = sound
    this.#isClear = sound !== undefined && isClearVoice(sound)
    this.#voicedMs = sound?.voicedMs ?? 0
  }

  words(text: string, isFinal: boolean, atMs: number): void {
    const { heard, lag } = this.#parts
    const changed = text !== this.#text
    const quietMs = heard.nowMs - this.#lastMs
    if (changed && text !== '') {
      const isSameTalk = quietMs <= 0 && this.#text !== '' && this.#wordsMs >= this.#goesOnSinceMs
      lag.wordsCame(quietMs, isSameTalk ? heard.nowMs - this.#wordsMs : undefined)
      this.#wordsMs = Math.max(heard.nowMs, atMs)
      if (this.#sound !== undefined) heard.gate.wasSpeaker(this.#sound)
      this.#loudestDb = Math.max(this.#loudestDb, heard.levelDb)
    }
    if (changed && text.length > this.#text.length && quietMs > unheardMs)
      this.#lastMs = Math.max(this.#lastMs, Math.min(heard.nowMs, atMs) - unheardMs)
    this.#text = text
    this.#isFinal = isFinal && !heard.voiced
  }

  hint(recogniser: 'end' | 'likely-end' | undefined): void {
    this.#recogniser = recogniser
  }

  /** What has become known by the newest frame, or by words. */
  follow(): TurnDecision[] {
    const { heard } = this.#parts
    const { sound, voiced, nowMs } = heard
    if (heard.tentative) return []
    if (voiced && sound !== undefined) {
      if (this.#speaking) return this.#isNoiseAfterwards() ? this.#talkOver() : this.#voice(sound)
      const whose = this.#whose(sound)
      if (whose === 'the speaker') return this.#voice(sound)
      if (whose === 'unknown') return []
    }
    if (this.#speaking && sound !== undefined && sound === this.#sound && sound.lastMs < this.#soundMs) {
      this.#lastMs = Math.min(this.#lastMs, sound.lastMs)
      this.#soundMs = sound.lastMs
    }
    if (this.#speaking && this.#sound !== undefined && this.#lastMs === this.#sound.lastMs)
      this.#cadence = heard.pitch.cadence(this.#sound)
    const decisions: TurnDecision[] = []
    if (this.#speaking && nowMs - this.#lastMs >= Math.min(pauseMs, this.#shortestWait)) {
      this.#speaking = false
      decisions.push({ kind: 'speech-stopped', atMs: this.#lastMs })
    }
    if (nowMs > this.#lastMs) decisions.push(...this.#pause(nowMs - this.#lastMs))
    return decisions
  }

  /** What begins in a pause, softer than the speaker and without a word so far, isn't the speaker going on. */
  #whose({ onsetMs, usualDb }: Sound): 'the speaker' | 'somebody else' | 'unknown' {
    const { heard, lag } = this.#parts
    const { speakerDb } = heard.gate
    if (speakerDb === undefined || !lag.tellsInterims || this.#wordsMs > onsetMs + lag.ms) return 'the speaker'
    if (usualDb >= speakerDb - muchSofterDb) return 'the speaker'
    // A soft beginning may still become loud, and its first word is on its way.
    const hasTime = heard.nowMs - onsetMs < lag.ms + firstWordMs
    return usualDb >= speakerDb - farSofterDb && hasTime ? 'unknown' : 'somebody else'
  }

  /** Talk at another desk that nobody recognised a word of. */
  #isFarAway(): boolean {
    const { speakerDb } = this.#parts.heard.gate
    return speakerDb !== undefined && this.#sound !== undefined && this.#sound.usualDb < speakerDb - softerDb
  }

  /** Where a crowd was heard and somebody begins to speak in front of it, words are waited for anew. */
  #noticeLouder(): void {
    const { levelDb, nowMs } = this.#parts.heard
    if (this.#text !== '') return
    if (levelDb > this.#wordlessDb + louderDb) {
      this.#wordlessSinceMs = nowMs
      this.#wordlessDb = levelDb
    } else this.#wordlessDb += (levelDb - this.#wordlessDb) * 0.03
  }

  /** The speaker has stopped and something goes on that sounds like a voice: a crowd, a radio. */
  #isNoiseAfterwards(): boolean {
    const { heard, lag } = this.#parts
    if (!lag.tellsInterims || this.#sound === undefined) return false
    if (this.#text === '') return heard.nowMs - this.#wordlessSinceMs > neverWordsMs
    const wordlessMs = heard.nowMs - Math.max(this.#wordsMs, this.#goesOnSinceMs)
    const mostMs = Math.max(lag.ms + otherVoiceMs, lag.everyMs * lateWords)
    return wordlessMs > mostMs && heard.levelDb < this.#loudestDb - softerDb
  }

  /** What the noise hides is told from when the last words came. */
  #talkOver(): TurnDecision[] {
    const { heard, lag } = this.#parts
    this.#lastMs = Math.min(this.#lastMs, Math.max(this.onsetMs, this.#wordsMs - lag.ms))
    return this.#pause(heard.nowMs - this.#lastMs)
  }

  get #shortestWait(): number {
    const { mode } = this.#parts.options
    return mode.kind === 'silence' ? mode.silenceMs : pauseMs
  }

  #voice(sound: Sound): TurnDecision[] {
    const resumed = !this.#speaking
    if (resumed) this.#goesOnSinceMs = sound.onsetMs
    this.#speaking = true
    this.#noticeLouder()
    this.#voicedMs += this.#sound === sound ? Math.max(0, sound.lastMs - this.#lastMs) : sound.voicedMs
    this.#sound = sound
    this.#isClear ||= isClearVoice(sound)
    this.#lastMs = sound.lastMs
    this.#soundMs = sound.lastMs
    this.#isFinal = false
    this.#recogniser = undefined
    this.#toldLikely = undefined
    return resumed ? [{ kind: 'speech-started', atMs: sound.onsetMs }] : []
  }

  #pause(silenceMs: number): TurnDecision[] {
    const { options, lag, heard } = this.#parts
    const end = (because: string, outcome: 'answer' | 'nothing-understood' | 'not-speech', endpointWord?: string) => [
      ...(this.#speaking ? [{ kind: 'speech-stopped' as const, atMs: this.#lastMs }] : []),
      {
        kind: 'end-of-turn' as const,
        atMs: heard.nowMs,
        silenceMs,
        because,
        outcome,
        isClear: this.#isClear,
        endpointWord,
      },
    ]
    const endpointWord = endpointWordIn(this.#text, options.endpointWords)
    if (endpointWord !== undefined && silenceMs >= endpointMs) return end('endpoint word', 'answer', endpointWord)
    const sentence = this.#sentence()
    if (options.mode.kind === 'silence') {
      if (silenceMs >= options.mode.silenceMs) return end('silence', 'answer')
    } else if (this.#text === '' && lag.tellsInterims) {
      const speech = this.#voicedMs >= speechMs && !this.#isFarAway()
      const waitMs = speech ? wordlessMs : shortNoiseMs
      if (silenceMs < waitMs) return []
      return speech ? end('no words came', 'nothing-understood') : end('a short noise', 'not-speech')
    } else {
      const { eagerness, patience } = options.mode
      const waitMs = neededSilence({
        sentence,
        cadence: this.#cadence,
        recogniser: this.#recogniser,
        eagerness,
        tempo: this.#parts.tempo.factor,
        patience,
      })
      const known = this.#isFinal || this.#recogniser !== undefined || silenceMs >= lag.ms
      if (silenceMs >= waitMs && known) return end(sentence.because, 'answer')
    }
    return this.#likely(silenceMs, sentence.state !== 'dictating' && sentence.state !== 'filler' && sentence.odds > 0)
  }

  /** Judged once for each text: silence is told of every frame. */
  #sentence(): SentenceJudgement {
    if (this.#judged?.text !== this.#text)
      this.#judged = { text: this.#text, sentence: judgeSentence(this.#text, this.#parts.options.lang) }
    return this.#judged.sentence
  }

  #likely(silenceMs: number, complete: boolean): TurnDecision[] {
    if (silenceMs < likelyMs || this.#text === '' || this.#toldLikely === this.#text) return []
    if (!complete && this.#recogniser === undefined) return []
    this.#toldLikely = this.#text
    return [{ kind: 'likely-end-of-turn', atMs: this.#parts.heard.nowMs }]
  }
}
