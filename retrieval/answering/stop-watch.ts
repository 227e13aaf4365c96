import type { Telemetry } from '#runtime/telemetry/telemetry.ts'

/** Takes the time of one stage after the other, and tells each as a part of what is being done. */
export class StopWatch {
  readonly #started = performance.now()
  readonly #laps = new Map<string, number>()
  readonly #telemetry: Telemetry | undefined
  #last = this.#started

  constructor(telemetry?: Telemetry) {
    this.#telemetry = telemetry
  }

  /** Ends a stage: all the time since the one before. */
  lap(stage: string): void {
    const now = performance.now()
    this.#laps.set(stage, (this.#laps.get(stage) ?? 0) + now - this.#last)
    this.#telemetry?.start(stage, { startedAt: performance.timeOrigin + this.#last }).end()
    this.#last = now
  }

  /** Milliseconds by stage, to a tenth, and the whole as `total`. */
  read(): Record<string, number> {
    const rounded = (ms: number): number => Math.round(ms * 10) / 10
    const stages = [...this.#laps].map(([stage, ms]) => [stage, rounded(ms)] as const)
    return { ...Object.fromEntries(stages), total: rounded(performance.now() - this.#started) }
  }
}
