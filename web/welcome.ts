import type { Document, Status } from './api-types.ts'
import { element } from './dom.ts'
import type { Page } from './page.ts'

const shown = 4
const maxTitleChars = 60

/** Of the link to a call that somebody came by. */
export type LinkState = 'taken' | 'refused'

/** What this is, before anything was asked. */
export function welcomeView({ words }: Page, status: Status | undefined, link: LinkState | undefined): HTMLElement {
  const isLoading = (status?.waiting_for.length ?? 0) > 0
  const isBare = !isLoading && status?.documents === 0
  return element(
    'section',
    { class: 'welcome' },
    element('h1', {}, link === 'taken' ? words.callWelcome : words.welcome),
    element('p', {}, link === 'taken' ? words.callText : words.welcomeText),
    link === 'refused' && element('p', { class: 'bare', role: 'alert' }, words.callRefused),
    isLoading && element('p', { class: 'loading', role: 'status' }, words.stillLoading),
    isBare && element('p', { class: 'bare', role: 'status' }, words.nothingLoaded),
  )
}

/** A few questions that the loaded documents should answer. */
export function examplesView(documents: readonly Document[], page: Page, ask: (question: string) => void): HTMLElement {
  const { words } = page
  const examples = exampleDocuments(documents, page.lang).map(({ title, kind }) => {
    const question = kind === 'alert' ? words.exampleAlert(title) : words.examplePage(title)
    const button = element('button', { type: 'button', class: 'example', onclick: () => ask(question) }, question)
    return element('li', {}, button)
  })
  return element(
    'section',
    { class: 'examples', hidden: examples.length === 0 },
    element('h2', {}, words.examples),
    element('ul', {}, ...examples),
  )
}

/** One from each folder in turn, in the reader's language where there is enough of it; tables of contents answer little. */
function exampleDocuments(documents: readonly Document[], lang: string): Document[] {
  const short = documents.filter(
    ({ title, path }) => title.length <= maxTitleChars && !/(^|\/)(readme|index)\.\w+$/i.test(path),
  )
  const own = short.filter((document) => document.lang === lang)
  const folders = Map.groupBy(own.length >= shown ? own : short, ({ path }) => path.slice(0, path.lastIndexOf('/') + 1))
  const longest = Math.max(0, ...[...folders.values()].map((folder) => folder.length))
  const inTurn = Array.from({ length: longest }, (_, at) => [...folders.values()].flatMap((folder) => folder[at] ?? []))
  return inTurn.flat().slice(0, shown)
}
