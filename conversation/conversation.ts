import type { Vocabulary } from '#graph/vocabulary.ts'
import type { Answer, ShownOn } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import type { Principal } from '#knowledge/principal.ts'
import { OpsError } from '#runtime/errors.ts'
import { Channel } from './channel.ts'
import { commandOfDigit } from './commands.ts'
import { Interruption, TurnTooSlowError } from './errors.ts'
import type { ConversationEvent, ConversationInput, ToldExchange, TurnEvent } from './events.ts'
import { forgetTurn } from './forgetting.ts'
import { Guesses } from './guesses.ts'
import { type NamedText, NameEar } from './heard-names.ts'
import { childOf, nextOrAborted } from './lifetimes.ts'
import { Listening } from './listening.ts'
import type { ConversationParts, ToolsOffered } from './parts.ts'
import { RunningSummary } from './running-summary.ts'
import { spoken } from './say.ts'
import type { SpeculativeAnswer } from './speculation.ts'
import { SpokenLog } from './spoken-log.ts'
import { BackgroundCalls } from './tools/background-calls.ts'
import type { ClientTool, OfferedTools } from './tools/client-tool.ts'
import { ClientCalls, clientTools, defaultClientToolMs } from './tools/client-tools.ts'
import {
  beginAnswer,
  remember,
  rememberExchange,
  storedTraceOf,
  type Talk,
  type TurnMade,
  type TurnTaking,
  takeTurn,
  type Utterance,
} from './turn.ts'
import { type Sentence, said } from './words.ts'

export interface ConversationOptions {
  principal: Principal
  /** Goes on with this conversation of the principal; absent, unknown or somebody else's: a new one. */
  conversationId?: string | undefined
  /** Of a new one, where it has to be known beforehand; absent: `newId` makes it. */
  newConversationId?: string | undefined
  /** `spoken`: said aloud too, where there is a voice. */
  mode: 'text' | 'spoken'
  /** Of all answers; absent: each in the language of its question. */
  lang?: Lang | undefined
  /** How fast it speaks, until a `pace` says otherwise; 1 where absent. */
  speed?: number | undefined
  /** A turn that takes longer ends in an apology. Default one minute. */
  turnDeadlineMs?: number | undefined
  /** What the client can do for us, until a `client-tools` says otherwise. Only a model calls them. */
  clientTools?: readonly ClientTool[] | undefined
  /** One of those has to be called in each turn. */
  mustCall?: boolean | undefined
  /** A call that the client has not answered after so long has failed. Default 30 seconds. */
  clientToolMs?: number | undefined
  /**
   * Who says that a turn of talk is over. `recogniser`, the default: it does, by silence, and the turn is answered.
   * `caller`: a `speech-end` does; what was heard is told as `heard`, and answered once it comes back as a `text`.
   */
  turnEnds?: 'recogniser' | 'caller' | undefined
  /** Words that may be said besides the names that are documented; the recogniser expects them first. */
  keyterms?: (() => readonly string[]) | undefined
  /** Where the listener finds what is too long to say; absent: on the page. */
  shownOn?: (() => ShownOn) | undefined
  /** What the trace of each turn is marked with. */
  marks?: (() => Readonly<Record<string, string | number | boolean>>) | undefined
  /** A listener who has heard nothing for so long is told that it is being worked on. Default 2 seconds. */
  fillerAfterMs?: number | undefined
}

const defaultDeadlineMs = 60_000
const defaultFillerMs = 2000
/** Recognisers take about so many, and attend less to each the more there are. */
const mostKeyterms = 100
/** Nobody asks again for what was interrupted longer ago. */
const mostCutShort = 4

/** A turn, as it is taken or as it was. */
interface TakenTurn {
  turn: number
  mode: 'text' | 'spoken'
  abort: AbortController
  made: TurnMade | undefined
  /** Its answer as far as it was handed out. */
  shown: string
  speech: SpokenLog
  /** How much of it was heard, as was said last; undefined: all that was handed out. */
  heardMs: number | undefined
}

/** One conversation on one channel, from its first turn to its last. */
export class Conversation {
  readonly #parts: ConversationParts
  readonly #options: ConversationOptions
  #talk: Talk | undefined
  #turns = 0
  #current: TakenTurn | undefined
  #last: TakenTurn | undefined
  #remembered = false
  /** By turn, under which trace it is stored. */
  readonly #traces = new Map<number, string>()
  /** Of turns to be forgotten, those that are under way, and those that one under way may remember once more. */
  readonly #toForget: (number | string)[] = []
  /** By trace, the last turns that were interrupted. */
  readonly #cutShort = new Map<string, { answer: Answer | undefined }>()
  readonly #background = new BackgroundCalls()
  readonly #clientCalls = new ClientCalls()
  #clientTools: ToolsOffered
  #speed: number

