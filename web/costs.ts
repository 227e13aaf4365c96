import { ApiError, createApi } from './api.ts'
import type { Prices } from './api-types.ts'
import { switchTheme } from './bar.ts'
import { type CostsWords, costsWords } from './costs-words.ts'
import { element, icon, outwardLink } from './dom.ts'
import { failureInWords } from './page.ts'
import { askForToken, storedToken } from './sign-in.ts'
import { stageBar } from './turn-bars.ts'
import { addressOf, type MinuteCost, minuteCost, total, useIn, type VoiceUse } from './voice-costs.ts'
import { type PageLang, preferredLang, wordsIn } from './words.ts'

const langKey = 'nightdesk.lang'
const themeKey = 'nightdesk.theme'
const loadTimeoutMs = 15_000
const daysAMonth = 30
/** The colours of the stages that mean the same on the page of operations. */
const stageOf = { hearing: 'hear', writing: 'model', speaking: 'speak' } as const

/** A calculator: what conversations by voice cost, by minute, day and month. */
function start(): void {
  const api = createApi(storedToken.get)
  let lang: PageLang = preferredLang(localStorage.getItem(langKey), navigator.languages)
  let prices: Prices | undefined
  let failure = ''
  const bar = element('header', { class: 'bar' })
  const main = element('main', { class: 'operations-desk costs' })
  document.body.append(bar, main)

  function show(): void {
    const words = costsWords[lang]
    document.documentElement.lang = lang
    document.title = `${words.title} · Nightdesk`
    bar.replaceChildren(
      element('a', { class: 'brand', href: '/' }, icon('☾'), 'Nightdesk'),
      element('span', { class: 'here' }, words.title),
      element('span', { class: 'gap' }),
      element('a', { class: 'to-ask', href: '/operations' }, words.operations),
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
    if (prices === undefined) {
      main.replaceChildren(element('p', { class: 'said', role: 'status' }, failure))
      return
    }
    main.replaceChildren(...calculator(prices, words, lang))
  }

  function otherLanguage(): void {
    lang = lang === 'en' ? 'ja' : 'en'
    localStorage.setItem(langKey, lang)
    show()
  }

  async function load(): Promise<void> {
    try {
      prices = await api.prices(AbortSignal.timeout(loadTimeoutMs))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.failure.kind === 'unauthenticated') return signIn()
      failure = failureInWords(error.failure, wordsIn[lang])
    }
    show()
  }

  function signIn(): void {
    show()
    askForToken(main, wordsIn[lang], () => void load())
  }

  show()
  void load()
}

function calculator(prices: Prices, words: CostsWords, lang: PageLang): HTMLElement[] {
  const use = useIn(location.search, prices)
  const result = element('section', { class: 'source result', role: 'status' })
  const changed = (): void => {
    history.replaceState(null, '', addressOf(use))
    result.replaceChildren(...results(minuteCost(use, prices), use, words, lang))
  }
  changed()
  const number = (
    name: 'minutesADay' | 'turnsAMinute' | 'promptTokens' | 'answerTokens' | 'spokenCharacters',
    step: number,
  ) => {
    const input = element('input', { type: 'number', min: 0, step, value: use[name], name })
    input.addEventListener('input', () => {
      use[name] = Math.max(0, input.valueAsNumber || 0)
      changed()
    })
    return element('label', {}, words[name], input)
  }
  const choice = (name: 'model' | 'ear' | 'voice', options: readonly [string, string][]) => {
    const select = element(
      'select',
      { name },
      ...options.map(([value, label]) => element('option', { value, selected: value === use[name] }, label)),
    )
    select.addEventListener('change', () => {
      use[name] = select.value
      changed()
    })
    return element('label', {}, words[name], select)
  }
  return [
    element('header', { class: 'summary' }, element('h1', {}, words.title), element('p', {}, words.lead)),
    result,
    element(
      'section',
      { class: 'source' },
      element('h2', {}, words.use),
      element(
        'div',
        { class: 'fields' },
        number('minutesADay', 1),
        number('turnsAMinute', 0.5),
        number('promptTokens', 100),
        number('answerTokens', 10),
        number('spokenCharacters', 10),
      ),
      element('h2', {}, words.providers),
      element('div', { class: 'fields' }, ...choices(prices, words, choice)),
    ),
    sources(prices, words),
  ]
}

function choices(
  { llm, speechToText, textToSpeech }: Prices,
  words: CostsWords,
  choice: (name: 'model' | 'ear' | 'voice', options: readonly [string, string][]) => HTMLElement,
): HTMLElement[] {
  const priced = (name: string, price: number, unit: string): [string, string] => [
    name,
    `${name} · ${price === 0 ? words.free : `$${price}${unit}`}`,
  ]
  return [
    choice('model', [
      ...Object.entries(llm).map(
        ([name, { inputPerMillionTokens: input, outputPerMillionTokens: output }]): [string, string] => [
          name,
          `${name} · $${input} / $${output} per 1M`,
        ],
      ),
      ['', words.noModel],
    ]),
    choice(
      'ear',
      Object.entries(speechToText).map(([name, { perMinute }]) => priced(name, perMinute, '/min')),
    ),
    choice(
      'voice',
      Object.entries(textToSpeech).map(([name, { perThousandCharacters }]) =>
        priced(name, perThousandCharacters, ' per 1k'),
      ),
    ),
  ]
}

function results(cost: MinuteCost, { minutesADay }: VoiceUse, words: CostsWords, lang: PageLang): HTMLElement[] {
  const whole = total(cost)
  const parts = (['hearing', 'writing', 'speaking'] as const).map((part) => ({
    stage: stageOf[part],
    share: whole === 0 ? 0 : cost[part] / whole,
    label: `${words.parts[part]} ${dollars(cost[part], lang)} ${words.minute}`,
  }))
  const sums: [string, number][] = [
    [words.minute, whole],
    [words.day, whole * minutesADay],
    [words.month, whole * minutesADay * daysAMonth],
  ]
  return [
    element(
      'dl',
      { class: 'sums' },
      ...sums.map(([name, usd]) => element('div', {}, element('dt', {}, name), element('dd', {}, dollars(usd, lang)))),
    ),
    stageBar(parts),
    element(
      'ul',
      { class: 'legend' },
      ...parts.map(({ stage, share, label }) =>
        element('li', { 'data-stage': stage }, icon('■'), `${label} · ${Math.round(100 * share)} %`),
      ),
    ),
  ]
}

function sources({ asOf, note, sources: read }: Prices, words: CostsWords): HTMLElement {
  return element(
    'section',
    { class: 'source' },
    element('h2', {}, words.pricesOf(asOf)),
    element('p', { class: 'note' }, note),
    element(
      'ul',
      { class: 'price-sources' },
      ...read.map(({ of, url, readOn }) =>
        element('li', {}, `${of}: `, outwardLink(url, url), `, ${words.readOn(readOn)}`),
      ),
    ),
  )
}

function dollars(usd: number, lang: PageLang): string {
  const digits = usd >= 1 ? 2 : usd >= 0.1 ? 3 : 4
  return new Intl.NumberFormat(lang, {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: Math.min(2, digits),
    maximumFractionDigits: digits,
  }).format(usd)
}

start()
