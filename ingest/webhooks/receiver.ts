import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { SeenDeliveries } from './seen-deliveries.ts'
import type { Delivery, Reading, ReceiveWebhook, Reply } from './webhook.ts'

export interface ReceiverParts {
  /** Whose deliveries these are, for the log. */
  sender: string
  read: (delivery: Delivery) => Reading
  /** Where it is noted what to look at; durable when its promise resolves. */
  queue: {
    request(source: string, entries: readonly string[] | 'all', signal: AbortSignal): Promise<void>
  }
  clock: Clock
  log: Log
}

/** Reads deliveries, refuses those that came before, and notes in the queue what to look at. */
export function webhookReceiver({ sender, read, queue, clock, log }: ReceiverParts): ReceiveWebhook {
  const seen = new SeenDeliveries(clock)
  return async (delivery, signal): Promise<Reply> => {
    const reading = read(delivery)
    if (reading.kind === 'refused') {
      log.warn({ sender, code: reading.code, bytes: delivery.body.length }, 'refused a webhook')
      return reading
    }
    if (reading.kind === 'ignored') return reading
    if (seen.has(delivery.body)) {
      log.warn({ sender, code: 'webhook_replayed', bytes: delivery.body.length }, 'refused a webhook')
      return { kind: 'refused', code: 'webhook_replayed', detail: 'This very delivery was accepted before.' }
    }
    for (const { source, entries } of reading.requests) await queue.request(source, entries, signal)
    // Not before: where noting it fails, the sender's next attempt has to get through.
    seen.add(delivery.body)
    log.info({ sender, sources: reading.requests.map(({ source }) => source) }, 'a webhook asks for a sync')
    return { kind: 'accepted', detail: reading.detail }
  }
}
