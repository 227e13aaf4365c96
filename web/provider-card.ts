import { ago } from './ago.ts'
import type { Provider, Providers } from './api-types.ts'
import { element, icon } from './dom.ts'
import { dollars, type OperationsWords } from './operations-words.ts'
import type { PageLang } from './words.ts'

export type ProviderOrder = 'pin' | 'drain' | 'release'

export interface ProviderActions {
  order: (provider: Provider, order: ProviderOrder) => void
}

type Look = keyof OperationsWords['providerStates']

/** A shape for each state, so that colour isn't all that tells them apart. */
const shapes: Readonly<Record<Look, string>> = { well: '✓', probing: '◔', worse: '↓', drained: '‖', away: '✕' }
/** The frames of source cards, whose colours mean the same. */
const frames: Readonly<Record<Look, string>> = {
  well: 'idle',
  probing: 'waiting',
  worse: 'paused',
  drained: 'paused',
  away: 'failed',
}

/** Whether somebody should look at it. */
export function providerInTrouble(provider: Provider): boolean {
  const look = lookOf(provider)
  return look === 'away' || look === 'probing' || look === 'worse'
}

export function lookOf({ state, drained, demoted }: Provider): Look {
  if (drained) return 'drained'
  if (state === 'open') return 'away'
  if (state === 'probing') return 'probing'
  return demoted ? 'worse' : 'well'
}

/** How a provider is doing, and what can be done about it. */
export function providerCard(
  provider: Provider,
  all: Providers,
  words: OperationsWords,
  lang: PageLang,
  actions: ProviderActions,
): HTMLElement {
  const { id, kind, last_fault: fault, pinned, drained } = provider
  const look = lookOf(provider)
  const alarm = all.alarms.find((each) => each.provider === id)
  const order = (name: ProviderOrder): HTMLElement =>
    element(
      'button',
      { type: 'button', 'aria-label': `${words.orders[name]} ${id}`, onclick: () => actions.order(provider, name) },
      words.orders[name],
    )
  return element(
    'section',
    { class: 'source provider', 'data-state': frames[look], 'aria-label': id },
    element(
      'header',
      {},
      element('h2', {}, id),
      element('span', { class: 'kind' }, words.providerKinds[kind]),
      element('span', { class: 'state' }, icon(shapes[look]), words.providerStates[look]),
      pinned && element('span', { class: 'kind' }, words.pinned),
      element('span', { class: 'gap' }),
      ...(pinned || drained ? [order('release')] : [order('pin'), order('drain')]),
    ),
    alarm !== undefined &&
      element(
        'p',
        { class: 'pause' },
        words.changedSince(words.measure(alarm.measure), ago(alarm.since, new Date(), lang)),
      ),
    fault !== undefined &&
      look !== 'away' &&
      element('p', { class: 'note' }, words.lastFault(fault.message, ago(fault.at, new Date(), lang))),
    facts(provider, words, lang),
  )
}

function facts(
  { id, calls, failures, fallbacks, first_piece_ms: first, cost_usd: cost, served_by: servedBy, allowance }: Provider,
  words: OperationsWords,
  lang: PageLang,
): HTMLElement {
  const rows: [string, string][] = [[words.calls, words.callsText(calls, failures, fallbacks)]]
  if (first !== undefined) rows.push([words.firstPiece, words.firstPieceText(ms(first.p50, lang), ms(first.p95, lang))])
  if (servedBy !== undefined && servedBy !== id) rows.push([words.servedBy, servedBy])
  if (cost !== undefined) rows.push([words.cost, dollars(cost)])
  const account = accountText(allowance, words, lang)
  if (account !== '') rows.push([words.account, account])
  return element(
    'dl',
    {},
    ...rows.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  )
}

function accountText(allowance: Provider['allowance'], words: OperationsWords, lang: PageLang): string {
  const { requests, tokens, spent_usd: spent, budget_usd: budget } = allowance ?? {}
  const left = (each: { left: number; limit?: number }): string => {
    const [some, all] = [each.left, each.limit].map((count) => count?.toLocaleString(lang) ?? '')
    return each.limit === undefined ? (some ?? '') : words.ofLimit(some ?? '', all ?? '')
  }
  return [
    spent === undefined ? '' : words.spentThere(dollars(spent), budget === undefined ? undefined : dollars(budget)),
    requests === undefined ? '' : words.requestsLeft(left(requests)),
    tokens === undefined ? '' : words.tokensLeft(left(tokens)),
  ]
    .filter((part) => part !== '')
    .join(' · ')
}

function ms(value: number, lang: PageLang): string {
  return `${Math.round(value).toLocaleString(lang)} ms`
}
