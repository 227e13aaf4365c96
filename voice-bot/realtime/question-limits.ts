import type { Lang } from '#knowledge/document.ts'
import type { Log } from '#runtime/log.ts'
import { tooManyQuestions } from '../mouth/words.ts'
import type { ServerEventBody } from '../protocol.ts'
import type { StatusDetails } from '../protocol-items.ts'

/** What became of a question: let through, or to be asked again later. */
export type Admission =
  | { kind: 'free' }
  | { kind: 'counted'; limit: number; left: number; resetMs: number }
  | { kind: 'refused'; limit: number; retryAfterMs: number }

/** How often each principal may ask, by whichever way they come. */
export interface QuestionLimits {
  /** Counts a question. */
  take(principal: string, what: 'questions'): Promise<Admission>
}

/**
 * Counts a question of the caller's, and tells the client how many are left.
 * @returns Seconds until it may be asked again; 0: it may be asked now.
 */
export async function secondsToWait(
  limits: QuestionLimits,
  { principal, send, log }: { principal: string; send: (body: ServerEventBody) => void; log: Log },
): Promise<number> {
  const admission = await limits.take(principal, 'questions').catch((err: unknown): Admission => {
    log.warn({ err }, 'questions could not be counted')
    return { kind: 'free' }
  })
  if (admission.kind === 'free') return 0
  const { limit } = admission
  const [remaining, resetMs] =
    admission.kind === 'counted' ? [admission.left, admission.resetMs] : [0, admission.retryAfterMs]
  const reset_seconds = Math.max(0, Math.round(resetMs / 100) / 10)
  send({ type: 'rate_limits.updated', rate_limits: [{ name: 'requests', limit, remaining, reset_seconds }] })
  return admission.kind === 'refused' ? Math.max(1, Math.ceil(resetMs / 1000)) : 0
}

/** Of a question that came too early: what the client is told, and how its response ends. */
export function refusal(
  seconds: number,
  lang: Lang,
): { notice: { code: string; text: string }; details: StatusDetails } {
  const code = 'rate_limit_exceeded'
  const text = tooManyQuestions(seconds, lang)
  return {
    notice: { code, text },
    details: { type: 'failed', error: { type: 'rate_limit_error', code, message: text } },
  }
}
