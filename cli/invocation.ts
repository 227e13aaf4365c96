import type { Config } from '#runtime/config/config.ts'
import type { Log } from '#runtime/log.ts'
import type { Output } from './output.ts'

/** What every command is handed. */
export interface Invocation {
  config: Config
  log: Log
  output: Output
  /** Aborts when the process is asked to stop. */
  signal: AbortSignal
}
