import type { WatchedProviders } from '#server/provider-metrics.ts'
import type { ProvidersDesk } from '#server/routes/providers-desk.ts'
import type { Providers } from './providers.ts'

/** What people can see of the providers, and do about them. */
export function providersDesk({ pools, watching, spending, orders, turns, prices }: Providers): ProvidersDesk {
  return {
    read: () => {
      const { day, usd, turns: answered, budgetUsd, kinds, principals } = spending.today()
      return {
        providers: pools
          .flatMap((pool) => pool.health())
          .map(({ since, lastFault, p50Ms, p95Ms, costUsd, servedBy, deployment, allowance, ...health }) => ({
            ...health,
            since: since?.toISOString(),
            first_piece_ms: p50Ms === undefined || p95Ms === undefined ? undefined : { p50: p50Ms, p95: p95Ms },
            cost_usd: costUsd,
            served_by: servedBy,
            deployment,
            allowance: allowance && {
              requests: allowance.requests,
              tokens: allowance.tokens,
              spent_usd: allowance.budget?.spentUsd,
              budget_usd: allowance.budget?.limitUsd,
            },
            last_fault: lastFault && { ...lastFault, at: lastFault.at.toISOString() },
          })),
        alarms: watching.alarms().map(({ series, since, raisedAt }) => ({
          provider: series.provider,
          model: series.model,
          measure: series.measure,
          since: since.toISOString(),
          raised_at: raisedAt.toISOString(),
        })),
        spending: { day, usd, turns: answered, budget_usd: budgetUsd, kinds, principals },
      }
    },
    command: (kind, id, command, signal) => orders.command(kind, id, command, signal),
    turns: () =>
      turns.list().map((turn) => ({
        principal: turn.principal,
        wire: {
          trace_id: turn.traceId,
          at: turn.at.toISOString(),
          mode: turn.mode,
          lang: turn.lang,
          outcome: turn.outcome,
          provider: turn.provider,
          total_ms: turn.totalMs,
          stages: turn.stages.map(({ stage, ms }) => ({ stage, ms })),
          cost_usd: turn.costUsd,
          fallbacks: turn.fallbacks,
          warnings: [...turn.warnings],
        },
      })),
    prices: () => prices,
  }
}

/** What of that Prometheus can scrape. */
export function watchedOf({ watching, spending }: Pick<Providers, 'watching' | 'spending'>): WatchedProviders {
  return {
    alarms: () => watching.alarms().map(({ series }) => series),
    spending: () => spending.today(),
  }
}
