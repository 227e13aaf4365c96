import { durationMs } from '#providers/audio/pcm.ts'
import { failureFields, OpsError } from '#runtime/errors.ts'
import { SpeechToTextError } from '../speech-to-text/errors.ts'
import type {
  HearingEvent,
  HearingInput,
  HearingOptions,
  SpeechToText,
  Transcript,
} from '../speech-to-text/speech-to-text.ts'
import { Attempt } from './attempt.ts'
import type { Call } from './call.ts'
import { type DoubtfulFault, Doubts } from './doubts.ts'
import { observed } from './observed.ts'
import { type GatewayParts, ProviderPool } from './provider-pool.ts'
import type { ProviderState } from './provider-state.ts'
import { SharedFeed } from './shared-feed.ts'

export interface SpeechToTextGateway extends SpeechToText {
  readonly pool: ProviderPool<SpeechToText>
}

/** In silence a recogniser rightly says nothing, for as long as it lasts: as long as timers go. */
const noDeadlineMs = 2_147_483_647
const noDeadlines = { firstPieceMs: noDeadlineMs, betweenPiecesMs: noDeadlineMs, totalMs: noDeadlineMs }
/** Without anything heard in between. */
const mostFailuresInARow = 4
/** Longer than anybody speaks in one breath; older audio is not replayed. */
const longestReplayMs = 120_000
/** The same while nothing has been heard since the last turn: what a recogniser that is doubted may have missed. */
const wordlessReplayMs = 30_000
/** Of audio that is too old, before it is let go of. */
const sparedMs = 1_000

/**
 * Recognisers in order of preference as one. When one breaks off, the next hears the open turn again from its beginning,
 * so that nothing that was said is lost; turns that were closed are not heard again.
 * @param ears At least one.
 */
export function createSpeechToTextGateway(ears: readonly SpeechToText[], parts: GatewayParts): SpeechToTextGateway {
  const pool = new ProviderPool('speech-to-text', ears, parts)
  return {
    id: ears[0]?.id ?? 'none',
    pool,
    hear: (audio, options, signal) => new Hearing(pool, parts, options).heard(audio, signal),
  }
}

/** A connection that is refused after all is refused by then. */
const staysMs = 500

/** Of audio; money is counted while somebody talks, not when they have hung up. */
const toldEveryMs = 5_000

/** One stream of audio, whoever hears it. */
class Hearing {
  readonly #pool: ProviderPool<SpeechToText>
  readonly #parts: GatewayParts
  readonly #options: HearingOptions
  readonly #breaks = new Map<ProviderState, number>()
  readonly #doubts: Doubts
  /** The first input of the open turn, and the time at which it begins. */
  #from = 0
  #fromMs = 0
  /** Whether words of the open turn were heard. */
  #hasWords = false

  constructor(pool: ProviderPool<SpeechToText>, parts: GatewayParts, options: HearingOptions) {
    this.#pool = pool
    this.#parts = parts
    this.#options = options
    this.#doubts = new Doubts(options.lang)
  }

