import { ago } from './ago.ts'
import type { Provider, Providers } from './api-types.ts'
import { element, icon } from './dom.ts'
import type { OperationsWords } from './operations-words.ts'
import { lookOf, providerInTrouble } from './provider-card.ts'
import type { PageLang } from './words.ts'

/** Of everything that is wrong with a provider: what, since when, what users notice, and what is being done. */
export function troubleBoard(all: Providers, words: OperationsWords, lang: PageLang): HTMLElement | undefined {
  const troubled = all.providers.filter(providerInTrouble)
  if (troubled.length === 0) return undefined
  return element(
    'section',
    { class: 'troubles', role: 'alert', 'aria-label': words.troubleNow },
    ...troubled.map((provider) => trouble(provider, all, words, lang)),
  )
}

function trouble(provider: Provider, all: Providers, words: OperationsWords, lang: PageLang): HTMLElement {
  const { id, kind, since, last_fault: fault } = provider
  const isAway = lookOf(provider) !== 'worse'
  const alarm = all.alarms.find((each) => each.provider === id)
  const replacement = all.providers.find(
    (other) => other.kind === kind && other !== provider && lookOf(other) === 'well',
  )
  const began = isAway ? since : alarm?.since
  const what = isAway ? (fault?.message ?? words.providerStates.away) : words.measure(alarm?.measure ?? 'first-piece')
  const rows: [string, string][] = [
    [words.sinceWhen, began === undefined ? words.unknown : `${ago(began, new Date(), lang)} (${timeOf(began, lang)})`],
    [
      words.usersNotice,
      isAway ? (replacement === undefined ? words.noOther[kind] : words.noticeLittle) : words.noticeSlow,
    ],
    [words.beingDone, doing(isAway, replacement, words)],
  ]
  return element(
    'div',
    { 'data-kind': kind },
    element('h2', {}, icon(isAway ? '✕' : '↓'), `${id} · ${words.providerKinds[kind]}`),
    element('p', { class: 'what' }, what),
    element(
      'dl',
      {},
      ...rows.map(([name, text]) => element('div', {}, element('dt', {}, name), element('dd', {}, text))),
    ),
  )
}

function doing(isAway: boolean, replacement: Provider | undefined, words: OperationsWords): string {
  if (replacement === undefined) return isAway ? words.triedAgain : words.nobodyElse
  return isAway ? words.replacedBy(replacement.id) : words.askedAfter(replacement.id)
}

function timeOf(date: string, lang: PageLang): string {
  return new Intl.DateTimeFormat(lang, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(date))
}
