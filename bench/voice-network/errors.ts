import { OpsError } from '#runtime/errors.ts'

/** A process that the benchmark needs. */
export class BenchProcessEndedError extends OpsError {
  override readonly name = 'BenchProcessEndedError'
  readonly code = 'bench_process_ended'
  readonly retryable = false
  readonly userMessage = 'A process of this benchmark ended early; what it wrote above says why.'
  constructor(which: string) {
    super(`${which} ended early`)
  }
}
