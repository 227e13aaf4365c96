import type { Call } from '../gateway/call.ts'

/** Notices when another model stands behind the name of a provider than before. */
export class ModelChanges {
  readonly #models = new Map<string, string>()

  /** @returns Whether it is a change; the first model of a provider is none. */
  called({ kind, provider, model, outcome }: Call): boolean {
    if (kind !== 'llm' || outcome !== 'good') return false
    const before = this.#models.get(provider)
    this.#models.set(provider, model)
    return before !== undefined && before !== model
  }
}
