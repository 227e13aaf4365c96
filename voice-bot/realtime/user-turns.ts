import type { ConversationEvent } from '#conversation/events.ts'
import type { TurnDecision } from '../turn-taking/turn-taking.ts'
import { AwaitedWords, type HeardWords, type Unheard } from './awaited-words.ts'
import { InputBuffer } from './input-buffer.ts'
import type { Mood } from './mood.ts'
import type { Replies } from './replies.ts'
import type { SessionScope } from './session-parts.ts'
import type { TurnEar } from './turn-ear.ts'
import { WithheldAnswer } from './withheld-answer.ts'

export interface UserTurnsParts extends SessionScope {
  ear: TurnEar
  mood: Mood
  replies: Replies
  /** A turn of the speaker's has been taken in and is to be answered, if that is what the client wants. */
  onTurn: (itemId: string) => void
  /** The words of an item have come, or will never. */
  onHeard: () => void
}

/** What the last committed speech took, for the latency of its answer. */
export interface LastSaid {
  saidAt: number
  endedAt: number
  heardAt: number
}

/** How a turn was ended. */
interface TurnEnd extends Pick<Unheard, 'endpointWord' | 'isClear'> {
  /** Where its speech ended; undefined: with its audio. */
  spokenMs: number | undefined
}

/** The protocol wants at least this much audio in a commit. */
export const leastCommitMs = 100

/** The speaker's side of a session: their audio becomes turns, and turns become items with words. */
export class UserTurns {
  readonly words: AwaitedWords
  readonly #parts: UserTurnsParts
  readonly #buffer: InputBuffer
  readonly #withheld: WithheldAnswer
  #said: LastSaid | undefined
  /** Where the speech that was committed last ended; undefined: with its audio. */
  #spokenMs: number | undefined

  constructor(parts: UserTurnsParts) {
    this.#parts = parts
    this.words = new AwaitedWords(parts)
    this.#buffer = new InputBuffer(parts)
    this.#withheld = new WithheldAnswer(parts)
  }

  get isSpeaking(): boolean {
    return this.#buffer.isSpeaking
  }

  get said(): LastSaid | undefined {
    return this.#said
  }

  /** Audio that was taken in and not committed yet. */
  get bufferedMs(): number {
    return this.#buffer.lengthMs
  }

