import { OpsError } from '#runtime/errors.ts'
import type { PageCall, Pager, Reached } from '../pager.ts'

export interface WebhookPagerOptions {
  /** Takes a POST of JSON; a status below 300 means that somebody is called. */
  url: string
  /** Longest wait for its answer. Default 10 s: somebody waits to hear whether help is coming. */
  timeoutMs?: number | undefined
}

/** The call did not get through. */
class PageFailedError extends OpsError {
  override readonly name = 'PageFailedError'
  readonly code = 'page_failed'
  readonly retryable = true
  readonly userMessage =
    'The page did not get through. Call the owners yourself; then check conversations.page_webhook.'
  constructor(reason: string, cause?: unknown) {
    super(`The webhook for pages failed: ${reason}`, { cause })
  }
}

/** Calls people by way of a webhook: an incident tool, a bridge to telephones, a script. */
export class WebhookPager implements Pager {
  readonly #options: WebhookPagerOptions

  constructor(options: WebhookPagerOptions) {
    this.#options = options
  }

  wayTo(): Reached {
    return 'paged'
  }

  async page({ owners, about, document, by, conversationId }: PageCall, signal: AbortSignal): Promise<Reached> {
    const { url, timeoutMs = 10_000 } = this.#options
    const body = JSON.stringify({ owners, about, document, by, conversation_id: conversationId })
    let status: number
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })
      await response.body?.cancel()
      status = response.status
    } catch (error) {
      signal.throwIfAborted()
      throw new PageFailedError('it can not be reached', error)
    }
    if (status >= 300) throw new PageFailedError(`it answered ${status}`)
    return 'paged'
  }
}
