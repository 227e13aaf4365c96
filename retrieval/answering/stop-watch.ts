/** Takes the time of one stage after the other. */
export class StopWatch {
  readonly #started = performance.now()
  readonly #laps = new Map<string, number>()
  #last = this.#started

  /** Ends a stage: all the time since the one before. */
  lap(stage: string): void {
    const now = performance.now()
    this.#laps.set(stage, (this.#laps.get(stage) ?? 0) + now - this.#last)
    this.#last = now
  }

  /** Milliseconds by stage, to a tenth, and the whole as `total`. */
  read(): Record<string, number> {
    const rounded = (ms: number): number => Math.round(ms * 10) / 10
    const stages = [...this.#laps].map(([stage, ms]) => [stage, rounded(ms)] as const)
    return { ...Object.fromEntries(stages), total: rounded(performance.now() - this.#started) }
  }
}
