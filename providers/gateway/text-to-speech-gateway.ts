import { durationMs } from '#providers/audio/pcm.ts'
import { Resampler } from '#providers/audio/resample.ts'
import { failureFields, OpsError } from '#runtime/errors.ts'
import { TextToSpeechError } from '../text-to-speech/errors.ts'
import type { SpeakingOptions, SpokenAudio, SpokenWord, TextToSpeech } from '../text-to-speech/text-to-speech.ts'
import { Attempt, type StageDeadlines } from './attempt.ts'
import type { Call } from './call.ts'
import { observed } from './observed.ts'
import { type GatewayParts, ProviderPool } from './provider-pool.ts'
import type { ProviderState } from './provider-state.ts'
import { firstToBegin } from './race.ts'
import { SharedFeed } from './shared-feed.ts'
import { SpeakingPace } from './speaking-pace.ts'

export interface TextToSpeechGateway extends TextToSpeech {
  readonly pool: ProviderPool<TextToSpeech>
}

const usualDeadlines: StageDeadlines = { firstPieceMs: 2_000, betweenPiecesMs: 2_000, totalMs: 600_000 }
const hedgeUntilKnownMs = 1_000
const soonestHedgeMs = 150
/** An utterance whose voices break off more often ends in the failure. */
const mostBreaks = 4
/** A word that is read otherwise than it is written is looked for no further than this. */
const nearest = 60

/**
 * Voices in order of preference as one. When one breaks off, the next goes on with the first word that was not heard to
 * its end; only that word may be heard in part before. All is given at the sample rate of the first.
 * @param voices At least one; they are closed with it.
 */
export function createTextToSpeechGateway(
  voices: readonly TextToSpeech[],
  parts: GatewayParts,
  deadlines: Partial<StageDeadlines> = {},
): TextToSpeechGateway {
  const pool = new ProviderPool('text-to-speech', voices, parts)
  const sampleRate = voices[0]?.sampleRate ?? 24_000
  const all = { ...usualDeadlines, ...deadlines }
  return {
    id: voices[0]?.id ?? 'none',
    sampleRate,
    pool,
    say: (text, options, signal) => new Utterance(pool, parts, all, sampleRate, options).said(text, signal),
    [Symbol.asyncDispose]: async () => {
      for (const voice of voices) await voice[Symbol.asyncDispose]()
    },
  }
}

/** Of 32,768; and so long may a voice take breath before it begins. */
const silence = 30
const longestSilenceMs = 1_500

interface Candidate {
  state: ProviderState
  adapter: TextToSpeech
}

/** One utterance, whoever says it. */
class Utterance {
  readonly #pool: ProviderPool<TextToSpeech>
  readonly #parts: GatewayParts
  readonly #deadlines: StageDeadlines
  readonly #sampleRate: number
  readonly #options: SpeakingOptions
  readonly #breaks = new Map<ProviderState, number>()
  readonly #candidates = new WeakMap<Attempt<SpokenAudio>, Candidate>()
  #waiting: Candidate[] = []
  /** Of the text, characters that were heard. */
  #heard = 0
  #emittedMs = 0
  /** Of the attempt that is passed on: how long it has been nothing but silence from its beginning. */
  #silentMs = 0
  #isAudible = false
  #pace: SpeakingPace

  constructor(
    pool: ProviderPool<TextToSpeech>,
    parts: GatewayParts,
    deadlines: StageDeadlines,
    sampleRate: number,
    options: SpeakingOptions,
  ) {
    this.#pool = pool
    this.#parts = parts
    this.#deadlines = deadlines
    this.#sampleRate = sampleRate
    this.#options = options
    this.#pace = new SpeakingPace(options.lang)
  }

