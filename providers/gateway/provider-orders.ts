import type { Board } from '../board/board.ts'
import type { ProviderKind } from './call.ts'
import type { ProviderCommand, ProviderPool } from './provider-pool.ts'

export interface ProviderOrdersParts {
  board: Board
  pools: () => readonly Pick<ProviderPool<{ id: string }>, 'kind' | 'has' | 'follow'>[]
}

const topic = 'provider orders'

/** What people said of providers, kept on a board, so that it reaches every process and outlives each. */
export class ProviderOrders {
  readonly #board: Board
  readonly #pools: ProviderOrdersParts['pools']

  constructor({ board, pools }: ProviderOrdersParts) {
    this.#board = board
    this.#pools = pools
  }

  /** @returns false when there is no such provider. */
  async command(kind: ProviderKind, id: string, command: ProviderCommand, signal: AbortSignal): Promise<boolean> {
    if (!this.#pools().some((pool) => pool.kind === kind && pool.has(id))) return false
    const standing = await this.#read(signal)
    if (command === 'pin') {
      // One at a time is asked first.
      for (const order of standing)
        if (order.kind === kind && order.command === 'pin') await this.#put(kind, order.id, undefined, signal)
    }
    await this.#put(kind, id, command === 'release' ? undefined : command, signal)
    await this.refresh(signal)
    return true
  }

  /** Follows what was said in other processes. */
  async refresh(signal: AbortSignal): Promise<void> {
    const standing = await this.#read(signal)
    for (const pool of this.#pools()) {
      const its = standing.filter(({ kind }) => kind === pool.kind)
      pool.follow(new Map(its.map(({ id, command }) => [id, command])))
    }
  }

  #put(kind: ProviderKind, id: string, command: ProviderCommand | undefined, signal: AbortSignal): Promise<void> {
    return this.#board.put(topic, `${kind} ${id}`, command, signal)
  }

  async #read(signal: AbortSignal): Promise<{ kind: string; id: string; command: 'pin' | 'drain' }[]> {
    return [...(await this.#board.read(topic, signal))].flatMap(([name, command]) => {
      const [, kind, id] = /^(\S+) (.+)$/s.exec(name) ?? []
      if (kind === undefined || id === undefined || (command !== 'pin' && command !== 'drain')) return []
      return [{ kind, id, command }]
    })
  }
}
