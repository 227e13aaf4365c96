import type { Lang } from '#knowledge/document.ts'
import type { Principal } from '#knowledge/principal.ts'
import { OpsError } from '#runtime/errors.ts'
import { Channel } from './channel.ts'
import { commandOfDigit } from './commands.ts'
import { Interruption, TurnTooSlowError } from './errors.ts'
import type { ConversationEvent, ConversationInput, TurnEvent } from './events.ts'
import { childOf, nextOrAborted } from './lifetimes.ts'
import type { ConversationParts } from './parts.ts'
import { remember, type Talk, type TurnMade, takeTurn, type Utterance } from './turn.ts'
import { said } from './words.ts'

export interface ConversationOptions {
  principal: Principal
  /** Goes on with this conversation of the principal; absent, unknown or somebody else's: a new one. */
  conversationId?: string | undefined
  mode: 'text' | 'spoken'
  /** Of all answers; absent: each in the language of its question. */
  lang?: Lang | undefined
  /** A turn that takes longer ends in an apology. Default one minute. */
  turnDeadlineMs?: number | undefined
}

const defaultDeadlineMs = 60_000

/** The turn that is being taken. */
interface Current {
  turn: number
  abort: AbortController
  made: TurnMade | undefined
  /** Its answer as far as it was handed out. */
  shown: string
}

/** One conversation on one channel, from its first turn to its last. */
export class Conversation {
  readonly #parts: ConversationParts
  readonly #options: ConversationOptions
  #talk: Talk | undefined
  #turns = 0
  #current: Current | undefined

  constructor(parts: ConversationParts, options: ConversationOptions) {
    this.#parts = parts
    this.#options = options
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
      yield* out
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
    this.#talk ??= await openTalk(this.#parts, this.#options, signal)
    const utterances = new Channel<Utterance>(Number.POSITIVE_INFINITY)
    const stop = (): void => utterances.fail(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    const taking = this.#takeAll(utterances, out, signal)
    const iterator = inputs[Symbol.asyncIterator]()
    try {
      for (
        let next = await nextOrAborted(iterator, signal);
        next.done !== true;
        next = await nextOrAborted(iterator, signal)
      ) {
        if (next.value.kind === 'end') break
        await this.#take(next.value, utterances)
      }
      utterances.close()
      await taking
    } catch (error) {
      utterances.fail(error)
      await taking.catch(() => undefined)
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
      // Not waited for: a source that hangs would hold us up.
      iterator.return?.().then(undefined, () => undefined)
    }
  }

  async #take(input: ConversationInput, utterances: Channel<Utterance>): Promise<void> {
    const { lang } = this.#options
    switch (input.kind) {
      case 'text':
        return await utterances.send({ text: input.text, lang: input.lang ?? lang, history: input.history })
      case 'dtmf': {
        const command = commandOfDigit(input.digit)
        if (command !== undefined) await utterances.send({ text: input.digit, lang, command })
        return
      }
      case 'interruption':
        return this.#current?.abort.abort(new Interruption(input.heardMs))
    }
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
    const current: Current = { turn: this.#turns, abort, made: undefined, shown: '' }
    this.#current = current
    const send = (event: TurnEvent): Promise<void> => out.send({ ...event, turn: current.turn })
    using deadline = this.#deadline(abort)
    try {
      const events = takeTurn(this.#parts, talk, utterance, (made) => (current.made = made), abort.signal)
      for await (const event of events) {
        if (event.kind === 'delta') current.shown += event.text
        await send(event)
      }
    } catch (error) {
      signal.throwIfAborted()
      await this.#cutOff(current, abort.signal.aborted ? abort.signal.reason : error, send, signal)
    } finally {
      deadline.abort()
      this.#current = undefined
    }
  }

  /** A turn that doesn't end by itself ends in what was heard of it, or in an apology. */
  async #cutOff(
    { made, shown }: Current,
    reason: unknown,
    send: (event: TurnEvent) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    if (made !== undefined) await remember(made, shown, signal)
    if (reason instanceof Interruption) return await send({ kind: 'interrupted', heard: shown })
    this.#parts.log.warn({ err: reason, conversationId: this.#talk?.conversationId }, 'a turn failed')
    const lang = made?.scene.lang ?? this.#options.lang ?? 'en'
    const known = reason instanceof OpsError
    const text =
      reason instanceof TurnTooSlowError || !known
        ? said(reason instanceof TurnTooSlowError ? 'too-slow' : 'failed', lang)
        : reason.userMessage
    await send({ kind: 'apology', code: known ? reason.code : 'turn_failed', text })
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

/** Goes on with a conversation that the principal has had, or begins a new one. */
export async function openTalk(
  parts: ConversationParts,
  { conversationId, principal, mode }: Pick<ConversationOptions, 'conversationId' | 'principal' | 'mode'>,
  signal: AbortSignal,
): Promise<Talk> {
  const known = conversationId !== undefined && (await hasTurns(parts, conversationId, principal, signal))
  return { conversationId: known ? conversationId : parts.newId(), principal, mode }
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
