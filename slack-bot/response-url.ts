import { OpsError } from '#runtime/errors.ts'
import type { ActingParts } from './acting-parts.ts'
import { SlackRefusedError, SlackUnreachableError } from './errors.ts'
import { isSlacksAddress } from './slack-address.ts'

export interface RespondingParts {
  apiUrl?: string | undefined
  /** How requests are made; absent: over the network. */
  fetch?: typeof fetch | undefined
  wait: (ms: number, signal: AbortSignal) => Promise<void>
}

const respondWithinMs = 15_000
const respondTries = 4

/** Slack's addresses of a command or a button take five posts within half an hour. */
export function responding({ wait, apiUrl, fetch: request = fetch }: RespondingParts): ActingParts['respond'] {
  return async (url, body, signal) => {
    if (!isSlacksAddress(url, apiUrl)) throw new SlackRefusedError('response_url', 'not an address of Slack')
    for (let failed = 0; ; ) {
      try {
        const response = await request(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          redirect: 'error',
          signal: AbortSignal.any([signal, AbortSignal.timeout(respondWithinMs)]),
        })
        await response.body?.cancel()
        if (response.ok) return
        if (response.status !== 429 && response.status < 500)
          throw new SlackRefusedError('response_url', String(response.status))
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof OpsError) throw error
      }
      failed += 1
      if (failed >= respondTries) throw new SlackUnreachableError('a response_url could not be reached')
      await wait(1000 * failed, signal)
    }
  }
}
