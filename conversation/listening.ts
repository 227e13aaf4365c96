import { durationMs } from '#providers/audio/pcm.ts'
import type { HearingEvent, SpeechToText, Transcript } from '#providers/speech-to-text/speech-to-text.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { ConversationInput, EndHint } from './events.ts'
import type { Guesses } from './guesses.ts'
import { Ear, type EarOptions } from './hear.ts'
import type { NamedText, NameEar } from './heard-names.ts'
import { HeardOnce } from './heard-once.ts'
import { NamesInTime } from './names-in-time.ts'
import { type HeardTurn, SpeakersTurn, unsureWords } from './speakers-turn.ts'
import type { Utterance } from './turn.ts'

export interface ListeningParts {
  speechToText: SpeechToText
  ear: EarOptions
  /** Who ends a turn: the recogniser, by silence; or only whoever calls `flush`, to whom the rest is a hint. */
  turnEnds: 'recogniser' | 'caller'
  clock: Clock
  log: Log
  /** Puts right the names in what is heard. */
  names: NameEar
  /** Answers begun on what is being said. */
  guesses: Guesses
  /** What is being said. */
  onHeard: (
    event: NamedText & { kind: 'interim' | 'final'; confidence: number; of?: string | undefined },
  ) => Promise<void>
  onHint: (hint: EndHint) => Promise<void>
  /** A turn of the speaker's is over, and answered. */
  onUtterance: (utterance: Utterance) => Promise<void>
  /** A turn that the caller ended, each once and in order: whether it's answered is up to them. */
  onTurnHeard: (heard: HeardTurn & { of?: string | undefined }) => Promise<void>
  /** Recognition failed; told once until it works again. */
  onFailure: (error: unknown) => Promise<void>
  /** After a failure was told: what is said is heard again. */
  onRecovery: () => Promise<void>
}

/** A recogniser that failed is asked again after so long, doubled each time: who it is, is spared by the gateway. */
const firstPauseMs = 500
const longestPauseMs = 1_000
/** What was said while nobody could hear it is heard later, so much of it. */
const longestUnheardMs = 10_000

type InputOf<Kind extends ConversationInput['kind']> = Extract<ConversationInput, { kind: Kind }>

/** Words that a recogniser was asked for, with all that was said until then. */
interface AwaitedEnd {
  ear: Ear
  become: 'told' | 'dropped'
  /** What the caller calls that turn. */
  of: string | undefined
  /** Where it begins, if known, and ends in the speaker's audio. */
  fromMs?: number | undefined
  untilMs: number
}

/** Turns audio into utterances. After a failure, audio is heard again as soon as the recogniser may be asked again. */
export class Listening {
  readonly #parts: ListeningParts
  readonly #turn = new SpeakersTurn()
  #ear: Ear | undefined
  #hearing: Promise<void> = Promise.resolve()
  #takenSinceFlush = false
  /** What becomes of the recogniser's last words once they come, for each time that the caller asked for them. */
  #awaited: AwaitedEnd[] = []
  #fedMs = 0
  #pauseMs = 0
  #pausedUntil = 0
  #isDeaf = false
  readonly #once = new HeardOnce()
  readonly #names = new NamesInTime()
  /** The recogniser has told words of a turn that it hasn't ended. */
  #isWithin = false
  /** What came in since recognition failed. */
  #unheard: { samples: Int16Array; sampleRate: number; fromMs: number }[] = []

  constructor(parts: ListeningParts) {
    this.#parts = parts
  }

