import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Seconds to the first piece of a reply, of sound, or to a vector. */
const buckets = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2.5, 5, 10]

/** A call to a provider that is over. */
export interface CountedCall {
  kind: string
  provider: string
  model: string
  outcome: string
  firstMs: number | undefined
  costUsd?: number | undefined
}

/** Something became slower or worse without failing. */
export interface WatchedAlarm {
  kind: string
  provider: string
  measure: string
}

/** What is watched of providers beside their failures. */
export interface WatchedProviders {
  alarms: () => readonly WatchedAlarm[]
  /** Of this day. */
  spending: () => { usd: number; budgetUsd: number | undefined }
}

/** Adds what is known of providers to what Prometheus can scrape. */
export function addProviderMetrics(
  registry: Registry,
  states: () => readonly { kind: string; id: string; state: string }[],
  watched: WatchedProviders,
): { called: (call: CountedCall) => void } {
  const registers = [registry]
  const calls = new Counter({
    name: 'nightdesk_provider_calls_total',
    help: 'Calls to providers by outcome: good, stopped (the asker hung up), outrun (another was quicker), or the fault.',
    labelNames: ['kind', 'provider', 'model', 'outcome'] as const,
    registers,
  })
  const firstPiece = new Histogram({
    name: 'nightdesk_provider_first_piece_seconds',
    help: 'From the call to the first piece of what the provider gives.',
    labelNames: ['kind', 'provider'] as const,
    buckets,
    registers,
  })
  const cost = new Counter({
    name: 'nightdesk_provider_cost_usd_total',
    help: 'What calls cost, in US dollars, where that is known.',
    labelNames: ['kind', 'provider'] as const,
    registers,
  })
  new Gauge({
    name: 'nightdesk_provider_left_alone',
    help: '1 while a provider is left alone since it failed, 0.5 while a call finds out whether it is back.',
    labelNames: ['kind', 'provider'] as const,
    registers,
    collect() {
      for (const { kind, id, state } of states())
        this.set({ kind, provider: id }, state === 'open' ? 1 : state === 'probing' ? 0.5 : 0)
    },
  })
  new Gauge({
    name: 'nightdesk_provider_alarms',
    help: 'Alarms that stand: what became slower or worse than usual without failing, by measure.',
    labelNames: ['kind', 'provider', 'measure'] as const,
    registers,
    collect() {
      this.reset()
      for (const { kind, provider, measure } of watched.alarms()) this.inc({ kind, provider, measure })
    },
  })
  new Gauge({
    name: 'nightdesk_spent_today_usd',
    help: 'What this day (UTC) has cost, in US dollars, over all processes.',
    registers,
    collect() {
      this.set(watched.spending().usd)
    },
  })
  if (watched.spending().budgetUsd !== undefined) {
    new Gauge({
      name: 'nightdesk_budget_left_ratio',
      help: "What is left of the day's budget, 1 to 0; only where one is set.",
      registers,
      collect() {
        const { usd, budgetUsd = usd } = watched.spending()
        this.set(Math.max(0, 1 - usd / budgetUsd))
      },
    })
  }
  return {
    called({ kind, provider, model, outcome, firstMs, costUsd }) {
      calls.inc({ kind, provider, model, outcome })
      if (firstMs !== undefined) firstPiece.observe({ kind, provider }, firstMs / 1000)
      if (costUsd !== undefined) cost.inc({ kind, provider }, costUsd)
    },
  }
}