  constructor(parts: ConversationParts, options: ConversationOptions) {
    this.#parts = parts
    this.#options = options
    this.#speed = options.speed ?? 1
    this.#clientTools = this.#toolsOf({ tools: options.clientTools ?? [], mustCall: options.mustCall ?? false })
  }

  /**
   * Takes turns as they come in, one after the other, until the inputs end and the last turn was answered. Whoever stops
   * pulling, or aborts, ends everything that is under way.
   */
  async *turns(inputs: AsyncIterable<ConversationInput>, signal: AbortSignal): AsyncGenerator<ConversationEvent> {
    signal.throwIfAborted()
    using closing = childOf(signal)
    const out = new Channel<ConversationEvent>()
    const stop = (): void => out.fail(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    const running = this.#run(inputs, out, closing.signal).then(
      () => out.close(),
      (error: unknown) => out.fail(error),
    )
    try {
      for await (const event of out) {
        this.#handOut(event)
        yield event
      }
    } finally {
      signal.removeEventListener('abort', stop)
      closing.abort(new Error('the conversation was left'))
      await running
    }
  }

  /** Only what was pulled can have been heard. */
  #handOut(event: ConversationEvent): void {
    const taken = [this.#current, this.#last].find((each) => each?.turn === event.turn)
    if (taken === undefined) return
    if (event.kind === 'audio') taken.speech.play(event, event.sampleRate)
    if (event.kind === 'delta') taken.shown += event.text
  }