  audio(samples: Int16Array, sampleRate: number, signal: AbortSignal): void {
    const fromMs = this.#fedMs
    this.#fedMs += durationMs(samples.length, sampleRate)
    if (this.#isDeaf) this.#keep({ samples, sampleRate, fromMs })
    if (this.#ear?.sampleRate === sampleRate) {
      this.#ear.feed(samples)
      this.#expectNames(this.#ear, samples, signal)
      return
    }
    if (this.#parts.clock.now().getTime() < this.#pausedUntil) return
    this.#ear?.close()
    const unheard = this.#isDeaf ? this.#unheard : [{ samples, fromMs }]
    this.#open({ sampleRate, offsetMs: unheard[0]?.fromMs ?? fromMs }, signal)
    for (const each of unheard) this.#ear?.feed(each.samples)
  }

  /**
   * @param spokenMs Where the speech ended, before the end of the audio: what is final up to there need not be asked for.
   * @param fromMs Where it began.
   * @param of What the caller calls the turn that is over.
   */
  async flush({ fromMs, spokenMs, of }: Omit<InputOf<'speech-end'>, 'kind'>): Promise<void> {
    const ear = this.#ear
    if (this.#parts.turnEnds === 'recogniser') return ear?.flush()
    if (ear === undefined || (this.#awaited.length === 0 && this.#turn.isClosedUpTo(spokenMs)))
      return await this.#tellTurn({ of, fromMs, untilMs: this.#fedMs })
    this.#awaited.push({ ear, become: 'told', of, fromMs, untilMs: this.#fedMs })
    ear.flush()
  }

  /**
   * An answer is wanted: what was begun on the words so far may go on to its end while the last ones are still on their way.
   * @param spokenMs Where the speech ended; absent: with all audio, or a little before that.
   */
  expectAnswer(spokenMs = this.#fedMs): void {
    if (!this.#turn.isBehind(spokenMs)) this.#parts.guesses.deepen()
  }

  /** What was said so far is nobody's question, also what of it will be understood only now, unless its turn began before. */
  drop(): void {
    // Of a turn that is over, and whose last words are still on their way, nothing is forgotten.
    if (!this.#awaited.some(({ become }) => become === 'told')) this.#turn.drop(this.#fedMs)
    this.#unheard = []
    this.#parts.guesses.drop()
    if (this.#ear === undefined) return
    this.#awaited.push({ ear: this.#ear, become: 'dropped', of: undefined, untilMs: this.#fedMs })
    this.#ear.flush()
  }

  /** Resolves when all that was said until now was told. */
  async close(): Promise<void> {
    this.#ear?.close()
    await this.#hearing
    this.#parts.guesses.drop()
  }

  /** Names that were not known when hearing began: recognisers are told them at the beginning of a connection. */
  #expectNames(ear: Ear, samples: Int16Array, signal: AbortSignal): void {
    this.#names.hears(samples, ear.sampleRate)
    if (this.#isDeaf || this.#isWithin || !this.#turn.isEmpty || this.#awaited.length > 0) return
    if (!this.#names.mayLook() || this.#parts.ear.keyterms().length <= ear.keyterms.length) return
    this.#names.renewed()
    ear.close()
    this.#open({ sampleRate: ear.sampleRate, offsetMs: this.#fedMs }, signal)
  }

  #open(audio: { sampleRate: number; offsetMs: number }, signal: AbortSignal): void {
    const ear = new Ear(this.#parts.speechToText, audio, this.#parts.ear, signal)
    this.#ear = ear
    const before = this.#hearing
    this.#hearing = before.then(() => this.#hear(ear, signal))
  }

  async #hear(ear: Ear, signal: AbortSignal): Promise<void> {
    try {
      for await (const told of ear.heard(signal)) {
        await this.#hears(told)
        const event = this.#once.newOf(told, ear.offsetMs)
        if (event === undefined) continue
        await (this.#parts.turnEnds === 'caller' ? this.#toldOfTurn(event, ear) : this.#told(event))
      }
    } catch (error) {
      this.#parts.guesses.drop()
      if (signal.aborted) return
      this.#pauseMs = Math.min(longestPauseMs, Math.max(firstPauseMs, this.#pauseMs * 2))
      this.#pausedUntil = this.#parts.clock.now().getTime() + this.#pauseMs
      if (this.#isDeaf) return
      this.#isDeaf = true
      this.#parts.log.warn({ err: error, model: this.#parts.speechToText.id }, 'speech recognition failed')
      await this.#parts.onFailure(error)
    } finally {
      const isReplaced = this.#ear !== undefined && this.#ear !== ear
      if (!isReplaced) this.#ear = undefined
      this.#turn.recogniserEnded()
      this.#isWithin = false
      // Whoever waits for it gets what there is.
      const awaited = this.#awaited.filter((end) => end.ear === ear)
      this.#awaited = this.#awaited.filter((end) => end.ear !== ear)
      for (const end of signal.aborted ? [] : awaited) await this.#isOver(end)
    }
  }

  #keep(piece: { samples: Int16Array; sampleRate: number; fromMs: number }): void {
    if (this.#unheard[0]?.sampleRate !== piece.sampleRate) this.#unheard = []
    this.#unheard.push(piece)
    const tooOld = this.#unheard.findIndex(({ fromMs }) => fromMs >= piece.fromMs - longestUnheardMs)
    if (tooOld > 0) this.#unheard.splice(0, tooOld)
  }

  async #hears(event: HearingEvent): Promise<void> {
    if (event.kind !== 'connected') {
      this.#pauseMs = 0
      this.#names.stirs()
    }
    if ('transcript' in event) this.#isWithin = event.kind !== 'end-of-turn'
    if (!this.#isDeaf) return
    this.#isDeaf = false
    this.#unheard = []
    await this.#parts.onRecovery()
  }

  async #told(event: HearingEvent): Promise<void> {
    const { guesses } = this.#parts
    switch (event.kind) {
      case 'interim':
      case 'final': {
        const named = this.#named(event.transcript)
        await this.#parts.onHeard({ kind: event.kind, confidence: event.transcript.confidence, ...named })
        guesses.hear(named.text, event.kind === 'final' ? 'answer' : 'retrieval')
        return
      }
      case 'likely-end-of-turn':
        guesses.hear(this.#named(event.transcript).text, 'answer')
        return
      case 'end-of-turn': {
        const { text, names } = this.#named(event.transcript)
        const flushed = event.cause === 'flush'
        // Silence had ended the turn already when the speaker was said to be done.
        const nothingNew = text.trim() === '' && this.#takenSinceFlush
        this.#takenSinceFlush = !flushed
        if (nothingNew) return
        await this.#parts.onUtterance({ text, names, begun: guesses.take(text) })
        return
      }
      case 'connected':
      case 'speech-started':
      case 'turn-resumed':
        return
    }
  }

  /** Where the caller ends turns, the recogniser's own are parts of them. */
  async #toldOfTurn(event: HearingEvent, ear: Ear): Promise<void> {
    if ('transcript' in event) await this.#endPassed(event.transcript, ear)
    switch (event.kind) {
      case 'interim':
      case 'final': {
        const whole = this.#turn.heard(event.transcript, ear.offsetMs)
        const named = this.#named(whole)
        const of = this.#awaited[0]?.of
        await this.#parts.onHeard({ kind: event.kind, confidence: whole.confidence, ...named, ...(of && { of }) })
        this.#parts.guesses.hear(named.text, 'retrieval')
        return
      }
      case 'likely-end-of-turn':
        this.#turn.heard(event.transcript, ear.offsetMs)
        return await this.#parts.onHint('likely-end')
      case 'turn-resumed':
        return await this.#parts.onHint('resumed')
      case 'end-of-turn':
        this.#turn.closed(event.transcript, ear.offsetMs)
        if (event.cause !== 'flush') return await this.#parts.onHint('end')
        return await this.#isOver(this.#awaited.shift())
      case 'connected':
      case 'speech-started':
        return
    }
  }

  /** A recogniser that tells what was said after the end of a turn will tell no more of that one. */
  async #endPassed({ words }: Transcript, { offsetMs }: Ear): Promise<void> {
    const [first] = words
    if (first === undefined) return
    while ((this.#awaited[0]?.untilMs ?? Number.POSITIVE_INFINITY) <= offsetMs + first.fromMs)
      await this.#isOver(this.#awaited.shift())
  }

  async #isOver(end: AwaitedEnd | undefined): Promise<void> {
    if (end?.become === 'told') await this.#tellTurn(end)
    else if (end?.become === 'dropped') this.#turn.drop(end.untilMs)
  }

  /** What was said after its end is of the next one. */
  async #tellTurn({ of, fromMs, untilMs }: Pick<AwaitedEnd, 'of' | 'fromMs' | 'untilMs'>): Promise<void> {
    if (fromMs !== undefined) this.#turn.began(fromMs)
    const { unsure } = this.#turn
    const heard = this.#turn.take()
    this.#unheard = this.#unheard.filter(({ fromMs }) => fromMs >= untilMs)
    const named = this.#parts.names.putRight(heard.text, heard.lang, unsure)
    await this.#parts.onTurnHeard({ ...heard, ...this.#parts.names.told(named), ...(of && { of }) })
  }

  #named(transcript: Transcript): NamedText {
    return this.#parts.names.putRight(transcript.text, transcript.lang, unsureWords(transcript))
  }
}
