import { ApiError } from '../api.ts'
import { storedCall } from '../call-link.ts'
import type { Page } from '../page.ts'
import { storedToken } from '../sign-in.ts'

/** Who may open a line: a secret for one connection, got with the token of this page, and why there was none. */
export function voiceAccess(page: Page) {
  return {
    async secret(signal: AbortSignal): Promise<string | undefined> {
      const call = storedCall.get()
      if (call !== undefined) return call.value
      if (storedToken.get() === null) return undefined
      return page.api.voiceSecret(signal)
    },
    async diagnose(signal: AbortSignal): Promise<string | undefined> {
      try {
        await page.api.voiceSecret(signal)
        return ''
      } catch (error) {
        if (!(error instanceof ApiError)) return undefined
        if (error.failure.kind === 'unauthenticated') page.failed(error.failure)
        if (error.failure.kind !== 'refused') return undefined
        // 5xx: it's ending, or nobody is behind the proxy; what it knows of us may still be there afterwards.
        const { detail, status = 0 } = error.failure
        return status < 500 ? detail : undefined
      }
    },
  }
}
