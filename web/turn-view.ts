import type { Correction } from '#voice-bot/protocol.ts'
import type { Failure } from './api.ts'
import type { Answer, Citation, Passage, Warning } from './api-types.ts'
import { citationCards, citationChip, ownersView } from './citation-cards.ts'
import { element, icon } from './dom.ts'
import { feedbackRow } from './feedback-row.ts'
import { freshnessBadge, isDoubtful } from './freshness-badge.ts'
import { parseMarkdown } from './markdown.ts'
import { markdownView } from './markdown-view.ts'
import { failureInWords, type Page } from './page.ts'
import { heardText } from './voice/heard-text.ts'
import { type Latency, latencyRow } from './voice/latency-row.ts'

/** A question and what came of it so far. */
export interface Turn {
  /** What was heard may still be understood better. */
  question: string
  /** Words of the question that were heard otherwise; absent where it was typed. */
  corrections?: readonly Correction[] | undefined
  stage?: string | undefined
  text: string
  citations: Citation[]
  answer?: Answer | undefined
  failure?: Failure | { kind: 'stopped' } | undefined
  /** Passages of the nearest documents, where the answer abstains. */
  nearest: readonly Passage[]
  /** How a spoken turn ended; `joined`: it is answered together with the next. */
  end?: 'whole' | 'interrupted' | 'joined' | undefined
  /** What failed without keeping us from an answer. */
  notices?: readonly string[] | undefined
  /** From the end of the question to the first sound of the answer. */
  latency?: Latency | undefined
  /** The answer is spoken by us, so that no reader's voice needs to. */
  isAloud?: boolean | undefined
}

const severities: Readonly<Record<string, string>> = {
  destructive_command: 'danger',
  suspicious_source: 'danger',
  outdated_source: 'caution',
  sources_disagree: 'caution',
}

/** Shows a turn while it is being answered, and afterwards. */
export class TurnView {
  readonly element: HTMLElement
  readonly #turn: Turn
  readonly #page: Page
  readonly #retry: () => void
  readonly #question = element('h2', { class: 'question' })
  readonly #notices = element('div', { class: 'notices' })
  readonly #body = element('div', { class: 'answer' })
  readonly #status = element('p', { class: 'status', role: 'status' })
  readonly #sources = element('section', { class: 'sources' })
  readonly #foot = element('div', { class: 'turn-foot' })
  readonly #latency = element('div')
  /** The source of each block on show, so that only what changed is made anew. */
  #shown: string[] = []

