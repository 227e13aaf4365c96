import { createLlmGateway } from '#providers/gateway/llm-gateway.ts'
import type { Llm, LlmPiece } from '#providers/llm/llm.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { type Percentiles, percentiles } from './search.ts'

export interface BenchGatewayOptions {
  /** Open at once. */
  streams: number
  /** Replies timed in all. */
  replies: number
}

export interface BenchGatewayRow {
  name: string
  streams: number
  replies: number
  /**
   * Of a first piece: from the question until the provider has it, and from its first piece until the asker has that; of
   * a later one the latter alone.
   */
  adds: Percentiles
}

/** Milliseconds until a made-up provider's first piece, and between its pieces: 50 a second. */
const firstMs = 100
const betweenMs = 20
const pieces = 40

/**
 * What the gateway adds, with so many replies under way at once. Each piece carries when its provider handed it over,
 * so that the provider's own time, and that of its timers, counts for nothing.
 */
export async function benchGateway(
  { streams, replies }: BenchGatewayOptions,
  signal: AbortSignal,
): Promise<BenchGatewayRow[]> {
  const llm = createLlmGateway([steady('one'), steady('two')], { clock: systemClock, log: silentLog })
  const first: number[] = []
  const later: number[] = []
  let left = replies
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      let at = 0
      for await (const piece of llm.reply([{ role: 'user', text: `${performance.now()}` }], {}, signal)) {
        if (piece.kind !== 'text') continue
        const ms = performance.now() - Number(piece.text)
        if (at === 0) first.push(ms)
        else later.push(ms)
        at += 1
      }
    }
  }
  await Promise.all(Array.from({ length: streams }, one))
  const common = { streams, replies }
  return [
    { ...common, name: 'first piece', adds: percentiles(first) },
    { ...common, name: 'later pieces', adds: percentiles(later) },
  ]
}

function steady(id: string): Llm {
  return {
    id,
    async *reply(messages, _options, signal): AsyncGenerator<LlmPiece> {
      const waitedMs = performance.now() - Number(messages[0]?.text)
      for (let at = 0; at < pieces; at++) {
        await new Promise((resolve) => setTimeout(resolve, at === 0 ? firstMs : betweenMs))
        signal.throwIfAborted()
        yield { kind: 'text', text: `${performance.now() - (at === 0 ? waitedMs : 0)}` }
      }
      yield { kind: 'end', reason: 'stop', model: id }
    },
  }
}
