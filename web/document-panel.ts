import { ApiError } from './api.ts'
import type { Citation, DocumentPassage, WholeDocument } from './api-types.ts'
import { ownersView, sourceLink } from './citation-cards.ts'
import { element, icon } from './dom.ts'
import { freshnessBadge } from './freshness-badge.ts'
import { linesOf, parseMarkdown } from './markdown.ts'
import { markdownView, textViews } from './markdown-view.ts'
import { failureInWords, type Page } from './page.ts'

interface Target {
  documentId: string
  passageId: string
  quote?: string | undefined
}

/** Which of several citations is open, and how to get to the others. */
interface Place {
  n: number
  of: number
  go: (step: number) => void
}

/** A document beside the conversation (on a phone, above it), at the words that were quoted. */
export class DocumentPanel {
  readonly element = element('aside', { class: 'panel', hidden: true, tabindex: -1 })
  #loading = new AbortController()
  #opener: Element | null = null

  get isOpen(): boolean {
    return !this.element.hidden
  }

  openCitation(citations: readonly Citation[], n: number, page: Page): void {
    const at = citations.findIndex((citation) => citation.n === n)
    const citation = citations[at]
    if (citation === undefined) return
    const go = (step: number): void => {
      const next = citations[at + step]
      if (next !== undefined) this.openCitation(citations, next.n, page)
    }
    const target = { documentId: citation.document.id, passageId: citation.passage_id, quote: citation.quote }
    void this.open(target, page, { n: at + 1, of: citations.length, go })
  }

  async open(target: Target, page: Page, place?: Place): Promise<void> {
    const { words } = page
    if (!this.isOpen) this.#opener = document.activeElement
    this.#loading.abort()
    this.#loading = new AbortController()
    const { signal } = this.#loading
    this.element.hidden = false
    this.element.setAttribute('aria-label', words.document)
    document.body.classList.add('panel-open')
    this.#show(page, place, element('p', { class: 'panel-note', role: 'status' }, words.loading))
    this.element.focus({ preventScroll: true })
    try {
      const whole = await page.api.document(target.documentId, signal)
      this.#show(page, place, headView(whole, page), ...bodyViews(whole, target, page))
      const found = this.element.querySelector('mark') ?? this.element.querySelector('.passage.cited')
      // The line or step around it: a long command would scroll sideways to its end.
      const line = found?.closest('pre, p, li, tr') ?? found
      line?.scrollIntoView({ block: 'center' })
    } catch (error) {
      if (signal.aborted) return
      const failure = error instanceof ApiError ? error.failure : undefined
      if (failure !== undefined) page.failed(failure)
      const said = failure === undefined ? words.failed : failureInWords(failure, words)
      this.#show(page, place, element('p', { class: 'panel-note', role: 'alert' }, said))
    }
  }

  close(): void {
    if (!this.isOpen) return
    this.#loading.abort()
    this.element.hidden = true
    this.element.replaceChildren()
    document.body.classList.remove('panel-open')
    if (this.#opener instanceof HTMLElement && this.#opener.isConnected) this.#opener.focus({ preventScroll: true })
  }

  #show(page: Page, place: Place | undefined, ...content: readonly Node[]): void {
    const { words } = page
    const step = (label: string, glyph: string, by: number, possible: boolean) =>
      element(
        'button',
        { type: 'button', 'aria-label': label, title: label, disabled: !possible, onclick: () => place?.go(by) },
        icon(glyph),
      )
    const steps =
      place !== undefined && place.of > 1
        ? [
            step(words.previousSource, '‹', -1, place.n > 1),
            element('span', {}, words.sourceAt(place.n, place.of)),
            step(words.nextSource, '›', 1, place.n < place.of),
          ]
        : []
    const bar = element(
      'div',
      { class: 'panel-bar' },
      ...steps,
      element(
        'button',
        { type: 'button', class: 'panel-close', onclick: () => this.close() },
        words.close,
        ' ',
        element('kbd', {}, 'Esc'),
      ),
    )
    this.element.onkeydown = (event) => {
      if (event.target instanceof HTMLElement && event.target.closest('pre, .scroll') !== null) return
      if (event.key === 'ArrowLeft') place?.go(-1)
      if (event.key === 'ArrowRight') place?.go(1)
    }
    this.element.replaceChildren(bar, element('div', { class: 'panel-scroll' }, ...content))
  }
}

