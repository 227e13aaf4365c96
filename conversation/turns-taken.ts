import type { Channel } from './channel.ts'
import type { ConversationOptions } from './conversation-options.ts'
import type { CutShortTurns } from './cut-short.ts'
import { Interruption, TurnTooSlowError } from './errors.ts'
import type { ConversationEvent, ConversationInput, ToldExchange, TurnEvent } from './events.ts'
import { forgetTurn } from './forgetting.ts'
import { childOf } from './lifetimes.ts'
import type { ConversationParts } from './parts.ts'
import { spoken } from './say.ts'
import { cutOff, handOut, newTakenTurn, revise, type TakenTurn } from './taken-turn.ts'
import type { Talk } from './talk.ts'
import type { BackgroundCalls } from './tools/background-calls.ts'
import { type TurnTaking, takeTurn, type Utterance } from './turn.ts'
import { rememberExchange, storedTraceOf } from './turn-memory.ts'

export interface TurnsTakenParts {
  parts: ConversationParts
  options: ConversationOptions
  talk: Talk
  /** Calls of turns that are over. */
  background: BackgroundCalls
  /** Told of each turn that was interrupted. */
  cutShort: CutShortTurns
  /** How fast it speaks. */
  speed: () => number
}

const defaultDeadlineMs = 60_000
const defaultFillerMs = 2000

/** The turns of a conversation, taken one after the other, of which the last can be interrupted and each be forgotten. */
export class TurnsTaken {
  readonly #parts: TurnsTakenParts
  #count = 0
  #current: TakenTurn | undefined
  #last: TakenTurn | undefined
  #remembered = false
  /** By turn, under which trace it is stored. */
  readonly #traces = new Map<number, string>()
  /** Of turns to be forgotten, those that are under way, and those that one under way may remember once more. */
  readonly #toForget: (number | string)[] = []

  constructor(parts: TurnsTakenParts) {
    this.#parts = parts
  }

  /** The conversation that they are of. */
  get talk(): Talk {
    return this.#parts.talk
  }

  /** The number of the turn that was begun last; 0: none was. */
  get count(): number {
    return this.#count
  }

  get isTaking(): boolean {
    return this.#current !== undefined
  }

  /** Whether there is any that a question may refer to. */
  get hasAny(): boolean {
    const { talk, options } = this.#parts
    return this.#count > 0 || this.#remembered || talk.conversationId === options.conversationId
  }

