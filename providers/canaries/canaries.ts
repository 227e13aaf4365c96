import type { Log } from '#runtime/log.ts'

/** A question whose answer is known. */
export interface Canary {
  question: string
  /** Whether an answer is right. */
  isRight: (answer: CanaryAnswer) => boolean
}

/** Of an answer, what tells whether it is right. */
export interface CanaryAnswer {
  text: string
  abstained: boolean
  /** Ids of the documents that it cites. */
  documents: readonly string[]
  /** Of what was written for it, something was not in the documents and had to be taken out. */
  hadLies: boolean
  /** Who wrote it; undefined: nobody but the documents. */
  provider: string | undefined
}

/** `lost`: it failed, which failures tell already. */
export type CanaryOutcome = 'right' | 'wrong' | 'empty' | 'abstained' | 'lost'

export interface CanaryParts {
  /** @throws When there is no answer. */
  ask: (question: string, signal: AbortSignal) => Promise<CanaryAnswer>
  /** Draws so many questions from what is indexed now, likely ones first. */
  draw: (count: number, signal: AbortSignal) => Promise<readonly Canary[]>
  /** Told of each that was asked; `provider` is undefined where no model wrote. */
  onOutcome: (provider: string | undefined, outcome: CanaryOutcome) => void
  log: Log
}

/** Candidates that are looked at for each question that is kept. */
const mostCandidates = 4

/**
 * Asks questions with known answers. Those that are drawn are kept only if they were answered right once: a canary has to
 * be alive when it is taken along.
 */
export class Canaries {
  readonly #parts: CanaryParts
  readonly #given: readonly Canary[]
  readonly #count: number
  #drawn: readonly Canary[] | undefined

  /** @param given Asked always. @param count How many are drawn beside them. */
  constructor(parts: CanaryParts, given: readonly Canary[], count: number) {
    this.#parts = parts
    this.#given = given
    this.#count = count
  }

  /** Asks each once. @returns How each went. */
  async round(signal: AbortSignal): Promise<CanaryOutcome[]> {
    const isFirst = this.#drawn === undefined
    this.#drawn ??= await this.#alive(signal)
    const outcomes: CanaryOutcome[] = []
    // Those that were drawn just now have been asked just now.
    for (const canary of isFirst ? this.#given : [...this.#given, ...this.#drawn]) {
      outcomes.push((await this.#asked(canary, signal)).outcome)
    }
    const wrong = outcomes.filter((outcome) => outcome !== 'right').length
    if (wrong > 0) this.#parts.log.warn({ asked: outcomes.length, wrong }, 'questions with known answers went wrong')
    return outcomes
  }

  async #alive(signal: AbortSignal): Promise<Canary[]> {
    if (this.#count === 0) return []
    const alive: Canary[] = []
    for (const canary of await this.#parts.draw(this.#count * mostCandidates, signal)) {
      if (alive.length >= this.#count) break
      const { outcome, tell } = await this.#answered(canary, signal)
      if (outcome !== 'right') continue
      alive.push(canary)
      tell()
    }
    this.#parts.log.info({ drawn: alive.length }, 'questions with known answers were drawn')
    return alive
  }

  async #asked(canary: Canary, signal: AbortSignal): Promise<{ outcome: CanaryOutcome }> {
    const { outcome, tell } = await this.#answered(canary, signal)
    tell()
    return { outcome }
  }

  async #answered(
    { question, isRight }: Canary,
    signal: AbortSignal,
  ): Promise<{ outcome: CanaryOutcome; tell: () => void }> {
    let outcome: CanaryOutcome = 'lost'
    let provider: string | undefined
    try {
      const answer = await this.#parts.ask(question, signal)
      provider = answer.provider
      outcome =
        answer.text.trim() === ''
          ? 'empty'
          : answer.abstained
            ? 'abstained'
            : isRight(answer) && !answer.hadLies
              ? 'right'
              : 'wrong'
    } catch (err) {
      signal.throwIfAborted()
      this.#parts.log.warn({ err }, 'a question with a known answer was not answered')
    }
    return { outcome, tell: () => this.#parts.onOutcome(provider, outcome) }
  }
}
