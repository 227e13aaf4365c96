import { ApiError, createApi } from './api.ts'
import type { Provider, Providers, RecentTurn, Source, Status } from './api-types.ts'
import { switchTheme } from './bar.ts'
import { Connection } from './connection.ts'
import { element, icon } from './dom.ts'
import { dollars, operationsWords } from './operations-words.ts'
import { failureInWords } from './page.ts'
import { type ProviderOrder, providerCard, providerInTrouble } from './provider-card.ts'
import { askForToken, storedToken } from './sign-in.ts'
import { needsALook, sourceCard } from './source-card.ts'
import { isBudgetGone, troubleBoard } from './trouble-board.ts'
import { turnBars } from './turn-bars.ts'
import { type PageLang, preferredLang, wordsIn } from './words.ts'

const langKey = 'nightdesk.lang'
const themeKey = 'nightdesk.theme'
const busyRefreshMs = 1000
const idleRefreshMs = 5000
const loadTimeoutMs = 15_000

/** The page for whoever keeps Nightdesk running: how the sources are doing, and what can be done about it. */
function start(): void {
  const api = createApi(storedToken.get)
  let lang: PageLang = preferredLang(localStorage.getItem(langKey), navigator.languages)
  let sources: readonly Source[] | undefined
  let providers: Providers = { providers: [], alarms: [] }
  let turns: readonly RecentTurn[] = []
  let status: Status | undefined
  let said = ''
  let next: ReturnType<typeof setTimeout> | undefined

  const bar = element('header', { class: 'bar' })
  const main = element('main', { class: 'operations-desk' })
  const live = element('p', { class: 'said', role: 'status' })
  const connection = new Connection(
    () => wordsIn[lang],
    () => void load(),
  )
  document.body.append(bar, connection.element, main)

  function show(): void {
    const words = operationsWords[lang]
    document.documentElement.lang = lang
    document.title = `${words.title} · Nightdesk`
    bar.replaceChildren(
      element('a', { class: 'brand', href: '/' }, icon('☾'), 'Nightdesk'),
      element('span', { class: 'here' }, words.title),
      element('span', { class: 'gap' }),
      element('a', { class: 'to-ask', href: '/costs' }, words.costs),
      element('a', { class: 'to-ask', href: '/states' }, words.conversationStates),
      element('a', { class: 'to-ask', href: '/' }, words.ask),
      element(
        'button',
        { type: 'button', lang: lang === 'en' ? 'ja' : 'en', onclick: otherLanguage },
        words.otherLanguage,
      ),
      element(
        'button',
        { type: 'button', 'aria-label': words.theme, title: words.theme, onclick: () => switchTheme(themeKey) },
        icon('◑'),
      ),
    )
    live.textContent = said
    if (sources === undefined) {
      main.replaceChildren(live)
      return
    }
    const focused = document.activeElement?.getAttribute('aria-label')
    main.replaceChildren(
      summary(sources),
      troubleBoard(providers, words, lang) ?? '',
      live,
      ...turnsPart(),
      ...providerPart(),
      // What needs a look stands first.
      ...sources
        .toSorted((one, other) => Number(needsALook(other)) - Number(needsALook(one)))
        .map((source) => sourceCard(source, words, lang, { sync: (which, entries) => void sync(which, entries) })),
    )
    if (focused) main.querySelector<HTMLElement>(`[aria-label="${CSS.escape(focused)}"]`)?.focus()
  }

  function providerPart(): HTMLElement[] {
    const words = operationsWords[lang]
    const { providers: all, spending } = providers
    if (all.length === 0) return []
    const kinds = (spending?.kinds ?? []).map(({ kind, usd }) => `${words.providerKinds[kind]} ${dollars(usd)}`)
    const spent = spending && words.spent(spending.usd, spending.turns, spending.budget_usd, kinds.join(', '))
    return [
      element('h2', { class: 'part' }, words.providers),
      ...(spent === undefined ? [] : [element('p', { class: 'note' }, spent)]),
      ...all
        .toSorted((one, other) => Number(providerInTrouble(other)) - Number(providerInTrouble(one)))
        .map((provider) =>
          providerCard(provider, providers, words, lang, { order: (which, what) => void order(which, what) }),
        ),
    ]
  }

  function turnsPart(): HTMLElement[] {
    const words = operationsWords[lang]
    return [
      element('h2', { class: 'part' }, words.turns),
      turns.length === 0 ? element('p', { class: 'note' }, words.noTurns) : turnBars(turns, words, lang),
    ]
  }

  function summary(all: readonly Source[]): HTMLElement {
    const words = operationsWords[lang]
    const troubled = all.filter(needsALook).length
    const away = providers.providers.filter(providerInTrouble).length
    const isBusy = all.some(({ state }) => state === 'syncing' || state === 'waiting')
    const gone = isBudgetGone(providers)
    const headline =
      away > 0
        ? words.providerTrouble(away)
        : gone
          ? words.troubleBudget
          : all.length === 0
            ? words.noSources
            : troubled > 0
              ? words.trouble(troubled)
              : isBusy
                ? words.working
                : words.allWell
    const entries = all.reduce((sum, source) => sum + source.entries, 0)
    return element(
      'header',
      { class: 'summary', 'data-state': troubled + away > 0 || gone ? 'failed' : isBusy ? 'syncing' : 'idle' },
      element('h1', {}, headline),
      all.length > 0 && element('p', {}, words.summary(all.length, entries, status?.documents)),
    )
  }

  function otherLanguage(): void {
    lang = lang === 'en' ? 'ja' : 'en'
    localStorage.setItem(langKey, lang)
    show()
  }

  async function sync(source: Source, entries?: readonly string[]): Promise<void> {
    try {
      await api.sync(source.id, entries, AbortSignal.timeout(loadTimeoutMs))
      said = `${source.id}: ${operationsWords[lang].requested}`
      await load()
    } catch (error) {
      tell(error)
    }
  }

  async function order(provider: Provider, what: ProviderOrder): Promise<void> {
    try {
      await api.orderProvider(provider, what, AbortSignal.timeout(loadTimeoutMs))
      said = `${provider.id}: ${operationsWords[lang].orders[what]}`
      await load()
    } catch (error) {
      tell(error)
    }
  }

  async function load(): Promise<void> {
    clearTimeout(next)
    try {
      const stop = AbortSignal.timeout(loadTimeoutMs)
      ;[sources, providers, turns, status] = await Promise.all([
        api.sources(stop),
        api.providers(stop),
        api.turns(stop),
        api.status(stop),
      ])
      show()
    } catch (error) {
      tell(error)
    }
    const isBusy = sources?.some(({ state, queue }) => state === 'syncing' || queue.running + queue.waiting > 0)
    next = setTimeout(
      () => void load(),
      isBusy === true || providers.providers.some(providerInTrouble) ? busyRefreshMs : idleRefreshMs,
    )
  }

  function tell(error: unknown): void {
    if (!(error instanceof ApiError)) return
    const { failure } = error
    if (failure.kind === 'unreachable') connection.lost()
    if (failure.kind === 'unauthenticated') {
      signIn()
      return
    }
    said = failureInWords(failure, wordsIn[lang])
    show()
  }

  function signIn(): void {
    sources = undefined
    show()
    askForToken(main, wordsIn[lang], () => void load())
  }

  show()
  void load()
}

start()