  /** It is pulled now. */
  handOut(event: ConversationEvent): void {
    const taken = [this.#current, this.#last].find((each) => each?.turn === event.turn)
    if (taken !== undefined) handOut(taken, event)
  }

  async takeAll(
    utterances: AsyncIterable<Utterance>,
    out: Channel<ConversationEvent>,
    signal: AbortSignal,
  ): Promise<void> {
    for await (const utterance of utterances) await this.#takeOne(utterance, out, signal)
  }

  /** A conversation that the client has kept goes on here. */
  async remember(exchanges: readonly ToldExchange[], signal: AbortSignal): Promise<void> {
    const { parts, talk } = this.#parts
    for (const exchange of exchanges) await rememberExchange(parts, talk, exchange, signal)
    this.#remembered ||= exchanges.length > 0
  }

  /** @param which A turn's number, or its trace. */
  async forget(which: number | string, signal: AbortSignal): Promise<void> {
    const { parts, talk } = this.#parts
    const traceId = typeof which === 'number' ? this.#traces.get(which) : which
    if (traceId !== undefined) await forgetTurn(parts, talk, traceId, signal)
    // A turn that is being taken is stored when it ends, and saves where the conversation stood when it began.
    if (traceId === undefined || this.#current !== undefined) this.#toForget.push(which)
  }

  /** Of the turn that is taken, or of the last one, whose sound may still be heard. */
  async interrupt(
    { heardMs, turn }: Extract<ConversationInput, { kind: 'interruption' }>,
    out: Channel<ConversationEvent>,
    signal: AbortSignal,
  ): Promise<void> {
    const current = this.#current
    if (current !== undefined && (turn ?? current.turn) === current.turn) {
      out.drop((event) => event.turn === current.turn && isHeardOrSeen(event))
      // Who has stopped it may say afterwards, more exactly, how much of it was heard.
      if (heardMs !== undefined) current.heardMs = heardMs
      return current.abort.abort(new Interruption())
    }
    const last = this.#last
    if (
      last === undefined ||
      (turn ?? last.turn) !== last.turn ||
      last.speech.isEmpty ||
      heardMs === undefined ||
      heardMs >= last.speech.audioMs
    )
      return
    const heard = last.speech.heard(heardMs)
    this.#parts.cutShort.add(last)
    await revise(this.#parts.parts, last, heard, signal)
    await out.send({ kind: 'revised', turn: last.turn, heard })
  }

  /** What went on in the background and has ended is told between turns. */
  async tellBackground(out: Channel<ConversationEvent>): Promise<void> {
    for (const { callId, tool, outcome } of this.#parts.background.takeEnded()) {
      const ended = outcome.kind === 'done'
      const text = outcome.say.text
      await out.send({ kind: 'tool', turn: this.#count, callId, tool, phase: ended ? 'result' : 'failed', text })
      await out.send({ kind: 'notice', turn: this.#count, code: 'tool_result', text })
    }
  }

  /** What goes on in the background ends with the conversation. */
  async stopBackground(out: Channel<ConversationEvent>): Promise<void> {
    for (const [callId, tool] of this.#parts.background.stop()) {
      await out.send({ kind: 'tool', turn: this.#count, callId, tool, phase: 'cancelled', text: '' })
    }
  }

  async #takeOne(utterance: Utterance, out: Channel<ConversationEvent>, signal: AbortSignal): Promise<void> {
    const { parts, options, talk } = this.#parts
    using abort = childOf(signal)
    this.#count += 1
    const mode = utterance.mode ?? options.mode
    const taken = newTakenTurn(this.#count, mode, abort)
    this.#current = taken
    const send = (event: TurnEvent): Promise<void> => out.send({ ...event, turn: taken.turn })
    using deadline = this.#deadline(abort)
    try {
      const whole = { ...utterance, lang: utterance.lang ?? options.lang }
      const turn: TurnTaking = {
        onMade: (made) => (taken.made = made),
        aloud: (events) => this.#aloud(events, taken, abort.signal),
      }
      for await (const event of takeTurn(parts, { ...talk, mode }, whole, turn, abort.signal)) {
        // What was said is what is remembered; what can only be read is read again at its source.
        if (event.kind === 'done' && !taken.speech.isEmpty) await revise(parts, taken, taken.speech.whole(), signal)
        await send(event)
      }
      const { reason } = abort.signal
      if (reason instanceof Interruption) await revise(parts, taken, taken.speech.heard(taken.heardMs), signal)
    } catch (error) {
      signal.throwIfAborted()
      const { heardMs } = taken
      const reason: unknown = abort.signal.aborted ? abort.signal.reason : error
      await cutOff(parts, taken, { reason, conversationId: talk.conversationId, lang: options.lang, send }, signal)
      if (taken.heardMs !== heardMs) await revise(parts, taken, taken.speech.heard(taken.heardMs), signal)
    } finally {
      deadline.abort()
      await this.tellBackground(out)
      this.#current = undefined
      this.#last = taken
      await this.#stored(taken, signal)
      // Nobody waits for it, and it ends with the conversation.
      if (taken.made !== undefined) void talk.summaries?.update(taken.made.position, signal)
    }
  }

  /** A turn is over, and what was to be forgotten meanwhile is forgotten now. */
  async #stored(taken: TakenTurn, signal: AbortSignal): Promise<void> {
    const { turn, made, abort } = taken
    if (made !== undefined) this.#traces.set(turn, storedTraceOf(made))
    if (abort.signal.reason instanceof Interruption) this.#parts.cutShort.add(taken)
    const waiting = this.#toForget.splice(0)
    if (!signal.aborted) for (const which of waiting) await this.forget(which, signal)
  }

  #aloud(events: AsyncIterable<TurnEvent>, taken: TakenTurn, signal: AbortSignal): AsyncIterable<TurnEvent> {
    const { parts, options, speed } = this.#parts
    const { toSpeech: textToSpeech, lexicon } = parts.speech ?? {}
    if (taken.mode === 'text' || textToSpeech === undefined || lexicon === undefined) return events
    const fillerAfterMs = options.fillerAfterMs ?? defaultFillerMs
    const voice = () => ({
      lang: taken.made?.scene.lang ?? options.lang ?? 'en',
      pace: Math.round((taken.made?.position.pace ?? 1) * speed() * 100) / 100,
      streamed: taken.made?.streamed ?? false,
      shownOn: options.shownOn?.(),
    })
    return spoken(events, { ...parts, textToSpeech, lexicon }, { voice, fillerAfterMs }, taken.speech, signal)
  }

  #deadline(abort: AbortController): AbortController & Disposable {
    const { parts, options } = this.#parts
    const deadline = childOf(abort.signal)
    parts.wait(options.turnDeadlineMs ?? defaultDeadlineMs, deadline.signal).then(
      () => abort.abort(new TurnTooSlowError()),
      () => undefined,
    )
    return deadline
  }
}

function isHeardOrSeen({ kind }: ConversationEvent): boolean {
  return kind === 'audio' || kind === 'sentence' || kind === 'delta' || kind === 'citation'
}
