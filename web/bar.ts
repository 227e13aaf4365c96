import type { Status } from './api-types.ts'
import { element, icon } from './dom.ts'
import type { Page } from './page.ts'

export interface BarActions {
  newConversation: (() => void) | undefined
  otherLanguage: () => void
  otherTheme: () => void
  signOut: (() => void) | undefined
}

/** The line above everything: the name, and the few things that concern the whole page. */
export function barViews({ words, lang }: Page, actions: BarActions): Node[] {
  const button = (label: string, onclick: () => void, attributes = {}) =>
    element('button', { type: 'button', onclick, ...attributes }, label)
  const theme = element(
    'button',
    { type: 'button', 'aria-label': words.theme, title: words.theme, onclick: actions.otherTheme },
    icon('◑'),
  )
  return [
    element('a', { class: 'skip', href: '#question' }, words.skip),
    element('span', { class: 'brand' }, icon('☾'), 'Nightdesk'),
    element('span', { class: 'gap' }),
    ...(actions.newConversation === undefined ? [] : [button(words.newConversation, actions.newConversation)]),
    button(words.otherLanguage, actions.otherLanguage, { lang: lang === 'en' ? 'ja' : 'en' }),
    theme,
    ...(actions.signOut === undefined ? [] : [button(words.signOut, actions.signOut)]),
  ]
}

/** The line below: what is loaded, who one is here, and the keys. */
export function footViews({ words }: Page, status: Status | undefined, isSignedIn: boolean): Node[] {
  const facts =
    status === undefined
      ? []
      : [
          ...(status.documents === undefined ? [] : [words.loaded(status.documents)]),
          ...(status.samples ? [words.samples] : []),
          ...(status.waiting_for.length === 0 ? [] : [words.syncing(status.waiting_for.join(', '))]),
          ...(isSignedIn ? [words.signedInAs(status.principal)] : []),
        ]
  const keys = words.keys.flatMap(([key, does]) => [element('kbd', {}, key), ` ${does} `])
  const operations = element('a', { href: '/operations' }, words.operations)
  return [element('span', {}, facts.join(' · ')), operations, element('span', { class: 'keys' }, ...keys)]
}

/** From what is seen now to the other, kept for the next visit. */
export function switchTheme(storageKey: string): void {
  const root = document.documentElement
  const chosen = root.dataset.theme
  const isDark = chosen === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark'
  const other = isDark ? 'light' : 'dark'
  root.dataset.theme = other
  localStorage.setItem(storageKey, other)
}