  async #run(
    inputs: AsyncIterable<ConversationInput>,
    out: Channel<ConversationEvent>,
    signal: AbortSignal,
  ): Promise<void> {
    const options = this.#options
    this.#talk ??= {
      ...(await openTalk(this.#parts, this.#options, signal)),
      background: this.#background,
      clientTools: () => this.#clientTools,
      marks: this.#options.marks,
      get shownOn() {
        return options.shownOn?.()
      },
      cutShort: (traceId) => this.#cutShort.get(traceId),
      ...(this.#parts.llm === undefined ? {} : { summaries: new RunningSummary(this.#parts.llm, this.#parts.log) }),
    }
    const talk = this.#talk
    const asker = { principal: talk.principal.name, session: talk.conversationId }
    const work = (): Promise<void> => this.#runTalk(talk, inputs, out, signal)
    // What is heard goes on for longer than a turn, and is paid for by somebody all the same.
    await (this.#parts.telemetry?.onAccountOf(asker, work) ?? work())
  }

  async #runTalk(
    talk: Talk,
    inputs: AsyncIterable<ConversationInput>,
    out: Channel<ConversationEvent>,
    signal: AbortSignal,
  ): Promise<void> {
    const utterances = new Channel<Utterance>(Number.POSITIVE_INFINITY)
    const stop = (): void => utterances.fail(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    const taking = this.#takeAll(utterances, out, signal)
    const guesses = this.#guesses(talk, signal)
    const vocabulary = () => this.#parts.vocabulary?.(talk.principal)
    // Its reading is begun, so that it is there once somebody talks.
    if (this.#options.mode === 'spoken') vocabulary()
    const names = new NameEar(vocabulary)
    const listening = this.#listening({ guesses, names, utterances, out }, vocabulary)
    const iterator = inputs[Symbol.asyncIterator]()
    try {
      for (
        let next = await nextOrAborted(iterator, signal);
        next.done !== true && next.value.kind !== 'end';
        next = await nextOrAborted(iterator, signal)
      ) {
        await this.#take(next.value, { utterances, listening, guesses, names, out }, signal)
      }
      await listening?.close()
      utterances.close()
      await taking
      await this.#tellBackground(out)
    } catch (error) {
      utterances.fail(error)
      await taking.catch(() => undefined)
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
      for (const [callId, tool] of this.#background.stop()) {
        await out.send({ kind: 'tool', turn: this.#turns, callId, tool, phase: 'cancelled', text: '' })
      }
      // Not waited for: a source that hangs would hold us up.
      iterator.return?.().then(undefined, () => undefined)
    }
  }

  async #take(
    input: ConversationInput,
    { utterances, listening, guesses, names, out }: Taking,
    signal: AbortSignal,
  ): Promise<void> {
    switch (input.kind) {
      case 'text':
        return await utterances.send(this.#utterance(input, names.taken(input.text), guesses))
      case 'audio':
        return listening?.audio(input.samples, input.sampleRate, signal)
      case 'speech-end':
        if (listening !== undefined) return await listening.flush(input.spokenMs)
        if (this.#options.turnEnds === 'caller')
          await out.send({ kind: 'heard', turn: this.#turns + 1, text: '', confidence: 0 })
        return
      case 'likely-speech-end':
        return guesses.deepen()
      case 'answer-wanted':
        return listening?.expectAnswer(input.spokenMs)
      case 'drop-heard':
        guesses.drop()
        return listening?.drop()
      case 'hearing':
        return guesses.hear(names.hearing(input.text), 'retrieval')
      case 'history':
        return await this.#remember(input.exchanges, signal)
      case 'forget':
        guesses.drop()
        return await this.#forget('turn' in input ? input.turn : input.traceId, signal)
      case 'dtmf': {
        const command = commandOfDigit(input.digit)
        if (command !== undefined) await utterances.send({ text: input.digit, command })
        return
      }
      case 'interruption':
        return await this.#interrupt(input, out, signal)
      case 'pace':
        this.#speed = input.speed
        return
      case 'client-tools':
        this.#clientTools = this.#toolsOf(input)
        return
      case 'tool-result':
        this.#clientCalls.settle(input.callId, { text: input.text, failed: input.failed === true })
        return
    }
  }

  #toolsOf({ tools, mustCall }: OfferedTools): ToolsOffered {
    const timeoutMs = this.#options.clientToolMs ?? defaultClientToolMs
    return { tools: clientTools(tools, this.#clientCalls, timeoutMs), mustCall }
  }

  #utterance(input: Extract<ConversationInput, { kind: 'text' }>, named: NamedText, guesses: Guesses): Utterance {
    const { lang, history, mode } = input
    const clientTools = input.clientTools && this.#toolsOf(input.clientTools)
    return {
      ...named,
      lang,
      history,
      mode,
      clientTools,
      begun: this.#begunFor({ ...input, text: named.text }, guesses),
    }
  }

  /** Of a turn whose end the caller decides, the answer that was begun while it was being said. */
  #begunFor(
    { text, lang, mode = this.#options.mode }: Extract<ConversationInput, { kind: 'text' }>,
    guesses: Guesses,
  ): SpeculativeAnswer | undefined {
    if (this.#options.turnEnds !== 'caller') return undefined
    const begun = mode === this.#options.mode ? guesses.take(text) : undefined
    // The listener may have asked for another language meanwhile.
    if (begun !== undefined && (lang ?? this.#options.lang ?? begun.lang) === begun.lang) return begun
    begun?.discard()
    guesses.drop()
    return undefined
  }

  #guesses(talk: Talk, signal: AbortSignal): Guesses {
    return new Guesses((text, depth) =>
      // What is being answered now will be part of the conversation that the guess would have to know.
      this.#current === undefined && !signal.aborted
        ? beginAnswer(this.#parts, talk, { text, lang: this.#options.lang, hasTurns: this.#hasTurns() }, depth)
        : undefined,
    )
  }

  #listening(
    { guesses, names, utterances, out }: Omit<Taking, 'listening'>,
    vocabulary: () => Vocabulary | undefined,
  ): Listening | undefined {
    const { speech, clock, log } = this.#parts
    if (speech?.toText === undefined) return undefined
    const { lang, turnEnds = 'recogniser' } = this.#options
    return new Listening({
      speechToText: speech.toText,
      ear: { lang: lang ?? 'auto', keyterms: () => this.#keyterms(vocabulary()) },
      turnEnds,
      clock,
      log,
      guesses,
      names,
      onHeard: (heard) => out.send({ ...heard, turn: this.#turns + 1 }),
      onHint: (hint) => out.send({ kind: 'hint', hint, turn: this.#turns + 1 }),
      onUtterance: (utterance) => utterances.send(utterance),
      onTurnHeard: (heard) => out.send({ kind: 'heard', turn: this.#turns + 1, ...heard }),
      onFailure: (error) => {
        const apology = apologyFor(error, lang ?? 'en', 'not-heard')
        return out.send({ ...apology, kind: turnEnds === 'caller' ? 'deaf' : 'apology', turn: this.#turns + 1 })
      },
      onRecovery: () => out.send({ kind: 'hears-again', turn: this.#turns + 1 }),
    })
  }

  #keyterms(vocabulary: Vocabulary | undefined): string[] {
    const wanted = this.#options.keyterms?.() ?? []
    return [...new Set([...wanted, ...(vocabulary?.keyterms(mostKeyterms) ?? [])])].slice(0, mostKeyterms)
  }

  /** A conversation that the client has kept goes on here. */
  async #remember(exchanges: readonly ToldExchange[], signal: AbortSignal): Promise<void> {
    const talk = this.#talk
    if (talk === undefined) return
    for (const exchange of exchanges) await rememberExchange(this.#parts, talk, exchange, signal)
    this.#remembered ||= exchanges.length > 0
  }

  /** @param which A turn's number, or its trace. */
  async #forget(which: number | string, signal: AbortSignal): Promise<void> {
    const traceId = typeof which === 'number' ? this.#traces.get(which) : which
    if (this.#talk !== undefined && traceId !== undefined) await forgetTurn(this.#parts, this.#talk, traceId, signal)
    // A turn that is being taken is stored when it ends, and saves where the conversation stood when it began.
    if (traceId === undefined || this.#current !== undefined) this.#toForget.push(which)
  }

  #hasTurns(): boolean {
    return this.#turns > 0 || this.#remembered || this.#talk?.conversationId === this.#options.conversationId
  }

  async #takeAll(
    utterances: AsyncIterable<Utterance>,
    out: Channel<ConversationEvent>,
    signal: AbortSignal,
  ): Promise<void> {
    for await (const utterance of utterances) await this.#takeOne(utterance, out, signal)
  }

  async #takeOne(utterance: Utterance, out: Channel<ConversationEvent>, signal: AbortSignal): Promise<void> {
    const talk = this.#talk
    if (talk === undefined) return
    using abort = childOf(signal)
    this.#turns += 1
    const mode = utterance.mode ?? this.#options.mode
    const taken: TakenTurn = {
      turn: this.#turns,
      mode,
      abort,
      made: undefined,
      shown: '',
      speech: new SpokenLog(),
      heardMs: undefined,
    }
    this.#current = taken
    const send = (event: TurnEvent): Promise<void> => out.send({ ...event, turn: taken.turn })
    using deadline = this.#deadline(abort)
    try {
      const whole = { ...utterance, lang: utterance.lang ?? this.#options.lang }
      const turn: TurnTaking = {
        onMade: (made) => (taken.made = made),
        aloud: (events) => this.#aloud(events, taken, abort.signal),
      }
      for await (const event of takeTurn(this.#parts, { ...talk, mode }, whole, turn, abort.signal)) {
        // What was said is what is remembered; what can only be read is read again at its source.
        if (event.kind === 'done' && !taken.speech.isEmpty) await this.#revise(taken, taken.speech.whole(), signal)
        await send(event)
      }
      const { reason } = abort.signal
      if (reason instanceof Interruption) await this.#revise(taken, taken.speech.heard(taken.heardMs), signal)
    } catch (error) {
      signal.throwIfAborted()
      const { heardMs } = taken
      await this.#cutOff(taken, abort.signal.aborted ? abort.signal.reason : error, send, signal)
      if (taken.heardMs !== heardMs) await this.#revise(taken, taken.speech.heard(taken.heardMs), signal)
    } finally {
      deadline.abort()
      await this.#tellBackground(out)
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
    if (abort.signal.reason instanceof Interruption) this.#wasCutShort(taken)
    const waiting = this.#toForget.splice(0)
    if (!signal.aborted) for (const which of waiting) await this.#forget(which, signal)
  }

  #wasCutShort({ made }: TakenTurn): void {
    if (made === undefined) return
    this.#cutShort.set(storedTraceOf(made), { answer: made.answer })
    const [oldest] = this.#cutShort.keys()
    if (oldest !== undefined && this.#cutShort.size > mostCutShort) this.#cutShort.delete(oldest)
  }

  /** What went on in the background and has ended is told between turns. */
  async #tellBackground(out: Channel<ConversationEvent>): Promise<void> {
    for (const { callId, tool, outcome } of this.#background.takeEnded()) {
      const ended = outcome.kind === 'done'
      const text = outcome.say.text
      await out.send({ kind: 'tool', turn: this.#turns, callId, tool, phase: ended ? 'result' : 'failed', text })
      await out.send({ kind: 'notice', turn: this.#turns, code: 'tool_result', text })
    }
  }

  #aloud(events: AsyncIterable<TurnEvent>, taken: TakenTurn, signal: AbortSignal): AsyncIterable<TurnEvent> {
    const { toSpeech: textToSpeech, lexicon } = this.#parts.speech ?? {}
    if (taken.mode === 'text' || textToSpeech === undefined || lexicon === undefined) return events
    const fillerAfterMs = this.#options.fillerAfterMs ?? defaultFillerMs
    const voice = () => ({
      lang: taken.made?.scene.lang ?? this.#options.lang ?? 'en',
      pace: Math.round((taken.made?.position.pace ?? 1) * this.#speed * 100) / 100,
      streamed: taken.made?.streamed ?? false,
      shownOn: this.#options.shownOn?.(),
    })
    return spoken(events, { ...this.#parts, textToSpeech, lexicon }, { voice, fillerAfterMs }, taken.speech, signal)
  }

  /** Of the turn that is taken, or of the last one, whose sound may still be heard. */
  async #interrupt(
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
    this.#wasCutShort(last)
    await this.#revise(last, heard, signal)
    await out.send({ kind: 'revised', turn: last.turn, heard })
  }

  /** A turn that doesn't end by itself ends in what was heard of it, or in an apology. */
  async #cutOff(
    { made, mode, shown, speech, heardMs }: TakenTurn,
    reason: unknown,
    send: (event: TurnEvent) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const interruption = reason instanceof Interruption ? reason : undefined
    const heard = speech.audioMs === 0 && mode === 'text' ? shown : speech.heard(heardMs)
    if (made?.answer !== undefined && made.stored) await this.#reviseAnswer(made.answer.traceId, heard, signal)
    else if (made !== undefined) await remember(made, heard, signal)
    for (const [callId, call] of made?.openCalls ?? [])
      await send({ kind: 'tool', callId, ...call, phase: 'cancelled', text: '' })
    if (interruption !== undefined) return await send({ kind: 'interrupted', heard })
    this.#parts.log.warn({ err: reason, conversationId: this.#talk?.conversationId }, 'a turn failed')
    await send(apologyFor(reason, made?.scene.lang ?? this.#options.lang ?? 'en', 'failed'))
  }

  async #revise({ made }: TakenTurn, heard: string, signal: AbortSignal): Promise<void> {
    if (made !== undefined) await this.#reviseAnswer(made.answer?.traceId ?? made.scene.traceId, heard, signal)
  }

  async #reviseAnswer(traceId: string, heard: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#parts.conversations.reviseAnswer(traceId, heard, signal)
    } catch (err) {
      signal.throwIfAborted()
      this.#parts.log.warn({ err, traceId }, 'what was heard of an answer was not stored')
    }
  }

  #deadline(abort: AbortController): AbortController & Disposable {
    const deadline = childOf(abort.signal)
    this.#parts.wait(this.#options.turnDeadlineMs ?? defaultDeadlineMs, deadline.signal).then(
      () => abort.abort(new TurnTooSlowError()),
      () => undefined,
    )
    return deadline
  }
}

interface Taking {
  utterances: Channel<Utterance>
  listening: Listening | undefined
  guesses: Guesses
  names: NameEar
  out: Channel<ConversationEvent>
}

function isHeardOrSeen({ kind }: ConversationEvent): boolean {
  return kind === 'audio' || kind === 'sentence' || kind === 'delta' || kind === 'citation'
}

/** Words for the listener, whatever was thrown. */
function apologyFor(reason: unknown, lang: Lang, otherwise: Sentence): Extract<TurnEvent, { kind: 'apology' }> {
  if (!(reason instanceof OpsError)) return { kind: 'apology', code: 'turn_failed', text: said(otherwise, lang) }
  const text = reason instanceof TurnTooSlowError ? said('too-slow', lang) : reason.userMessage
  return { kind: 'apology', code: reason.code, text }
}

/** Goes on with a conversation that the principal has had, or begins a new one. */
export async function openTalk(
  parts: ConversationParts,
  {
    conversationId,
    newConversationId,
    principal,
    mode,
  }: Pick<ConversationOptions, 'conversationId' | 'newConversationId' | 'principal' | 'mode'>,
  signal: AbortSignal,
): Promise<Talk> {
  const known = conversationId !== undefined && (await hasTurns(parts, conversationId, principal, signal))
  return { conversationId: known ? conversationId : (newConversationId ?? parts.newId()), principal, mode }
}

async function hasTurns(
  { conversations, log }: ConversationParts,
  conversationId: string,
  principal: Principal,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return (await conversations.turns(conversationId, principal.name, 1, signal)).length > 0
  } catch (err) {
    signal.throwIfAborted()
    log.warn({ err, conversationId }, 'earlier turns could not be read')
    return false
  }
}
