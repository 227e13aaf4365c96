import { OpsError } from '#runtime/errors.ts'
import type { Embedder } from '../embedder/embedder.ts'
import { Attempt } from './attempt.ts'
import type { Call } from './call.ts'
import { observed } from './observed.ts'
import { type GatewayParts, ProviderPool } from './provider-pool.ts'

export interface EmbedderGateway extends Embedder {
  readonly pool: ProviderPool<Embedder>
}

/** Words find passages too, so that a question isn't kept waiting for its vector for longer. */
const usualDeadlineMs = 1_000

/**
 * The same embedder for questions: held to a deadline, and left alone while it fails. There is no other to ask instead,
 * since vectors of two models can't be compared. It doesn't close the embedder.
 */
export function createEmbedderGateway(
  embedder: Embedder,
  parts: GatewayParts,
  deadlineMs = usualDeadlineMs,
): EmbedderGateway {
  const pool = new ProviderPool('embedder', [embedder], parts)
  return {
    id: embedder.id,
    get dimensions() {
      return embedder.dimensions
    },
    pool,
    async embed(texts, signal) {
      signal.throwIfAborted()
      const [{ state } = { state: undefined }] = pool.ordered()
      const pass = state?.enter()
      if (state === undefined || pass === undefined) throw new EmbedderUnavailableError('is left alone for a moment')
      const observing = observed(parts.telemetry, { kind: 'embedder', provider: state.id, model: embedder.id })
      const call = new Attempt<Float32Array[]>(
        {
          pass,
          open: (stop) => once(embedder, texts, stop),
          deadlines: { firstPieceMs: deadlineMs, betweenPiecesMs: deadlineMs, totalMs: deadlineMs },
          tooSlow: () => new EmbedderUnavailableError('took too long'),
          now: pool.now,
          outcomeOf: (error) => (error instanceof OpsError ? error.code : 'unexpected'),
          within: observing.within,
          onEnd: (end) => {
            state.ended(end, end.error)
            const ended: Call = {
              ...observing.by,
              kind: 'embedder',
              provider: state.id,
              model: embedder.id,
              outcome: end.outcome,
              firstMs: end.firstMs,
              totalMs: end.totalMs,
              inputSize: texts.reduce((sum, text) => sum + text.length, 0),
              outputSize: texts.length,
            }
            observing.ended(ended, end.error)
            parts.onCall?.(ended)
          },
        },
        signal,
      )
      for await (const vectors of call.pieces()) return vectors
      throw new EmbedderUnavailableError('gave nothing')
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

async function* once(
  embedder: Embedder,
  texts: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Float32Array[]> {
  yield await embedder.embed(texts, signal)
}

/** Questions get no vectors at the moment. */
class EmbedderUnavailableError extends OpsError {
  override readonly name = 'EmbedderUnavailableError'
  readonly code = 'embedder_unavailable'
  readonly retryable = true
  readonly userMessage =
    'The embedding model doesn’t answer in time, so this was found by words alone. /operations says since when.'
  constructor(how: string) {
    super(`The embedder ${how}`)
  }
}
