import { ApiError, type Failure } from './api.ts'
import { element } from './dom.ts'
import type { Page } from './page.ts'
import { type Turn, TurnView } from './turn-view.ts'

const nearestLimit = 6
const storageKey = 'nightdesk.conversation'
const idKey = 'nightdesk.conversation-id'

/** The questions and answers of one conversation, the last of which may still be under way. */
export class Conversation {
  readonly element = element('ol', { class: 'thread' })
  readonly #page: Page
  readonly #changed: () => void
  readonly #askAgain: (question: string) => void
  #turns: Turn[] = []
  #views = new Map<Turn, TurnView>()
  #asking: AbortController | undefined
  /** Of the talk that these turns belong to, where it isn't told by an answer. */
  #conversationId: string | undefined

  /** @param askAgain By voice while one talks, else by text. */
  constructor(page: Page, changed: () => void, askAgain: (question: string) => void) {
    this.#page = page
    this.#changed = changed
    this.#askAgain = askAgain
    this.#turns = storedTurns()
    this.#conversationId = sessionStorage.getItem(idKey) ?? undefined
    this.render()
  }

  get isBusy(): boolean {
    return this.#asking !== undefined
  }

  get isEmpty(): boolean {
    return this.#turns.length === 0
  }

  /** To go on with, by text or by voice; nothing before the first answer. */
  get id(): string | undefined {
    return this.#conversationId ?? this.#turns.findLast(({ answer }) => answer !== undefined)?.answer?.conversation_id
  }

  /** The turns from now on belong to this conversation. */
  continueAs(conversationId: string): void {
    this.#conversationId = conversationId
    sessionStorage.setItem(idKey, conversationId)
  }

  /** Makes all views anew, in the language that the page has now. */
  render(): void {
    this.#views = new Map(this.#turns.map((turn) => [turn, new TurnView(turn, this.#page, () => this.#retry(turn))]))
    this.element.replaceChildren(...[...this.#views.values()].map((view) => view.element))
  }

  async ask(question: string): Promise<void> {
    this.stop()
    const asking = new AbortController()
    this.#asking = asking
    const turn = this.begin(question)
    await this.#answer(turn, asking.signal)
    if (this.#asking === asking) this.#asking = undefined
    this.ended(turn)
  }

  /** Puts a turn at the end that somebody else answers. */
  begin(question: string): Turn {
    const turn: Turn = { question, text: '', citations: [], nearest: [] }
    this.#turns.push(turn)
    const view = new TurnView(turn, this.#page, () => this.#retry(turn))
    this.#views.set(turn, view)
    this.element.append(view.element)
    this.#changed()
    view.element.scrollIntoView({ block: 'start' })
    return turn
  }

  show(turn: Turn): void {
    this.#views.get(turn)?.update()
  }

  ended(_turn: Turn): void {
    storeTurns(this.#turns)
    this.#changed()
  }

  stop(): void {
    this.#asking?.abort()
    this.#asking = undefined
  }

  clear(): void {
    this.stop()
    this.#turns = []
    this.#conversationId = undefined
    sessionStorage.removeItem(idKey)
    this.render()
    storeTurns([])
    this.#changed()
  }

  focusSources(): boolean {
    const first = [...this.element.querySelectorAll<HTMLElement>('.turn:last-child .card-open')].at(0)
    first?.focus()
    return first !== undefined
  }

  openSource(n: number): void {
    const turn = this.#turns.at(-1)
    if (turn !== undefined) this.#page.openCitation(turn.citations, n)
  }

  async #answer(turn: Turn, signal: AbortSignal): Promise<void> {
    const { api } = this.#page
    const conversationId = this.id
    try {
      const asked = {
        question: turn.question,
        ...(conversationId !== undefined && { conversation_id: conversationId }),
      }
      for await (const event of api.ask(asked, signal)) {
        if (event.kind === 'status') turn.stage = event.stage
        if (event.kind === 'delta') turn.text += event.text
        if (event.kind === 'citation') turn.citations.push(event.citation)
        if (event.kind === 'done') {
          turn.answer = event.answer
          turn.citations = event.answer.citations
        }
        this.show(turn)
      }
      if (turn.answer?.abstained === true && turn.citations.length === 0) {
        turn.nearest = await api.search(turn.question, nearestLimit, signal)
      }
    } catch (error) {
      // An abstention is whole without its nearest documents.
      if (turn.answer === undefined) this.#fail(turn, error, signal)
    }
    this.show(turn)
  }

  #fail(turn: Turn, error: unknown, signal: AbortSignal): void {
    if (signal.aborted) {
      turn.failure = { kind: 'stopped' }
      return
    }
    const failure: Failure =
      error instanceof ApiError ? error.failure : { kind: 'refused', detail: this.#page.words.failed }
    turn.failure = failure
    this.#page.failed(failure)
  }

  #retry(turn: Turn): void {
    this.#turns = this.#turns.filter((other) => other !== turn)
    this.#views.get(turn)?.element.remove()
    this.#views.delete(turn)
    this.#askAgain(turn.question)
  }
}

/** Finished turns outlive a reload of the tab, not the tab. */
function storeTurns(turns: readonly Turn[]): void {
  const finished = turns.filter(({ answer, end }) => answer !== undefined || end !== undefined)
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(finished))
  } catch {
    // A full or forbidden storage costs the reload its conversation, nothing else.
    sessionStorage.removeItem(storageKey)
  }
}

function storedTurns(): Turn[] {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey) ?? '[]')
  } catch {
    // Whatever else stands there is not ours.
    return []
  }
}
