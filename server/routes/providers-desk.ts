import type { ProviderCommandWire, ProviderKindWire, ProvidersWire } from './providers-wire.ts'
import type { PricesWire, TurnWire } from './turns-wire.ts'

/** What people can see of the providers, and do about them. */
export interface ProvidersDesk {
  read: () => ProvidersWire
  /** @returns false when there is no such provider. */
  command: (kind: ProviderKindWire, id: string, command: ProviderCommandWire, signal: AbortSignal) => Promise<boolean>
  /** The last turns of this process, the newest first, and whose they were. */
  turns: () => readonly { principal: string; wire: Omit<TurnWire, 'principal'> }[]
  prices: () => PricesWire
}
