import { createLlmGateway } from '#providers/gateway/llm-gateway.ts'
import type { Llm, LlmPiece } from '#providers/llm/llm.ts'
import { Watching } from '#providers/watching/watching.ts'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import type { SimulatedOutcome } from './drill.ts'

/** A call every ten seconds: as many as a busy team asks. */
const everyMs = 10_000
const usualFirstMs = 400
/** Calls from which what is usual is learnt. */
const learnt = 1_500
const demotedForMs = 10 * 60_000
const mostCalls = 2_000

export interface Degradation {
  /** Times the usual latency, so many minutes after it began. */
  slower?: ((minutes: number) => number) | undefined
  /** Share of answers without ground while it lasts; usually 0.02. */
  ungrounded?: number | undefined
}

/** A provider that works and gets worse, in simulated time: when it's noticed, who answers then, and when it is tried again. */
export async function degraded(
  { slower = () => 1, ungrounded }: Degradation,
  signal: AbortSignal,
): Promise<SimulatedOutcome> {
  const clock = fixedClock('2026-06-01T00:00:00Z')
  const next = chance(11)
  let ms = 0
  const raised: { ms: number; as: string }[] = []
  const watching = new Watching({
    clock,
    log: silentLog,
    onChange: ({ series }, change) => {
      if (change === 'raised') raised.push({ ms, as: `${series.measure} of ${series.provider} is not as usual` })
      llm.pool.demote(series.provider, change === 'cleared' ? 0 : demotedForMs)
    },
  })
  const llm = createLlmGateway([silentModel('primary'), silentModel('backup')], {
    clock,
    log: silentLog,
    now: () => ms,
  })
  const call = (factor: number, badShare: number): string => {
    ms += everyMs
    clock.advance(everyMs)
    const provider = llm.pool.ordered()[0]?.state.id ?? 'none'
    const isPrimary = provider === 'primary'
    const firstMs = usualFirstMs * Math.exp(0.4 * normal(next)) * (isPrimary ? factor : 1)
    const series = { kind: 'llm' as const, provider, model: provider }
    watching.called({ ...series, outcome: 'good', firstMs, totalMs: firstMs * 3, inputSize: 5000, outputSize: 600 })
    watching.rated({ ...series, measure: 'ungrounded' }, next() < (isPrimary ? badShare : 0.02))
    return provider
  }
  for (let k = 0; k < learnt; k++) call(1, 0.02)
  const beganAt = ms
  raised.length = 0
  for (let k = 0; k < mostCalls && raised.length === 0; k++) {
    signal.throwIfAborted()
    call(slower((ms - beganAt) / 60_000), ungrounded ?? 0.02)
  }
  const [detected] = raised
  const servedBy = call(1, 0.02)
  const liftedAt = ms
  let recoveredAt: number | undefined
  for (let k = 0; k < mostCalls && recoveredAt === undefined; k++) {
    call(1, 0.02)
    if (watching.alarms().length === 0) recoveredAt = ms
  }
  return {
    detectedMs: detected === undefined ? undefined : detected.ms - beganAt,
    detectedAs: detected?.as ?? 'not at all',
    fallback: servedBy,
    noticed: 'slower or worse answers until then',
    recoveredMs: recoveredAt === undefined ? undefined : recoveredAt - liftedAt,
  }
}

/** Questions with known answers an hour, as many as are drawn where nothing else is set. */
const canariesAnHour = 4
const canaryHours = 24 * 14
const hourMs = 3_600_000

/** A model that answers one in fifty questions with known answers wrong, and then half of them, in simulated time. */
export async function canariesGoWrong(signal: AbortSignal): Promise<SimulatedOutcome> {
  const clock = fixedClock('2026-06-01T00:00:00Z')
  const next = chance(5)
  const raised: number[] = []
  let ms = 0
  const watching = new Watching({
    clock,
    log: silentLog,
    onChange: (_, change) => {
      if (change === 'raised') raised.push(ms)
    },
  })
  const hour = (wrongShare: number): void => {
    signal.throwIfAborted()
    ms += hourMs
    clock.advance(hourMs)
    for (let asked = 0; asked < canariesAnHour; asked++)
      watching.rated({ kind: 'llm', provider: 'primary', model: 'primary', measure: 'canaries' }, next() < wrongShare)
  }
  for (let k = 0; k < canaryHours; k++) hour(0.02)
  const falsely = raised.length
  const beganAt = ms
  for (let k = 0; k < canaryHours && raised.length === falsely; k++) hour(0.5)
  const detectedAt = raised[falsely]
  const liftedAt = ms
  for (let k = 0; k < canaryHours && watching.alarms().length > 0; k++) hour(0)
  return {
    detectedMs: detectedAt === undefined ? undefined : detectedAt - beganAt,
    detectedAs: detectedAt === undefined ? 'not at all' : 'canaries of primary are not as usual',
    fallback: 'the next model',
    noticed: `wrong answers until then; ${falsely} false alarms in two weeks before`,
    recoveredMs: watching.alarms().length > 0 ? undefined : ms - liftedAt,
  }
}

function silentModel(id: string): Llm {
  return {
    id,
    async *reply(): AsyncGenerator<LlmPiece> {
      yield { kind: 'end', reason: 'stop', model: id }
    },
  }
}

/** Repeatable chance, uniform in 0..1 (mulberry32). */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
}
