import type { Vocabulary } from '#graph/vocabulary.ts'
import { apologyFor } from './apology.ts'
import { Channel } from './channel.ts'
import { commandOfDigit } from './commands.ts'
import type { ConversationOptions } from './conversation-options.ts'
import { CutShortTurns } from './cut-short.ts'
import type { ConversationEvent, ConversationInput } from './events.ts'
import { Guesses } from './guesses.ts'
import { type NamedText, NameEar } from './heard-names.ts'
import { childOf, untilAborted } from './lifetimes.ts'
import { Listening } from './listening.ts'
import type { ConversationParts, ToolsOffered } from './parts.ts'
import { RunningSummary } from './running-summary.ts'
import type { SpeculativeAnswer } from './speculation.ts'
import { openTalk, type Talk } from './talk.ts'
import { BackgroundCalls } from './tools/background-calls.ts'
import type { OfferedTools } from './tools/client-tool.ts'
import { ClientCalls, clientTools, defaultClientToolMs } from './tools/client-tools.ts'
import { beginAnswer, type Utterance } from './turn.ts'
import { TurnsTaken } from './turns-taken.ts'

/** Recognisers take about so many, and attend less to each the more there are. */
const mostKeyterms = 100

/** One conversation on one channel, from its first turn to its last. */
export class Conversation {
  readonly #parts: ConversationParts
  readonly #options: ConversationOptions
  #turns: TurnsTaken | undefined
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
        this.#turns?.handOut(event)
        yield event
      }
    } finally {
      signal.removeEventListener('abort', stop)
      closing.abort(new Error('the conversation was left'))
      await running
    }
  }

  async #run(
    inputs: AsyncIterable<ConversationInput>,
    out: Channel<ConversationEvent>,
    signal: AbortSignal,
  ): Promise<void> {
    this.#turns ??= this.#turnsOf(await openTalk(this.#parts, this.#options, signal))
    const turns = this.#turns
    const { principal, conversationId } = turns.talk
    const work = (): Promise<void> => this.#runTalk(turns, inputs, out, signal)
    // What is heard goes on for longer than a turn, and is paid for by somebody all the same.
    const asker = { principal: principal.name, session: conversationId }
    await (this.#parts.telemetry?.onAccountOf(asker, work) ?? work())
  }

  #turnsOf(opened: Talk): TurnsTaken {
    const { llm, log } = this.#parts
    const options = this.#options
    const background = new BackgroundCalls()
    const cutShort = new CutShortTurns()
    const talk: Talk = {
      ...opened,
      background,
      clientTools: () => this.#clientTools,
      marks: options.marks,
      get shownOn() {
        return options.shownOn?.()
      },
      cutShort: (traceId) => cutShort.of(traceId),
      ...(llm === undefined ? {} : { summaries: new RunningSummary(llm, log) }),
    }
    return new TurnsTaken({ parts: this.#parts, options, talk, background, cutShort, speed: () => this.#speed })
  }

  async #runTalk(
    turns: TurnsTaken,
    inputs: AsyncIterable<ConversationInput>,
    out: Channel<ConversationEvent>,
    signal: AbortSignal,
  ): Promise<void> {
    const utterances = new Channel<Utterance>(Number.POSITIVE_INFINITY)
    const stop = (): void => utterances.fail(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    const taking = turns.takeAll(utterances, out, signal)
    const guesses = this.#guesses(turns, signal)
    const vocabulary = () => this.#parts.vocabulary?.(turns.talk.principal)
    // Its reading is begun, so that it is there once somebody talks.
    if (this.#options.mode === 'spoken') vocabulary()
    const names = new NameEar(vocabulary)
    const listening = this.#listening({ turns, guesses, names, utterances, out }, vocabulary)
    try {
      for await (const input of untilAborted(inputs, signal)) {
        if (input.kind === 'end') break
        await this.#take(input, { turns, utterances, listening, guesses, names, out }, signal)
      }
      await listening?.close()
      utterances.close()
      await taking
      await turns.tellBackground(out)
    } catch (error) {
      utterances.fail(error)
      await taking.catch(() => undefined)
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
      await turns.stopBackground(out)
    }
  }

  async #take(
    input: ConversationInput,
    { turns, utterances, listening, guesses, names, out }: Taking,
    signal: AbortSignal,
  ): Promise<void> {
    switch (input.kind) {
      case 'text':
        return await utterances.send(this.#utterance(input, names.taken(input.text), guesses))
      case 'audio':
        return listening?.audio(input.samples, input.sampleRate, signal)
      case 'speech-end':
        if (listening !== undefined) return await listening.flush(input)
        if (this.#options.turnEnds === 'caller')
          await out.send({ kind: 'heard', turn: turns.count + 1, text: '', confidence: 0, of: input.of })
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
        return await turns.remember(input.exchanges, signal)
      case 'forget':
        guesses.drop()
        return await turns.forget('turn' in input ? input.turn : input.traceId, signal)
      case 'dtmf': {
        const command = commandOfDigit(input.digit)
        if (command !== undefined) await utterances.send({ text: input.digit, command })
        return
      }
      case 'interruption':
        return await turns.interrupt(input, out, signal)
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

  #guesses(turns: TurnsTaken, signal: AbortSignal): Guesses {
    return new Guesses((text, depth) =>
      // What is being answered now will be part of the conversation that the guess would have to know.
      !turns.isTaking && !signal.aborted
        ? beginAnswer(this.#parts, turns.talk, { text, lang: this.#options.lang, hasTurns: turns.hasAny }, depth)
        : undefined,
    )
  }

  #listening(
    { turns, guesses, names, utterances, out }: Omit<Taking, 'listening'>,
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
      onHeard: (heard) => out.send({ ...heard, turn: turns.count + 1 }),
      onHint: (hint) => out.send({ kind: 'hint', hint, turn: turns.count + 1 }),
      onUtterance: (utterance) => utterances.send(utterance),
      onTurnHeard: (heard) => out.send({ kind: 'heard', turn: turns.count + 1, ...heard }),
      onFailure: (error) => {
        const apology = apologyFor(error, lang ?? 'en', 'not-heard')
        return out.send({ ...apology, kind: turnEnds === 'caller' ? 'deaf' : 'apology', turn: turns.count + 1 })
      },
      onRecovery: () => out.send({ kind: 'hears-again', turn: turns.count + 1 }),
    })
  }

  #keyterms(vocabulary: Vocabulary | undefined): string[] {
    const wanted = this.#options.keyterms?.() ?? []
    return [...new Set([...wanted, ...(vocabulary?.keyterms(mostKeyterms) ?? [])])].slice(0, mostKeyterms)
  }
}

interface Taking {
  turns: TurnsTaken
  utterances: Channel<Utterance>
  listening: Listening | undefined
  guesses: Guesses
  names: NameEar
  out: Channel<ConversationEvent>
}
