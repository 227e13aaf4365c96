import { setTimeout as sleep } from 'node:timers/promises'
import type { Truth } from '#knowledge/candidate-index.ts'
import type { QdrantIndex } from '#knowledge/qdrant/qdrant-index.ts'
import type { ScaleOutStore } from '#knowledge/scale-out-store.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import type { Config } from '#runtime/config/config.ts'
import type { Log } from '#runtime/log.ts'

export interface QdrantParts {
  config: Config
  log: Log
  embedder: Embedder | undefined
}

/** Candidates in Qdrant; it is asked nothing before the first search or write. Undefined: QDRANT_URL is not set. */
export async function openConfiguredQdrant({ config, log, embedder }: QdrantParts): Promise<QdrantIndex | undefined> {
  const { QDRANT_URL: url, QDRANT_API_KEY: apiKey } = config.env
  if (url === undefined) return undefined
  const { collection: name, ...settings } = config.settings.qdrant
  const dimensions = async (signal: AbortSignal): Promise<number> => {
    // Where only the model's server knows, some text has to be embedded.
    const known = embedder?.dimensions ?? (await embedder?.embed(['nightdesk'], signal))?.[0]?.length
    return known ?? 0
  }
  const models = embedder === undefined ? [] : [{ id: embedder.id, dimensions }]
  const { openQdrantIndex } = await import('#knowledge/qdrant/qdrant-index.ts')
  return openQdrantIndex({ url, apiKey, name, ...settings, models, log })
}

/** In the background, for as long as it isn't disposed of. */
export async function keepingRepaired(
  index: QdrantIndex,
  truth: Pick<Truth, 'documents'>,
  store: Pick<ScaleOutStore, 'repair'>,
  log: Log,
): Promise<AsyncDisposable> {
  const { keepRepaired } = await import('#knowledge/qdrant/upkeep.ts')
  const closing = new AbortController()
  const keeping = keepRepaired(
    {
      index,
      truth,
      log,
      repair: (signal) => store.repair(() => {}, signal),
      pause: (ms, signal) => sleep(ms, undefined, { signal, ref: false }),
    },
    closing.signal,
  ).catch(() => undefined)
  return {
    async [Symbol.asyncDispose]() {
      closing.abort(new Error('the store is being closed'))
      await keeping
    },
  }
}
