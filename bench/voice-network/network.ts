import type { LineQuality } from './line.ts'

/** A line between a caller and the agent, on this machine. */
export interface Network extends AsyncDisposable {
  /** For the report. */
  readonly kind: 'namespaces' | 'relay'
  /** Where the caller finds the agent, which listens on that port. */
  addressOf(port: number): Promise<string>
  /** How a program is begun at the caller's end. */
  callersCommand(program: readonly string[]): readonly string[]
  /** From now on, with the same chance at every run. */
  become(quality: LineQuality, seed: number): Promise<void>
  /** Nothing gets through, either way, until it's mended. */
  cut(isCut: boolean): Promise<void>
}
