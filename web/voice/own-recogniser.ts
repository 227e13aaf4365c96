/** What we use of a SpeechRecognition, which TypeScript's library doesn't know. */
interface Recogniser extends EventTarget {
  lang: string
  continuous: boolean
  interimResults: boolean
  start(): void
  abort(): void
  stop(): void
}
interface RecognisedEvent extends Event {
  readonly resultIndex: number
  readonly results: SpeechRecognitionResultList
}
declare global {
  interface Window {
    readonly SpeechRecognition?: new () => Recogniser
    readonly webkitSpeechRecognition?: new () => Recogniser
  }
}

export interface RecogniserListener {
  /** What was said since the last `final`, so far. */
  interim(text: string): void
  final(text: string): void
  /** It won't go on: `denied`, or its maker's servers can't be reached. */
  failed(reason: 'denied' | 'unreachable'): void
}

/** Browsers end a recognition by themselves, at the latest after a minute; ending at once again and again means that it can't. */
const shortestSessionMs = 500
const patience = 3

/** Whether this browser can understand speech by itself (or by its maker's servers). */
export function hasOwnRecogniser(): boolean {
  return window.SpeechRecognition !== undefined || window.webkitSpeechRecognition !== undefined
}

/** The browser's own speech recognition, begun again whenever the browser ends it. */
export class OwnRecogniser {
  readonly #recogniser: Recogniser
  readonly #listener: RecogniserListener
  #isWanted = false
  #startedAt = 0
  #shortSessions = 0

  /** @throws {TypeError} Where `hasOwnRecogniser` says no. */
  constructor(listener: RecogniserListener) {
    const Made = window.SpeechRecognition ?? window.webkitSpeechRecognition
    if (Made === undefined) throw new TypeError('This browser has no speech recognition')
    this.#listener = listener
    this.#recogniser = new Made()
    this.#recogniser.continuous = true
    this.#recogniser.interimResults = true
    this.#recogniser.addEventListener('result', (event) => this.#heard(event))
    this.#recogniser.addEventListener('error', (event) => this.#erred(event))
    this.#recogniser.addEventListener('end', () => this.#ended())
  }

  /** @param lang BCP 47; takes effect when it begins the next time. */
  start(lang: string): void {
    this.#recogniser.lang = lang
    if (this.#isWanted) return
    this.#isWanted = true
    this.#shortSessions = 0
    this.#begin()
  }

  /** What was said until now is still told. */
  finish(): void {
    this.#isWanted = false
    this.#recogniser.stop()
  }

  /** What was said until now is dropped. */
  close(): void {
    this.#isWanted = false
    this.#recogniser.abort()
  }

  #begin(): void {
    this.#startedAt = performance.now()
    try {
      this.#recogniser.start()
    } catch {
      // It is still ending: `end` follows, and begins it again.
    }
  }

  #heard(event: Event): void {
    if (!isRecognised(event)) return
    const results = [...event.results].slice(event.resultIndex)
    for (const result of results) if (result.isFinal) this.#listener.final(textOf(result))
    const interim = results.filter(({ isFinal }) => !isFinal).map(textOf)
    if (interim.length > 0) this.#listener.interim(interim.join(' '))
  }

  #erred(event: Event): void {
    const error = 'error' in event ? String(event.error) : ''
    if (error === 'not-allowed' || error === 'service-not-allowed') this.#give('denied')
    if (error === 'network') this.#give('unreachable')
  }

  #give(reason: 'denied' | 'unreachable'): void {
    if (!this.#isWanted) return
    this.#isWanted = false
    this.#listener.failed(reason)
  }

  #ended(): void {
    if (!this.#isWanted) return
    const isShort = performance.now() - this.#startedAt < shortestSessionMs
    this.#shortSessions = isShort ? this.#shortSessions + 1 : 0
    if (this.#shortSessions >= patience) this.#give('unreachable')
    else this.#begin()
  }
}

function isRecognised(event: Event): event is RecognisedEvent {
  return 'results' in event && 'resultIndex' in event
}

function textOf(result: SpeechRecognitionResult): string {
  return result[0]?.transcript.trim() ?? ''
}

/** A word or two may be a nod, or a noise that was taken for one. */
const interruptingWords = 2
const interruptingChars = 5

/**
 * Whether somebody interrupts us by these words, or it is just our own voice coming back: the browser's recogniser may
 * hear us.
 */
export function isInterruption(heard: string, saidByUs: string): boolean {
  const words = wordsOf(heard)
  const isLong = words.length >= interruptingWords || (words.length === 1 && heard.length >= interruptingChars)
  if (!isLong) return false
  const ours = new Set(wordsOf(saidByUs))
  return words.filter((word) => !ours.has(word)).length * 2 > words.length
}

function wordsOf(text: string): string[] {
  return [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text.toLowerCase())]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment)
}
