import type { Citation } from './api-types.ts'
import { element, isWebAddress, outwardLink } from './dom.ts'
import { freshnessBadge, freshnessInWords, isDoubtful } from './freshness-badge.ts'
import { parseMarkdown, plainText } from './markdown.ts'
import type { Page } from './page.ts'

/** [n] in an answer: opens its source. */
export function citationChip(citation: Citation, citations: readonly Citation[], page: Page): HTMLElement {
  const label = page.words.source(citation.n, citation.document.title, freshnessInWords(citation.freshness, page))
  return element(
    'button',
    {
      type: 'button',
      class: 'chip',
      'data-state': citation.freshness.state,
      'data-doubtful': isDoubtful(citation.freshness),
      'aria-label': label,
      title: label,
      onclick: () => page.openCitation(citations, citation.n),
    },
    String(citation.n),
  )
}

/** The sources of an answer: number, quote, place, age, owners. The arrow keys go from one to the next. */
export function citationCards(citations: readonly Citation[], page: Page): HTMLElement {
  const list = element('ol', { class: 'cards' }, ...citations.map((citation) => card(citation, citations, page)))
  list.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    const buttons = [...list.querySelectorAll<HTMLElement>('.card-open')]
    const next = buttons[buttons.findIndex((button) => button.matches(':focus')) + step]
    if (next === undefined) return
    event.preventDefault()
    event.stopPropagation()
    next.focus()
  })
  return list
}

/** "Ledger failover › Planned switchover" */
export function placeOf({ document: { title }, heading }: Citation): string {
  return [title, ...heading.filter((each) => each !== title)].join(' › ')
}

function card(citation: Citation, citations: readonly Citation[], page: Page): HTMLElement {
  const { document: cited, freshness } = citation
  const quote = plainText(parseMarkdown(withoutFences(citation.quote), { citations: false }))
  return element(
    'li',
    { class: 'card', 'data-state': freshness.state },
    element(
      'button',
      {
        type: 'button',
        class: 'card-open',
        'data-n': citation.n,
        onclick: () => page.openCitation(citations, citation.n),
      },
      element('span', { class: 'card-number' }, String(citation.n)),
      element('span', { class: 'card-place', lang: cited.lang }, placeOf(citation)),
      element('span', { class: 'card-quote', lang: cited.lang }, quote),
    ),
    element(
      'div',
      { class: 'card-facts' },
      freshnessBadge(freshness, page),
      ownersView(cited.owners, page),
      sourceLink(cited, page, citation.url),
    ),
  )
}

export function ownersView(owners: readonly string[], { words }: Page): HTMLElement {
  const names = owners.length === 0 ? words.nobody : owners.join(', ')
  return element('span', { class: 'owners', title: words.owners }, names)
}

/** To the document where it lives, or to the passage in it; a file on the server's disk has no address to go to. */
export function sourceLink(source: Citation['document'], { words }: Page, url = source.url): HTMLElement {
  const path = element('span', { class: 'path' }, source.path)
  if (!isWebAddress(source.url))
    return element('span', { class: 'source', title: `${source.source}: ${source.path}` }, path)
  const link = outwardLink(url, path, ' ↗')
  link.className = 'source'
  link.title = words.openAtSource
  return link
}

/** A quote can begin or end in the middle of a block of code. */
function withoutFences(quote: string): string {
  return quote.replaceAll(/^ *(```|~~~).*$/gm, '')
}
