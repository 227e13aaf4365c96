import type { Invocation } from '../invocation.ts'

export interface BenchOptions {
  corpus?: string
  sizes: string
  documents: number
  peers: boolean
}

export async function benchCommand(
  _invocation: Invocation,
  _name: string | undefined,
  _options: BenchOptions,
): Promise<void> {}