  async *heard(audio: AsyncIterable<HearingInput>, signal: AbortSignal): AsyncGenerator<HearingEvent> {
    signal.throwIfAborted()
    using feed = new SharedFeed(audio)
    for (let failures = 0; ; ) {
      const chosen = this.#next()
      if (chosen === undefined) throw unavailable('unreachable', 'every recogniser')
      const offsetMs = this.#fromMs
      try {
        for await (const event of this.#believed(chosen, this.#attempt(chosen, feed, signal))) {
          if (event.kind !== 'connected') failures = 0
          const shifted = later(event, offsetMs)
          if (shifted.kind === 'end-of-turn') this.#closed(feed, shifted)
          else this.#hasWords ||= 'transcript' in shifted && shifted.transcript.text !== ''
          yield shifted
        }
        return
      } catch (error) {
        signal.throwIfAborted()
        const doubt = this.#doubts.taken()
        failures += 1
        if (feed.failedWith(error) || failures >= mostFailuresInARow) throw error
        const { state } = chosen
        this.#breaks.set(state, (this.#breaks.get(state) ?? 0) + 1)
        state.replaced()
        if (doubt === undefined) {
          this.#parts.log.warn(
            { ...failureFields(error), recogniser: state.id },
            'recogniser broke off, the turn is heard again',
          )
        } else
          this.#parts.log.warn({ doubt, recogniser: state.id }, 'recogniser tells nothing, the turn is heard again')
      }
    }
  }

  /** Its events, as long as there is no doubt that it hears; who was doubted is blamed once another hears something. */
  async *#believed(
    { state, adapter }: { state: ProviderState; adapter: SpeechToText },
    attempt: Attempt<HearingEvent>,
  ): AsyncGenerator<HearingEvent> {
    this.#doubts.begin(state, () => attempt.hangUp('stopped'))
    let staying: NodeJS.Timeout | undefined
    try {
      for await (const event of attempt.pieces()) {
        if (event.kind === 'connected') staying = setTimeout(() => attempt.vouch(), staysMs)
        const disbelieved = this.#doubts.disbelieved(event)
        if (disbelieved !== undefined) {
          attempt.hangUp('stopped')
          throw unavailable(disbelieved, state.id)
        }
        const blamed = this.#doubts.heard(event)
        if (blamed !== undefined) this.#blame(blamed.state, blamed.fault, adapter.id)
        yield event
      }
    } finally {
      clearTimeout(staying)
      this.#doubts.end()
    }
  }

  #blame(state: ProviderState, fault: DoubtfulFault, model: string): void {
    const error = unavailable(fault, state.id)
    state.enter()?.settle('bad')
    state.ended({ outcome: error.code, firstMs: undefined, totalMs: 0 }, error)
    const { current } = this.#parts.telemetry ?? {}
    this.#parts.onCall?.({
      kind: 'speech-to-text',
      provider: state.id,
      model,
      outcome: error.code,
      firstMs: undefined,
      totalMs: 0,
      inputSize: 0,
      outputSize: 0,
      modality: 'spoken',
      traceId: current?.traceId,
      asker: current?.asker,
    })
  }

  #next() {
    const breaks = ({ state }: { state: ProviderState }): number => this.#breaks.get(state) ?? 0
    return this.#pool
      .ordered()
      .toSorted((one, other) => breaks(one) - breaks(other))
      .find(({ state }) => state.admits)
  }

  #attempt(
    { state, adapter }: { state: ProviderState; adapter: SpeechToText },
    feed: SharedFeed<HearingInput>,
    signal: AbortSignal,
  ): Attempt<HearingEvent> {
    const pass = state.enter()
    if (pass === undefined) throw unavailable('unreachable', state.id)
    const observing = observed(this.#parts.telemetry, {
      kind: 'speech-to-text',
      provider: state.id,
      model: adapter.id,
    })
    const beganMs = this.#fromMs
    let heardMs = 0
    let toldMs = 0
    const tell = (): void => {
      if (heardMs === toldMs) return
      this.#parts.onHeard?.({ ...observing.by, provider: state.id, model: adapter.id, ms: heardMs - toldMs })
      toldMs = heardMs
    }
    const count = (input: HearingInput): void => {
      const ms = this.#lastingMs(input)
      heardMs += ms
      this.#doubts.fed(input, ms)
      this.#limit(feed, beganMs + heardMs)
      if (heardMs - toldMs >= toldEveryMs) tell()
    }
    return new Attempt<HearingEvent>(
      {
        pass,
        open: (stop) => adapter.hear(counted(feed.from(this.#from, stop), count), this.#options, stop),
        deadlines: noDeadlines,
        tooSlow: () => unavailable('too-slow', state.id),
        now: this.#pool.now,
        outcomeOf: (error) => (error instanceof OpsError ? error.code : 'unexpected'),
        isSignOfLife: ({ kind }) => kind !== 'connected',
        isOurs: (error) => feed.failedWith(error),
        within: observing.within,
        onEnd: (end) => {
          // The first event comes when somebody speaks, which says nothing about the recogniser.
          state.ended({ ...end, firstMs: undefined }, end.error)
          const call: Call = {
            ...observing.by,
            kind: 'speech-to-text',
            provider: state.id,
            model: adapter.id,
            outcome: end.outcome,
            firstMs: undefined,
            totalMs: end.totalMs,
            inputSize: Math.round(heardMs),
            outputSize: 0,
            modality: 'spoken',
          }
          tell()
          observing.ended(call, end.error)
          this.#parts.onCall?.(call)
        },
      },
      signal,
    )
  }

  /** What was said up to the end of the turn isn't heard again, nor is the order that ended it obeyed again. */
  #closed(feed: SharedFeed<HearingInput>, event: Extract<HearingEvent, { kind: 'end-of-turn' }>): void {
    const untilMs = event.transcript.words.at(-1)?.toMs ?? this.#fromMs
    let isFlushed = event.cause !== 'flush'
    this.#hasWords = false
    for (const input of feed.since(this.#from)) {
      const ms = this.#lastingMs(input)
      if (this.#fromMs + ms > untilMs && isFlushed) break
      if (input.kind === 'flush') isFlushed = true
      this.#from += 1
      this.#fromMs += ms
    }
    feed.forget(this.#from)
  }

  /** In a silence nothing is told, however long it lasts; so this is looked at whenever audio was handed on. */
  #limit(feed: SharedFeed<HearingInput>, untilMs: number): void {
    const mostMs = this.#hasWords ? longestReplayMs : wordlessReplayMs
    // Now and then, since all that is kept is moved.
    if (untilMs - this.#fromMs < mostMs + sparedMs) return
    for (const input of feed.since(this.#from)) {
      if (untilMs - this.#fromMs <= mostMs) break
      this.#from += 1
      this.#fromMs += this.#lastingMs(input)
    }
    feed.forget(this.#from)
  }

  #lastingMs(input: HearingInput): number {
    return input.kind === 'audio' ? durationMs(input.samples.length, this.#options.sampleRate) : 0
  }
}

async function* counted<Item>(items: AsyncIterable<Item>, count: (item: Item) => void): AsyncGenerator<Item> {
  for await (const item of items) {
    count(item)
    yield item
  }
}

function later(event: HearingEvent, ms: number): HearingEvent {
  if (ms === 0 || event.kind === 'turn-resumed' || event.kind === 'connected') return event
  if (event.kind === 'speech-started') return { ...event, atMs: event.atMs + ms }
  return { ...event, transcript: laterTranscript(event.transcript, ms) }
}

function laterTranscript(transcript: Transcript, ms: number): Transcript {
  const words = transcript.words.map((word) => ({ ...word, fromMs: word.fromMs + ms, toMs: word.toMs + ms }))
  return { ...transcript, words }
}

function unavailable(fault: 'unreachable' | DoubtfulFault, name: string): SpeechToTextError {
  return new SpeechToTextError(fault, { name, keySetting: 'its key', addressSetting: 'its address' })
}
