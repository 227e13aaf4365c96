import { ago } from './ago.ts'
import type { Provider, Providers } from './api-types.ts'
import { element, icon } from './dom.ts'
import { dollars, type OperationsWords } from './operations-words.ts'
import { lookOf, providerInTrouble } from './provider-card.ts'
import type { PageLang } from './words.ts'

/** Of everything that is wrong with a provider: what, since when, what users notice, and what is being done. */
export function troubleBoard(all: Providers, words: OperationsWords, lang: PageLang): HTMLElement | undefined {
  const troubled = all.providers.filter(providerInTrouble)
  const gone = isBudgetGone(all)
  if (troubled.length === 0 && !gone) return undefined
  return element(
    'section',
    { class: 'troubles', role: 'alert', 'aria-label': words.troubleNow },
    ...troubled.map((provider) => trouble(provider, all, words, lang)),
    ...(gone ? [moneyTrouble(all, words)] : []),
  )
}

function trouble(provider: Provider, all: Providers, words: OperationsWords, lang: PageLang): HTMLElement {
  const { id, kind, since, last_fault: fault } = provider
  const isAway = lookOf(provider) !== 'worse'
  const alarm = all.alarms.find((each) => each.provider === id)
  const replacement = all.providers.find(
    (other) => other.kind === kind && other !== provider && lookOf(other) === 'well',
  )
  const began = isAway ? since : (alarm?.since ?? since)
  const what = isAway ? (fault?.message ?? words.providerStates.away) : words.measure(alarm?.measure ?? 'first-piece')
  const rows: [string, string][] = [
    [words.sinceWhen, began === undefined ? words.unknown : `${ago(began, new Date(), lang)} (${timeOf(began, lang)})`],
    [
      words.usersNotice,
      isAway ? (replacement === undefined ? words.noOther[kind] : words.noticeLittle) : words.noticeSlow,
    ],
    [words.beingDone, doing(isAway, replacement, words)],
  ]
  return entry(kind, isAway ? '✕' : '↓', `${id} · ${words.providerKinds[kind]}`, what, rows)
}

/** Whether the day's money is spent. */
export function isBudgetGone({ spending }: Providers): boolean {
  return spending?.budget_usd !== undefined && spending.usd >= spending.budget_usd
}

function moneyTrouble({ spending }: Providers, words: OperationsWords): HTMLElement {
  const { usd = 0, budget_usd: budget = 0 } = spending ?? {}
  return entry('money', '✕', words.money, words.budgetGone(dollars(usd), dollars(budget)), [
    [words.sinceWhen, words.today],
    [words.usersNotice, words.noticeBudget],
    [words.beingDone, words.untilMidnight],
  ])
}

function entry(kind: string, shape: string, name: string, what: string, rows: [string, string][]): HTMLElement {
  return element(
    'div',
    { 'data-kind': kind },
    element('h2', {}, icon(shape), name),
    element('p', { class: 'what' }, what),
    element(
      'dl',
      {},
      ...rows.map(([title, text]) => element('div', {}, element('dt', {}, title), element('dd', {}, text))),
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
