import { z } from 'zod'
import { LlmError, type LlmFault } from '../errors.ts'
import type { LlmAllowance } from '../llm.ts'

/** What a provider, or a proxy in front of it (LiteLLM), says in the headers of a response. */
export interface ResponseFacts {
  costUsd?: number | undefined
  allowance?: LlmAllowance | undefined
  deployment?: string | undefined
}

/** Header names as OpenAI and LiteLLM send them (docs.litellm.ai/docs/proxy/response_headers). */
export function factsIn(headers: Headers): ResponseFacts {
  const allowanceOf = (what: 'requests' | 'tokens') => {
    const left = numberIn(headers, `x-ratelimit-remaining-${what}`)
    return left === undefined ? undefined : { left, limit: numberIn(headers, `x-ratelimit-limit-${what}`) }
  }
  const [requests, tokens] = [allowanceOf('requests'), allowanceOf('tokens')]
  const spentUsd = numberIn(headers, 'x-litellm-key-spend')
  const budget =
    spentUsd === undefined
      ? undefined
      : { spentUsd, limitUsd: numberIn(headers, 'x-litellm-key-max-budget') || undefined }
  return {
    // A proxy may not know yet what a stream will cost; that comes with its usage then.
    costUsd: numberIn(headers, 'x-litellm-response-cost') || undefined,
    allowance: (requests ?? tokens ?? budget) === undefined ? undefined : { requests, tokens, budget },
    deployment: headers.get('x-litellm-model-id') || undefined,
  }
}

function numberIn(headers: Headers, name: string): number | undefined {
  const value = headers.get(name)
  const number = value === null || value.trim() === '' ? Number.NaN : Number(value)
  return Number.isFinite(number) && number >= 0 ? number : undefined
}

const EndFacts = z.object({
  model_name: z.string().min(1).optional().catch(undefined),
  usage: z
    .object({ cost: z.number().nonnegative().optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

/** What the last chunks of a stream say beside the text. */
export function endFactsIn(metadata: unknown): { servedBy?: string | undefined; costUsd?: number | undefined } {
  const read = EndFacts.safeParse(metadata)
  return read.success ? { servedBy: read.data.model_name, costUsd: read.data.usage?.cost } : {}
}

/** As the client throws it: the status, and what of the body it kept. */
const ApiFailure = z.object({
  status: z.number().optional().catch(undefined),
  message: z.string().catch(''),
  code: z.coerce.string().optional().catch(undefined),
  type: z.string().optional().catch(undefined),
  headers: z.instanceof(Headers).optional().catch(undefined),
})

export function llmErrorOf(error: unknown, model: string): LlmError {
  const failure = ApiFailure.parse(error instanceof Error ? error : { message: String(error) })
  return new LlmError(faultOf(failure, error), model, error, retryAfterMs(failure.headers))
}

function faultOf({ status, message, code, type }: z.infer<typeof ApiFailure>, error: unknown): LlmFault {
  // LiteLLM answers 400 or 429 when its budget is used up, OpenAI 429 when no credit is left: no waiting helps.
  // LangChain adds the address of its own page on such errors, which names a missing model at every 404.
  const words = `${type} ${code} ${message.replace(/Troubleshooting URL:[\s\S]*/, '')}`
  if (/budget_exceeded|budget has been exceeded|over budget|exceeded budget|insufficient_quota/i.test(words))
    return 'over-budget'
  if (/invalid model name|model_not_found|key_model_access_denied|not allowed to access model/i.test(words))
    return 'unknown-model'
  // In mid-stream a proxy tells of a failure in the body alone.
  const said = status ?? (/^[45]\d\d$/.test(code ?? '') ? Number(code) : undefined)
  if (said === undefined) return isBreak(error) ? 'broken-off' : 'unreachable'
  if (said === 401 || said === 403) return 'unauthorized'
  if (said === 429) return 'rate-limited'
  return said >= 500 || said === 408 ? 'unreachable' : 'rejected'
}

/** Seconds, or a date; without either the breaker decides. */
function retryAfterMs(headers: Headers | undefined): number | undefined {
  const exact = Number(headers?.get('retry-after-ms') ?? Number.NaN)
  if (Number.isFinite(exact) && exact > 0) return exact
  const said = headers?.get('retry-after') ?? ''
  if (/^\d+(?:\.\d+)?$/.test(said)) return Number(said) * 1000
  const at = Date.parse(said)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}

/** The connection ended in mid-reply, in the words of the several layers that may notice. */
function isBreak(error: unknown): boolean {
  const cause = error instanceof Error ? `${error.message} ${String(error.cause)}` : String(error)
  return /terminated|aborted|premature|socket hang up|other side closed|ECONNRESET|Unexpected end|JSON/i.test(cause)
}
