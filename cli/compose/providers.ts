import type { Answer, Ask } from '#knowledge/answer.ts'
import type { Call } from '#providers/gateway/call.ts'
import { createLlmGateway, type LlmGateway } from '#providers/gateway/llm-gateway.ts'
import type { GatewayParts, ProviderPool } from '#providers/gateway/provider-pool.ts'
import type { Llm } from '#providers/llm/llm.ts'
import { llmCostUsd, loadPrices } from '#providers/spending/prices.ts'
import { Spending } from '#providers/spending/spending.ts'
import { Watching } from '#providers/watching/watching.ts'
import { type Clock, systemClock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config/config.ts'
import type { Log } from '#runtime/log.ts'

/** The providers behind their gateways, what is watched of them, and what they cost. */
export interface Providers {
  llm: LlmGateway | undefined
  /** Of every kind, for looking at them and for commands. */
  pools: Pick<ProviderPool<{ id: string }>, 'kind' | 'health' | 'command'>[]
  watching: Watching
  spending: Spending
  /** Told of every call from now on. */
  listen: (listener: (call: Call) => void) => void
  /** What gateways to other kinds of providers are made of, so that they are watched as well. */
  gatewayParts: GatewayParts
}

/** One that has become slower or worse is asked after the others for so long; then it is tried again. */
const demotedForMs = 10 * 60_000

/** The configured models in order, or none. Servers of one's own often want no key, but the protocol's client does. */
export async function openProviders({ env, settings }: Config, log: Log): Promise<Providers> {
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
  if (models.length === 0) return watchedProviders([], spending, { clock: systemClock, log })
  const { OpenAiCompatibleLlm } = await import('#providers/llm/openai-compatible/openai-compatible.ts')
  const llms = models.map((each) => new OpenAiCompatibleLlm({ ...each, apiKey: each.apiKey ?? 'none' }))
  return watchedProviders(llms, spending, { clock: systemClock, log })
}

/** Models behind a gateway whose calls are watched; what has become slower or worse is asked after the others. */
export function watchedProviders(
  llms: readonly Llm[],
  spending: Spending,
  { clock, log }: { clock: Clock; log: Log },
): Providers {
  const listeners: ((call: Call) => void)[] = []
  const watching = new Watching({
    clock,
    log,
    onChange: ({ series }, change) => {
      if (series.kind === 'llm') llm?.pool.demote(series.provider, change === 'cleared' ? 0 : demotedForMs)
    },
  })
  const gatewayParts: GatewayParts = {
    clock,
    log,
    onCall: (call) => {
      watching.called(call)
      for (const listener of listeners) listener(call)
    },
  }
  const prices = loadPrices()
  const llm =
    llms.length === 0
      ? undefined
      : createLlmGateway(llms, gatewayParts, { priceOf: (name, usage) => llmCostUsd(prices, name, usage) })
  return {
    llm,
    pools: llm === undefined ? [] : [llm.pool],
    watching,
    spending,
    gatewayParts,
    listen: (listener) => void listeners.push(listener),
  }
}

/**
 * Answers with a model as long as there is money for it, and notes what the answer cost and whether it was grounded.
 * @param answering Makes what answers out of the model that may be used.
 */
export function providedAsk(
  { llm, spending, watching }: Pick<Providers, 'llm' | 'spending' | 'watching'>,
  answering: (llm: Llm | undefined) => Ask,
): Ask {
  return async function* (question, signal) {
    const { principal, conversationId, mode } = question
    const isSpent = spending.exhausted(principal.name, conversationId) !== undefined
    const used = llm === undefined || isSpent ? undefined : inModality(llm, mode)
    for await (const event of answering(used)(question, signal)) {
      if (event.kind !== 'done') {
        yield event
        continue
      }
      const { answer } = event
      spending.add({ principal: principal.name, session: answer.conversationId, costUsd: answer.costUsd })
      if (used !== undefined && isWritten(answer)) {
        const provider = answer.provider === 'extractive' ? used.id : answer.provider
        watching.rated({ kind: 'llm', provider, model: provider, measure: 'ungrounded' }, isUngrounded(answer))
      }
      yield isSpent && llm !== undefined ? { kind: 'done', answer: withoutMoney(answer) } : event
    }
  }
}

function isWritten(answer: Answer): boolean {
  return answer.provider !== 'extractive' || isUngrounded(answer)
}

function isUngrounded({ warnings }: Answer): boolean {
  return warnings.some(({ code }) => code === 'unsupported_dropped')
}

function withoutMoney(answer: Answer): Answer {
  const message =
    answer.lang === 'ja'
      ? '言語モデルの予算を使い切ったため、文書をそのまま引用しています。'
      : 'The budget for the language model is used up, so this quotes the documents.'
  return { ...answer, warnings: [...answer.warnings, { code: 'llm_failed', message }] }
}

function inModality(llm: Llm, modality: 'text' | 'spoken'): Llm {
  return {
    id: llm.id,
    reply: (messages, options, signal) => llm.reply(messages, { ...options, modality }, signal),
  }
}
