import type { ProvidersDesk } from '#server/routes/providers.ts'
import type { Providers } from './providers.ts'

/** What people can see of the providers, and do about them. */
export function providersDesk({ pools, watching, spending }: Providers): ProvidersDesk {
  return {
    read: () => {
      const { day, usd, turns, budgetUsd, principals } = spending.today()
      return {
        providers: pools
          .flatMap((pool) => pool.health())
          .map(({ since, lastFault, p50Ms, p95Ms, ...health }) => ({
            ...health,
            since: since?.toISOString(),
            first_piece_ms: p50Ms === undefined || p95Ms === undefined ? undefined : { p50: p50Ms, p95: p95Ms },
            last_fault: lastFault && { ...lastFault, at: lastFault.at.toISOString() },
          })),
        alarms: watching.alarms().map(({ series, since, raisedAt }) => ({
          provider: series.provider,
          model: series.model,
          measure: series.measure,
          since: since.toISOString(),
          raised_at: raisedAt.toISOString(),
        })),
        spending: { day, usd, turns, budget_usd: budgetUsd, principals },
      }
    },
    command: (kind, id, command) =>
      pools.filter((pool) => pool.kind === kind).some((pool) => pool.command(id, command)),
  }
}