  constructor(turn: Turn, page: Page, retry: () => void) {
    this.#turn = turn
    this.#page = page
    this.#retry = retry
    this.#sources.setAttribute('aria-label', page.words.sources)
    this.element = element(
      'li',
      { class: 'turn' },
      this.#question,
      element('div', { class: 'turn-main' }, this.#notices, this.#body, this.#status, this.#foot, this.#latency),
      this.#sources,
    )
    this.update()
  }

  /** Brings the view up to what the turn says now. */
  update(): void {
    const turn = this.#turn
    const ended = turn.answer !== undefined || turn.failure !== undefined || turn.end !== undefined
    this.#question.replaceChildren(...heardText(turn.question, turn.corrections ?? []))
    this.#body.setAttribute('aria-busy', String(!ended))
    this.#body.setAttribute('aria-live', turn.isAloud === true ? 'off' : 'polite')
    this.#body.lang = turn.answer?.lang ?? ''
    this.element.classList.toggle('abstained', turn.answer?.abstained === true)
    this.#notices.replaceChildren(...this.#noticeViews())
    this.#showAnswer()
    this.#showStatus()
    this.#showSources()
    // A spoken answer is whole before it is heard, and what is noted under it comes last.
    if (turn.answer !== undefined && this.#foot.childElementCount === 0) {
      this.#foot.replaceChildren(...this.#footViews(turn.answer))
    }
    const facts = this.#foot.querySelector('.facts')
    if (turn.answer !== undefined && facts !== null) facts.textContent = this.#factsOf(turn.answer)
    // The first sound is measured after the answer is whole, or before.
    if (turn.latency !== undefined && this.#latency.childElementCount === 0) {
      this.#latency.append(latencyRow(turn.latency, this.#page.lang))
    }
  }

  /** Blocks that didn't change stay as they are: their focus and selection live on while the rest is written. */
  #showAnswer(): void {
    const text = this.#turn.answer?.answer ?? this.#turn.text
    const known = this.#turn.citations.map(({ n }) => n).join(',')
    const blocks = parseMarkdown(text, { citations: true })
    const keys = blocks.map((block) => `${known}|${JSON.stringify(block)}`)
    const same = keys.findIndex((key, index) => key !== this.#shown[index])
    const keep = same === -1 ? keys.length : same
    while (this.#body.childNodes.length > keep) this.#body.lastChild?.remove()
    const citation = (n: number) => {
      const found = this.#turn.citations.find((one) => one.n === n)
      return found && citationChip(found, this.#turn.citations, this.#page)
    }
    this.#body.append(...markdownView(blocks.slice(keep), { words: this.#page.words, citation }))
    this.#shown = keys
  }

  #showStatus(): void {
    const { words } = this.#page
    const { failure, answer, stage, end } = this.#turn
    const isInterrupted = end === 'interrupted' && failure === undefined
    // What is spoken is heard to go on; it needs no word for that.
    const isSpoken = this.#turn.corrections !== undefined && this.#turn.text !== ''
    const isOver = answer !== undefined || ((end !== undefined || isSpoken) && failure === undefined)
    this.#status.hidden = !isInterrupted && isOver
    this.#status.classList.toggle('failed', failure !== undefined)
    if (isInterrupted) {
      this.#status.replaceChildren(words.interrupted)
      return
    }
    if (failure === undefined) {
      const said = Object.entries(words.stages).find(([name]) => name === stage)?.[1] ?? words.stages.searching
      this.#status.replaceChildren(element('span', { class: 'pulse', 'aria-hidden': 'true' }), said)
      return
    }
    const said = failure.kind === 'stopped' ? words.stopped : failureInWords(failure, words)
    this.#status.replaceChildren(said, ' ', element('button', { type: 'button', onclick: this.#retry }, words.retry))
  }

  #showSources(): void {
    const { citations, nearest, answer } = this.#turn
    if (citations.length > 0) {
      if (this.#sources.dataset.count === String(citations.length)) return
      this.#sources.dataset.count = String(citations.length)
      this.#sources.replaceChildren(citationCards(citations, this.#page))
    } else if (answer?.abstained === true && nearest.length > 0) {
      this.#sources.replaceChildren(nearestView(nearest, this.#page))
    }
    this.#sources.hidden = this.#sources.childElementCount === 0
  }

  /** What has to be known before the steps are read. */
  #noticeViews(): Node[] {
    const { words } = this.#page
    const { answer, citations } = this.#turn
    const views = (answer?.warnings ?? []).map((warning) => this.#warningView(warning))
    const told = answer?.warnings.some(({ code }) => code === 'outdated_source' || code === 'sources_disagree')
    const doubtful = citations.filter(({ freshness }) => isDoubtful(freshness)).map(({ n }) => `[${n}]`)
    if (doubtful.length > 0 && told !== true) views.unshift(notice('caution', words.doubtful(doubtful.join(' '))))
    views.push(...(this.#turn.notices ?? []).map((text) => notice('info', text)))
    if (answer?.abstained === true) views.unshift(element('p', { class: 'abstention' }, icon('∅'), words.abstained))
    return views
  }

  #warningView({ code, message }: Warning): HTMLElement {
    const { words } = this.#page
    const title = Object.entries(words.warnings).find(([name]) => name === code)?.[1] ?? words.warning
    return notice(severities[code] ?? 'info', message, title)
  }

  #footViews(answer: Answer): Node[] {
    return [feedbackRow(answer.trace_id, this.#page), element('p', { class: 'facts' })]
  }

  #factsOf(answer: Answer): string {
    const { words } = this.#page
    const facts = [
      words.by(answer.provider),
      ...(answer.timings_ms.total === undefined ? [] : [words.took(answer.timings_ms.total)]),
      ...(answer.abstained ? [] : [words.confidence(Math.round(answer.confidence * 100))]),
    ]
    return facts.join(' · ')
  }
}

function notice(severity: string, message: string, title?: string): HTMLElement {
  const glyph = severity === 'info' ? 'i' : '!'
  return element(
    'div',
    { class: 'notice', 'data-severity': severity, role: 'note' },
    icon(glyph),
    element('p', {}, title !== undefined && element('strong', {}, `${title}. `), ...withCode(message)),
  )
}

/** Sentences about commands name them between backticks. */
function withCode(message: string): Node[] {
  return message
    .split(/`([^`]+)`/)
    .map((part, at) => (at % 2 === 1 ? element('code', {}, part) : document.createTextNode(part)))
}

/** One line for each document, with who may know more. */
function nearestView(passages: readonly Passage[], page: Page): HTMLElement {
  const documents = new Map(passages.toReversed().map((passage) => [passage.document.id, passage]))
  const rows = [...documents.values()].toReversed().map((passage) =>
    element(
      'li',
      { class: 'card', 'data-state': passage.freshness.state },
      element(
        'button',
        {
          type: 'button',
          class: 'card-open',
          onclick: () => page.openDocument(passage.document.id, passage.passage_id),
        },
        element('span', { class: 'card-place', lang: passage.document.lang }, passage.document.title),
      ),
      element(
        'div',
        { class: 'card-facts' },
        freshnessBadge(passage.freshness, page),
        ownersView(passage.document.owners, page),
      ),
    ),
  )
  return element('div', {}, element('h3', {}, page.words.nearest), element('ol', { class: 'cards' }, ...rows))
}