  decide(decision: TurnDecision): void {
    const { replies, playback, parts, inputs, settings } = this.#parts
    switch (decision.kind) {
      case 'speech-started':
        this.#started(decision.atMs)
        this.#withheld.begin()
        return
      case 'speech-stopped':
        return
      case 'likely-end-of-turn':
        if (settings().audio.input.turn_detection?.create_response === true)
          void inputs.send({ kind: 'likely-speech-end' })
        return
      case 'end-of-turn':
        this.#ended(decision)
        return
      case 'interruption-suspected':
        if (this.#parts.canHold()) playback.hold()
        this.#hold('hold')
        return
      case 'interruption-dismissed':
        playback.goOn()
        this.#hold('go_on')
        this.#drop()
        parts.figures.interruption('dismissed')
        return
      case 'interruption':
        parts.figures.interruption('interrupted')
        this.#started(decision.sinceMs)
        if (replies.active !== undefined) replies.cancel(replies.active, 'turn_detected')
        else replies.cutOff()
        return
    }
  }

  /** What the conversation heard. */
  hear(
    event: Extract<ConversationEvent, { kind: 'interim' | 'final' | 'hint' | 'heard' | 'deaf' | 'hears-again' }>,
  ): void {
    const { ear, replies, mood } = this.#parts
    switch (event.kind) {
      case 'interim':
      case 'final':
        // Until the last words of a committed turn are there, words are of that turn, and it is over.
        if (event.of !== undefined || this.words.areOwed) {
          this.words.stillHeard(event.of, event.text)
          return
        }
        this.words.sayingNow(this.#buffer.speechId, event.text, event.names?.corrections)
        ear.heard({ kind: event.kind, text: event.text, confidence: event.confidence })
        if (replies.isWithheld && this.isSpeaking && event.text.trim() !== '') this.#withheld.drop()
        return
      case 'hint':
        ear.heard({ kind: hints[event.hint] })
        return
      case 'heard':
        this.#heard(event)
        return
      case 'deaf':
        this.words.deaf(event.code)
        mood.says('speech_recognition_failed', event.text, 'speech_recognition')
        return
      case 'hears-again':
        this.words.hearsAgain()
        mood.saysNothing()
        return
    }
  }

  /** What was committed last will be answered, whatever its last words turn out to be. */
  expectAnswer(): void {
    const spokenMs = this.#spokenMs
    void this.#parts.inputs.send({ kind: 'answer-wanted', ...(spokenMs === undefined ? {} : { spokenMs }) })
  }

  /** The client says that its speaker is done. */
  commit(): void {
    const { ear } = this.#parts
    const now = this.#parts.parts.timing.nowMs()
    this.#said = { saidAt: now, endedAt: now, heardAt: now }
    this.#commit({ spokenMs: undefined, endpointWord: undefined, isClear: true })
    ear.heard({ kind: 'turn-closed' })
    this.#withheld.release()
  }

  /** Nobody has said anything for long. */
  commitSilence(fromMs: number): void {
    this.#buffer.commitSilence(fromMs)
  }

  /** What was taken in and not committed is nobody's question. */
  clear(): void {
    const { ear, send } = this.#parts
    this.#buffer.speechStopped(ear.clockMs)
    this.#buffer.forget()
    this.#drop()
    ear.heard({ kind: 'turn-closed' })
    send({ type: 'input_audio_buffer.cleared' })
    this.#withheld.release()
  }

  close(): void {
    this.#withheld.close()
    this.words.close()
  }

  #started(atMs: number): void {
    this.#parts.mood.is('hearing')
    this.#buffer.speechStarted(atMs)
  }

  #ended({ atMs, silenceMs, outcome, endpointWord, isClear }: Extract<TurnDecision, { kind: 'end-of-turn' }>): void {
    const { replies, ear, parts, mood } = this.#parts
    const spokenMs = atMs - silenceMs
    this.#buffer.speechStopped(spokenMs)
    if (outcome === 'not-speech' || outcome === 'not-addressed') {
      this.#buffer.forget()
      this.#drop()
      ear.heard({ kind: 'turn-closed' })
      mood.is(replies.active === undefined ? 'listening' : 'thinking')
      this.#withheld.release()
      return
    }
    if (replies.isWithheld) this.#withheld.drop()
    const now = parts.timing.nowMs()
    this.#said = { saidAt: now - silenceMs, endedAt: now, heardAt: now }
    this.#parts.onTurn(this.#commit({ spokenMs, endpointWord, isClear }))
  }

  /** @returns The item. */
  #commit({ spokenMs, endpointWord, isClear }: TurnEnd): string {
    const { inputs, mood } = this.#parts
    const { itemId, fromMs, audioMs } = this.#buffer.commit()
    this.#spokenMs = spokenMs
    this.words.expect({ itemId, audioMs, endpointWord, isClear }, (unheard, heard) => this.#known(unheard, heard))
    mood.is('thinking', 'speech_recognition')
    void inputs.send({ kind: 'speech-end', of: itemId, fromMs, spokenMs })
    return itemId
  }

  #heard(heard: HeardWords & { of?: string | undefined }): void {
    const unheard = this.words.takeAwaited(heard.of)
    if (unheard !== undefined) this.#known(unheard, heard)
    else if (heard.of !== undefined) this.words.knownLate(heard.of, heard)
  }

  #known(unheard: Unheard, heard: HeardWords): void {
    // Who has begun to speak again meanwhile is in another turn.
    if (!this.isSpeaking) this.#parts.ear.heard({ kind: 'turn-closed' })
    if (this.#said !== undefined) this.#said.heardAt = this.#parts.parts.timing.nowMs()
    this.words.known(unheard, heard)
    this.#parts.onHeard()
  }

  #drop(): void {
    this.words.drop()
    void this.#parts.inputs.send({ kind: 'drop-heard' })
  }

  #hold(action: 'hold' | 'go_on'): void {
    const { replies, send } = this.#parts
    const response_id = replies.soundingId
    if (response_id !== undefined) send({ type: 'nightdesk.playback', action, response_id })
  }
}

const hints = {
  'likely-end': 'recogniser-likely-end',
  end: 'recogniser-end',
  resumed: 'recogniser-resumed',
} as const
