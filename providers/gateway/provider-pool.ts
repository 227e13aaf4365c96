import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { Telemetry } from '#runtime/telemetry/telemetry.ts'
import type { Call, ProviderKind } from './call.ts'
import { type ProviderHealth, ProviderState } from './provider-state.ts'

export interface GatewayParts {
  clock: Clock
  log: Log
  /** Milliseconds that only ever grow; absent: since the process began. */
  now?: (() => number) | undefined
  /** Told of every call that is over. */
  onCall?: ((call: Call) => void) | undefined
  /** Told of audio that a recogniser was given, as it goes: its calls last as long as conversations do. */
  onHeard?: ((heard: HeardAudio) => void) | undefined
  /** Whether a provider may be paid for whoever asks now; one that may not is asked only where there is no other. */
  isAffordable?: ((kind: ProviderKind, id: string) => boolean) | undefined
  /** Absent: no call is told to belong to anything. */
  telemetry?: Telemetry | undefined
}

/** Audio that a recogniser was given. */
export interface HeardAudio extends Pick<Call, 'provider' | 'model' | 'asker' | 'traceId'> {
  ms: number
}

/** What people may do to a provider without a restart. */
export type ProviderCommand = 'pin' | 'drain' | 'release'

/** The providers of one kind in their order. */
export class ProviderPool<Adapter extends { readonly id: string }> {
  readonly kind: ProviderKind
  readonly now: () => number
  readonly #members: readonly { state: ProviderState; adapter: Adapter }[]
  readonly #log: Log
  readonly #isAffordable: NonNullable<GatewayParts['isAffordable']>

  /** @param adapters At least one, the one asked first at the front; two of one name are told apart by a number. */
  constructor(
    kind: ProviderKind,
    adapters: readonly Adapter[],
    { clock, log, now = monotonic, isAffordable = () => true }: GatewayParts,
  ) {
    this.kind = kind
    this.now = now
    this.#log = log
    this.#isAffordable = isAffordable
    const names = distinct(adapters.map(({ id }) => id))
    this.#members = adapters.map((adapter, at) => ({
      adapter,
      state: new ProviderState({
        kind,
        id: names[at] ?? adapter.id,
        now,
        today: () => clock.now(),
        onLate: (provider) => log.warn({ kind, provider }, 'provider is late again and again, others are asked first'),
        onChange: (provider, state) => log.warn({ kind, provider, state }, 'provider changed its state'),
      }),
    }))
  }

  /** In the order in which to ask now: what is pinned first, what has become worse last. */
  ordered(): { state: ProviderState; adapter: Adapter }[] {
    const rank = ({ state }: { state: ProviderState }): number => (state.pinned ? 0 : state.demoted ? 2 : 1)
    const affordable = this.#members.filter(({ adapter }) => this.#isAffordable(this.kind, adapter.id))
    return (affordable.length > 0 ? affordable : this.#members).toSorted((one, other) => rank(one) - rank(other))
  }

  health(): ProviderHealth[] {
    return this.#members.map(({ state }) => state.health())
  }

  has(id: string): boolean {
    return this.#members.some(({ state }) => state.id === id)
  }

  /** Does as was said of providers by name; whatever isn't named is released. */
  follow(orders: ReadonlyMap<string, 'pin' | 'drain'>): void {
    for (const { state } of this.#members) {
      const order = orders.get(state.id)
      if (state.pinned === (order === 'pin') && state.drained === (order === 'drain')) continue
      state.pinned = order === 'pin'
      state.drained = order === 'drain'
      this.#log.warn(
        { kind: this.kind, provider: state.id, command: order ?? 'release' },
        'provider was given a command',
      )
    }
  }

  /** A provider that has become slower or worse is asked after the others for so long. */
  demote(id: string, forMs: number): void {
    const named = this.#members.find(({ state }) => state.id === id)?.state
    if (named !== undefined) named.demotedUntil = this.now() + forMs
  }
}

function monotonic(): number {
  return performance.now()
}

function distinct(ids: readonly string[]): string[] {
  return ids.map((id, at) => {
    const before = ids.slice(0, at).filter((other) => other === id).length
    return before === 0 ? id : `${id} (${before + 1})`
  })
}