function headView(whole: WholeDocument, page: Page): HTMLElement {
  const { words } = page
  const { freshness } = whole
  return element(
    'header',
    { class: 'panel-head' },
    element('h2', { lang: whole.lang }, whole.title),
    element(
      'p',
      { class: 'card-facts' },
      freshnessBadge(freshness, page),
      ownersView(whole.owners, page),
      sourceLink(whole, page),
    ),
    freshness.reasons.length > 0 && element('p', { class: 'panel-reasons', lang: 'en' }, freshness.reasons.join(' ')),
    whole.masked_secrets > 0 && element('p', { class: 'panel-reasons' }, words.masked(whole.masked_secrets)),
  )
}

function bodyViews(whole: WholeDocument, target: Target, page: Page): Node[] {
  const quoted = quotedIn(whole.passages, target)
  const missing = target.quote !== undefined && quoted === undefined
  let heading = ''
  const passages = whole.passages.map((passage) => {
    const path = passage.heading.filter((part) => part !== whole.title).join(' › ')
    const isNew = path !== heading
    heading = path
    const isCited = passage === quoted?.passage || (quoted === undefined && passage.passage_id === target.passageId)
    return element(
      'section',
      { class: isCited ? 'passage cited' : 'passage', lang: passage.lang },
      isNew && path !== '' && element('h3', {}, path),
      passageFacts(passage, page),
      passage.suspicious && element('p', { class: 'passage-warning', lang: page.lang }, page.words.suspicious),
      ...textOf(whole, passage, passage === quoted?.passage ? quoted.marked : undefined, page),
    )
  })
  return missing ? [element('p', { class: 'panel-note' }, page.words.quoteMissing), ...passages] : passages
}

function passageFacts({ freshness, from_line, to_line }: DocumentPassage, page: Page): HTMLElement {
  const { words } = page
  const broken = freshness.broken_references.map(({ target }) => target).join(', ')
  const others = freshness.contradicted_by.map(({ title, theirs }) => `${title}: “${theirs}”`).join(' ')
  return element(
    'p',
    { class: 'passage-facts', lang: page.lang },
    freshnessBadge(freshness, page),
    element('span', {}, words.lines(from_line, to_line)),
    broken !== '' && element('span', { class: 'passage-warning' }, `${words.brokenReferences} ${broken}`),
    others !== '' && element('span', { class: 'passage-warning' }, `${words.contradictedBy} ${others}`),
  )
}

/** Markdown is laid out; anything else stands as it was written. */
function textOf(
  whole: WholeDocument,
  { text }: DocumentPassage,
  marked: { from: number; to: number } | undefined,
  { words }: Page,
): Node[] {
  const laidOut = /\.(md|mdx|markdown|ipynb)$/i.test(whole.path) || !/\.\w+$/.test(whole.path)
  if (laidOut) return markdownView(parseMarkdown(text, { citations: false }), { words, marked })
  const lines = linesOf(text).flatMap((line, index, all) => [
    ...textViews(line, { marked }),
    ...(index < all.length - 1 ? [document.createTextNode('\n')] : []),
  ])
  return [element('div', { class: 'verbatim' }, ...lines)]
}

/** In the cited passage, else in whatever passage holds the words: neighbours are cited under one id. */
function quotedIn(passages: readonly DocumentPassage[], { passageId, quote }: Target) {
  if (quote === undefined) return undefined
  const cited = passages.filter(({ passage_id }) => passage_id === passageId)
  for (const passage of [...cited, ...passages]) {
    const from = passage.text.indexOf(quote)
    if (from !== -1) return { passage, marked: { from, to: from + quote.length } }
  }
  return undefined
}
