import { RecentTurns } from '#conversation/recent-turns.ts'
import type { Answer, Ask } from '#knowledge/answer.ts'
import type { Board } from '#providers/board/board.ts'
import { MemoryBoard } from '#providers/board/memory-board.ts'
import type { Call, ProviderKind } from '#providers/gateway/call.ts'
import { createLlmGateway, type LlmGateway } from '#providers/gateway/llm-gateway.ts'
import { ProviderOrders } from '#providers/gateway/provider-orders.ts'
import type { GatewayParts, ProviderPool } from '#providers/gateway/provider-pool.ts'
import type { Llm } from '#providers/llm/llm.ts'
import { hearingCostUsd, llmCostUsd, loadPrices, type Prices, speakingCostUsd } from '#providers/spending/prices.ts'
import { Spending } from '#providers/spending/spending.ts'
import { type Series, Watching } from '#providers/watching/watching.ts'
import { type Clock, systemClock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config/config.ts'
import type { Log } from '#runtime/log.ts'
import { Telemetry } from '#runtime/telemetry/telemetry.ts'

/** The providers behind their gateways, what is watched of them, and what they cost. */
export interface Providers {
  llm: LlmGateway | undefined
  /** Of every kind, for looking at them and for commands. */
  pools: Pick<ProviderPool<{ id: string }>, 'kind' | 'health' | 'has' | 'follow' | 'demote'>[]
  watching: Watching
  spending: Spending
  prices: Prices
  /** What people said of providers, in this process or another. */
  orders: ProviderOrders
  turns: RecentTurns
  telemetry: Telemetry
  /** Which budget of theirs is used up; the first time on a day it is logged, too. */
  usedUp: (principal: string | undefined, session: string | undefined) => boolean
  /** Told of every call from now on. */
  listen: (listener: (call: Call) => void) => void
  /** What gateways to other kinds of providers are made of, so that they are watched as well. */
  gatewayParts: GatewayParts
  /** Tells other processes what was spent here, and learns what they spent and were told. */
  share: (signal: AbortSignal) => Promise<void>
}

export interface ProvidersParts {
  clock: Clock
  log: Log
  /** Absent: one that ends with the process. */
  board?: Board | undefined
  /** Absent: nothing leaves the process. */
  telemetry?: Telemetry | undefined
}

/** One that has become slower or worse is asked after the others for so long; then it is tried again. */
const demotedForMs = 10 * 60_000
/** Of used-up budgets; sessions are many. */
const mostLogged = 1_000

/** The configured models in order, or none. Servers of one's own often want no key, but the protocol's client does. */
export async function openProviders({ env, settings }: Config, parts: ProvidersParts): Promise<Providers> {
  const { OPENAI_API_KEY: key, OPENAI_BASE_URL: baseUrl, LLM_MODEL: model, LLM_FALLBACKS: fallbacks = [] } = env
  const models: { model: string; baseUrl: string | undefined; apiKey: string | undefined }[] = fallbacks.map(
    (next) => ({
      model: next.model,
      baseUrl: next.base_url,
      apiKey: process.env[next.api_key_env ?? ''],
    }),
  )
  if (model !== undefined && (key ?? baseUrl) !== undefined) models.unshift({ model, baseUrl, apiKey: key })
  const { per_day_usd, per_principal_day_usd, per_session_usd } = settings.budgets
  const spending = new Spending(systemClock, {
    perDayUsd: per_day_usd,
    perPrincipalDayUsd: per_principal_day_usd,
    perSessionUsd: per_session_usd,
  })
  if (models.length === 0) return watchedProviders([], spending, parts)
  const { OpenAiCompatibleLlm } = await import('#providers/llm/openai-compatible/openai-compatible.ts')
  const llms = models.map((each) => new OpenAiCompatibleLlm({ ...each, apiKey: each.apiKey ?? 'none' }))
  return watchedProviders(llms, spending, parts)
}

/** Models behind a gateway whose calls are watched and paid for; what has become slower or worse is asked after the others. */
export function watchedProviders(
  llms: readonly Llm[],
  spending: Spending,
  { clock, log, board = new MemoryBoard(), telemetry = new Telemetry() }: ProvidersParts,
): Providers {
  const prices = loadPrices()
  const listeners: ((call: Call) => void)[] = []
  const pools: Providers['pools'] = []
  const demote = ({ kind, provider }: Series, forMs: number): void => {
    for (const pool of pools) if (pool.kind === kind) pool.demote(provider, forMs)
  }
  const watching = new Watching({
    clock,
    log,
    onChange: ({ series }, change) => demote(series, change === 'cleared' ? 0 : demotedForMs),
  })
  const turns = new RecentTurns()
  const logged = new Set<string>()
  const usedUp: Providers['usedUp'] = (principal, session) => {
    const budget = spending.exhausted(principal, session)
    if (budget === undefined) return false
    const whose = { perDayUsd: undefined, perPrincipalDayUsd: principal, perSessionUsd: session }[budget]
    const key = `${spending.today().day} ${budget} ${whose}`
    if (!logged.has(key) && logged.size < mostLogged) log.warn({ budget, whose }, 'budget is used up')
    logged.add(key)
    return true
  }
  const gatewayParts: GatewayParts = {
    clock,
    log,
    telemetry,
    onHeard: ({ model, ms, asker }) => {
      const costUsd = hearingCostUsd(prices, model, ms)
      if (costUsd !== undefined)
        spending.add({ kind: 'speech-to-text', principal: asker?.principal, session: asker?.session, costUsd })
    },
    onCall: (call) => {
      const priced = withPrice(prices, call)
      const { kind, asker, costUsd } = priced
      watching.called(priced)
      turns.called(priced)
      // What was heard is paid for as it goes.
      if (costUsd !== undefined && kind !== 'speech-to-text')
        spending.add({ kind, principal: asker?.principal, session: asker?.session, costUsd })
      for (const listener of listeners) listener(priced)
    },
    isAffordable: (kind, id) => {
      const asker = telemetry.current?.asker
      return isFree(prices, kind, id) || !usedUp(asker?.principal, asker?.session)
    },
  }
  const llm =
    llms.length === 0
      ? undefined
      : createLlmGateway(llms, gatewayParts, { priceOf: (name, usage) => llmCostUsd(prices, name, usage) })
  if (llm !== undefined) pools.push(llm.pool)
  const orders = new ProviderOrders({ board, pools: () => pools })
  return {
    llm,
    pools,
    watching,
    spending,
    prices,
    orders,
    turns,
    telemetry,
    usedUp,
    gatewayParts,
    listen: (listener) => void listeners.push(listener),
    share: async (signal) => {
      await spending.share(board, signal)
      await orders.refresh(signal)
    },
  }
}

function withPrice(prices: Prices, call: Call): Call {
  if (call.costUsd !== undefined) return call
  if (call.kind === 'speech-to-text') return { ...call, costUsd: hearingCostUsd(prices, call.model, call.inputSize) }
  if (call.kind !== 'text-to-speech' || call.firstMs === undefined) return call
  return { ...call, costUsd: speakingCostUsd(prices, call.model, call.inputSize) }
}

/** Models aren't asked at all without money, which whoever answers sees to. */
function isFree(prices: Prices, kind: ProviderKind, id: string): boolean {
  if (kind === 'speech-to-text') return hearingCostUsd(prices, id, 1) === 0
  return kind !== 'text-to-speech' || speakingCostUsd(prices, id, 1) === 0
}

/**
 * Answers with a model as long as there is money for it, and notes whether the answer was grounded.
 * @param answering Makes what answers out of the model that may be used.
 */
export function providedAsk(
  { llm, spending, watching, usedUp }: Pick<Providers, 'llm' | 'spending' | 'watching' | 'usedUp'>,
  answering: (llm: Llm | undefined) => Ask,
): Ask {
  return async function* (question, signal) {
    const { principal, conversationId, mode } = question
    const isSpent = usedUp(principal.name, conversationId)
    const used = llm === undefined || isSpent ? undefined : inModality(llm, mode)
    for await (const event of answering(used)(question, signal)) {
      if (event.kind !== 'done') {
        yield event
        continue
      }
      const { answer } = event
      spending.countTurn()
      if (used !== undefined && isWritten(answer)) {
        const provider = answer.provider === 'extractive' ? used.id : answer.provider
        watching.rated({ kind: 'llm', provider, model: provider, measure: 'ungrounded' }, isUngrounded(answer))
      }
      yield isSpent && llm !== undefined ? { kind: 'done', answer: withoutMoney(answer, mode) } : event
    }
  }
}

function isWritten(answer: Answer): boolean {
  return answer.provider !== 'extractive' || isUngrounded(answer)
}

function isUngrounded({ warnings }: Answer): boolean {
  return warnings.some(({ code }) => code === 'unsupported_dropped')
}

function withoutMoney(answer: Answer, mode: 'text' | 'spoken'): Answer {
  const message =
    answer.lang === 'ja'
      ? `予算を使い切ったため、文書をそのまま引用しています${mode === 'spoken' ? '。音声はこのマシンの声です。' : '。'}`
      : `The budget is used up, so this quotes the documents${mode === 'spoken' ? ' and is said by the voice of this machine.' : ' without a language model.'}`
  return { ...answer, warnings: [...answer.warnings, { code: 'llm_failed', message }] }
}

function inModality(llm: Llm, modality: 'text' | 'spoken'): Llm {
  return {
    id: llm.id,
    reply: (messages, options, signal) => llm.reply(messages, { ...options, modality }, signal),
  }
}