  async *said(text: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<SpokenAudio> {
    signal.throwIfAborted()
    using feed = new SharedFeed(text)
    // Nobody is to be blamed for being slow before there is something to say.
    if (!(await feed.begun(signal))) return
    this.#waiting = this.#pool.ordered()
    for (let breaks = 0; ; breaks++) {
      const attempt = await firstToBegin(this.#race(feed, signal), signal)
      const from = this.#candidates.get(attempt)
      try {
        yield* this.#passedOn(attempt, from?.adapter.sampleRate ?? this.#sampleRate, feed)
        return
      } catch (error) {
        signal.throwIfAborted()
        this.#blame(from, error)
        if (feed.failedWith(error) || breaks >= mostBreaks) throw error
        from?.state.replaced()
        this.#parts.log.warn({ ...failureFields(error), voice: from?.state.id }, 'voice broke off, another goes on')
        this.#waiting = this.#afterBreak(from?.state)
        if (textIn(feed).slice(this.#heard).trim() === '' && feed.isOver) return
      }
    }
  }

  async *#passedOn(
    attempt: Attempt<SpokenAudio>,
    sampleRate: number,
    feed: SharedFeed<string>,
  ): AsyncGenerator<SpokenAudio> {
    const startMs = this.#emittedMs
    this.#silentMs = 0
    this.#isAudible = false
    this.#pace = new SpeakingPace(this.#options.lang)
    const resampler = sampleRate === this.#sampleRate ? undefined : new Resampler(sampleRate, this.#sampleRate)
    const unheard: SpokenWord[] = []
    for await (const { samples, words } of attempt.pieces()) {
      for (const { text, fromMs, toMs } of words) unheard.push({ text, fromMs: startMs + fromMs, toMs: startMs + toMs })
      yield this.#emitted(resampler?.push(samples) ?? samples, unheard, feed, false)
    }
    const rest = resampler?.rest() ?? new Int16Array()
    if (!this.#isAudible && /[\p{L}\p{N}]/u.test(textIn(feed).slice(this.#heard)))
      throw new UnintelligibleError('silent', 'a voice that is silent')
    if (rest.length > 0 || unheard.length > 0) yield this.#emitted(rest, unheard, feed, true)
  }

  /** A voice that says something, but not the text, has failed although its call has not. */
  #blame(candidate: Candidate | undefined, error: unknown): void {
    if (candidate === undefined || !(error instanceof UnintelligibleError)) return
    const { state, adapter } = candidate
    state.enter()?.settle('bad')
    state.ended({ outcome: error.code, firstMs: undefined, totalMs: 0 }, error)
    const { current } = this.#parts.telemetry ?? {}
    this.#parts.onCall?.({
      kind: 'text-to-speech',
      provider: state.id,
      model: adapter.id,
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

  /** A word is told once its sound was handed out, so that one whose voice broke off before isn't told twice. */
  #emitted(samples: Int16Array, unheard: SpokenWord[], feed: SharedFeed<string>, isLast: boolean): SpokenAudio {
    this.#emittedMs += durationMs(samples.length, this.#sampleRate)
    if (!this.#isAudible) {
      this.#isAudible = samples.some((sample) => Math.abs(sample) > silence)
      this.#silentMs += this.#isAudible ? 0 : durationMs(samples.length, this.#sampleRate)
      // Whoever listens hears no word in silence; another says them then.
      if (this.#silentMs > longestSilenceMs) throw new UnintelligibleError('silent', 'a voice that is silent')
      if (!this.#isAudible) return { samples, words: [] }
    }
    const count = isLast ? unheard.length : unheard.filter(({ toMs }) => toMs <= this.#emittedMs + 1).length
    const words = unheard.splice(0, count)
    // What was said of them was no speech of this language: another says them.
    if (!this.#pace.isPossible(words)) throw new UnintelligibleError('wrong-language', 'a voice of another language')
    for (const { text } of words) this.#heard = behind(text, textIn(feed), this.#heard)
    return { samples, words }
  }

  /** Whoever broke off may go on itself, but is asked after those that didn't. */
  #afterBreak(broken: ProviderState | undefined): Candidate[] {
    if (broken !== undefined) this.#breaks.set(broken, (this.#breaks.get(broken) ?? 0) + 1)
    const breaks = ({ state }: Candidate): number => this.#breaks.get(state) ?? 0
    return this.#pool.ordered().toSorted((one, other) => breaks(one) - breaks(other))
  }

  #race(feed: SharedFeed<string>, signal: AbortSignal) {
    return {
      next: () => this.#begin(feed, signal),
      hedgeAfterMs: (attempt: Attempt<SpokenAudio>) =>
        attempt.probing
          ? 0
          : Math.max(
              soonestHedgeMs,
              this.#candidates.get(attempt)?.state.firstPieces.quantile(0.95) ?? hedgeUntilKnownMs,
            ),
      nobody: () => unavailable('unreachable', 'every voice'),
    }
  }

  #begin(feed: SharedFeed<string>, signal: AbortSignal): Attempt<SpokenAudio> | undefined {
    for (;;) {
      const candidate = this.#waiting.shift()
      if (candidate === undefined) return undefined
      const { state, adapter } = candidate
      const pass = state.enter()
      if (pass === undefined) continue
      const startedAt = this.#heard
      const startedMs = this.#emittedMs
      const observing = observed(this.#parts.telemetry, {
        kind: 'text-to-speech',
        provider: state.id,
        model: adapter.id,
      })
      const attempt = new Attempt<SpokenAudio>(
        {
          pass,
          open: (stop) => adapter.say(unheardText(feed, startedAt, stop), this.#options, stop),
          deadlines: this.#deadlines,
          tooSlow: () => unavailable('broken-off', state.id),
          now: this.#pool.now,
          outcomeOf: (error) => (error instanceof OpsError ? error.code : 'unexpected'),
          isIdle: () => !feed.isOver && textIn(feed).slice(this.#heard).trim() === '',
          isOurs: (error) => feed.failedWith(error),
          within: observing.within,
          onEnd: (end) => {
            state.ended(end, end.error)
            const call: Call = {
              ...observing.by,
              kind: 'text-to-speech',
              provider: state.id,
              model: adapter.id,
              outcome: end.outcome,
              firstMs: end.firstMs,
              totalMs: end.totalMs,
              inputSize: textIn(feed).length - startedAt,
              outputSize: this.#emittedMs - startedMs,
              modality: 'spoken',
            }
            observing.ended(call, end.error)
            this.#parts.onCall?.(call)
          },
        },
        signal,
      )
      this.#candidates.set(attempt, candidate)
      return attempt
    }
  }
}

const remedy = 'Look at /operations: it says which voices are left alone.'

/** What a voice says is not its text. */
class UnintelligibleError extends TextToSpeechError {
  constructor(fault: 'silent' | 'wrong-language', name: string) {
    super(fault, { name, remedy })
  }
}

function unavailable(fault: 'unreachable' | 'broken-off', name: string): TextToSpeechError {
  return new TextToSpeechError(fault, { name, remedy })
}

function textIn(feed: SharedFeed<string>): string {
  return feed.since(0).join('')
}

async function* unheardText(feed: SharedFeed<string>, heard: number, signal: AbortSignal): AsyncGenerator<string> {
  let before = 0
  for await (const piece of feed.from(0, signal)) {
    const rest = piece.slice(Math.max(0, heard - before))
    before += piece.length
    if (rest !== '') yield rest
  }
}

/** Where the text goes on behind a word. One that is read otherwise than it's written stands for the next written one. */
function behind(word: string, text: string, from: number): number {
  const at = text.indexOf(word, from)
  if (at >= 0 && at - from <= nearest) return at + word.length
  const next = /^\s*\S+/.exec(text.slice(from))?.[0] ?? ''
  return from + next.length
}
