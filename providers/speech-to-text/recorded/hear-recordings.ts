import { Arrivals } from '#providers/audio/arrivals.ts'
import type { HearingEvent, HearingInput, HearingOptions, Transcript } from '../speech-to-text.ts'
import { TurnHeard } from '../turn-heard.ts'
import { type SegmentEvent, SpeechSegments } from './speech-segments.ts'

/** What is in a recording. */
export interface Transcription {
  text: string
  /** Where they are told: seconds from the beginning of the recording. */
  words: readonly { word: string; start: number; end: number }[]
}

/** Yields what there is of it, the last one whole. */
export type Transcriber = (
  samples: Int16Array,
  options: HearingOptions,
  signal: AbortSignal,
) => AsyncIterable<Transcription>

const usualEndOfTurnMs = 800
/** Those who take recordings don't say how sure they are. */
const confidence = 0.8

/** Hears a stream with a recogniser that takes recordings: speech is handed over at each pause. */
export async function* hearRecordings(
  transcriber: Transcriber,
  audio: AsyncIterable<HearingInput>,
  options: HearingOptions,
  signal: AbortSignal,
): AsyncGenerator<HearingEvent> {
  signal.throwIfAborted()
  const events = new Arrivals<HearingEvent>()
  events.push({ kind: 'connected' })
  const iterator = audio[Symbol.asyncIterator]()
  const hangUp = new AbortController()
  const stop = (): void => {
    hangUp.abort(signal.reason)
    events.fail(signal.reason)
  }
  signal.addEventListener('abort', stop)
  take(transcriber, iterator, options, events, hangUp.signal).then(
    () => events.end(),
    (error: unknown) => events.fail(error),
  )
  try {
    yield* events
  } finally {
    signal.removeEventListener('abort', stop)
    hangUp.abort(new Error('nobody listens any more'))
    events.end()
    iterator.return?.().then(undefined, () => undefined)
  }
}

async function take(
  transcriber: Transcriber,
  audio: AsyncIterator<HearingInput>,
  options: HearingOptions,
  events: Arrivals<HearingEvent>,
  signal: AbortSignal,
): Promise<void> {
  const { sampleRate, endOfTurnSilenceMs: endOfTurnMs = usualEndOfTurnMs } = options
  const segments = new SpeechSegments({ sampleRate, endOfTurnMs })
  const turn = new TurnHeard()
  // Recordings are sent while more is heard; what comes of them is told in the order in which it was said.
  let told: Promise<void> = Promise.resolve()
  let failed: { error: unknown } | undefined
  let giveUp: ((error: unknown) => void) | undefined
  const then = (work: () => Promise<void> | void): void => {
    told = told.then(work)
    told.catch((error: unknown) => {
      failed ??= { error }
      giveUp?.(error)
    })
  }
  const tell = (some: Iterable<HearingEvent>): void => {
    for (const event of some) events.push(event)
  }
  const follow = (some: Iterable<SegmentEvent>): void => {
    for (const event of some) {
      if (event.kind === 'started') then(() => events.push({ kind: 'speech-started', atMs: event.atMs }))
      else if (event.kind === 'segment') {
        const pieces = kept(transcriber(event.samples, options, signal))
        then(() => tellSegment(pieces, event, turn, tell))
      } else then(() => tell(turn.end('silence')))
    }
  }
  const endTurn = (cause: 'flush' | 'end-of-audio'): void => {
    follow(segments.cut())
    then(() => tell(turn.end(cause)))
  }
  for (;;) {
    if (failed !== undefined) throw failed.error
    // Not raced with a promise that lasts as long as the audio, which would keep what came of each piece.
    const next = await new Promise<IteratorResult<HearingInput>>((resolve, reject) => {
      giveUp = reject
      audio.next().then(resolve, reject)
    })
    if (next.done === true) break
    if (next.value.kind === 'flush') endTurn('flush')
    else follow(segments.hear(next.value.samples))
  }
  endTurn('end-of-audio')
  await told
}

async function tellSegment(
  pieces: AsyncIterable<Transcription>,
  { fromMs, toMs }: Extract<SegmentEvent, { kind: 'segment' }>,
  turn: TurnHeard,
  tell: (events: Iterable<HearingEvent>) => void,
): Promise<void> {
  let last: Transcript | undefined
  for await (const piece of pieces) {
    last = transcriptOf(piece, fromMs, toMs)
    tell(turn.interim(last))
  }
  if (last !== undefined) tell(turn.final(last))
}

/** Begun at once, handed out later; what fails meanwhile fails then. */
function kept<Item>(items: AsyncIterable<Item>): AsyncIterable<Item> {
  const arrivals = new Arrivals<Item>()
  const pull = async (): Promise<void> => {
    for await (const item of items) arrivals.push(item)
  }
  pull().then(
    () => arrivals.end(),
    (error: unknown) => arrivals.fail(error),
  )
  return arrivals
}

/** Words whose times aren't told share the time of their stretch by their length. */
function transcriptOf({ text, words }: Transcription, fromMs: number, toMs: number): Transcript {
  const whole = text.trim()
  const timed = words.map(({ word, start, end }) => ({
    text: word.trim(),
    fromMs: Math.round(fromMs + start * 1000),
    toMs: Math.round(fromMs + end * 1000),
    confidence,
  }))
  return {
    text: whole,
    words: timed.length > 0 ? timed : shared(whole, fromMs, toMs),
    confidence: whole === '' ? 0 : confidence,
  }
}

function shared(text: string, fromMs: number, toMs: number): Transcript['words'] {
  const words = text.split(/\s+/).filter((word) => word !== '')
  const letters = words.reduce((sum, word) => sum + word.length, 0)
  let before = 0
  return words.map((word) => {
    const from = fromMs + ((toMs - fromMs) * before) / letters
    before += word.length
    return { text: word, fromMs: from, toMs: fromMs + ((toMs - fromMs) * before) / letters, confidence }
  })
}
