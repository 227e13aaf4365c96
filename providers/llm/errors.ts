import { OpsError } from '#runtime/errors.ts'

export type LlmFault =
  | 'unreachable'
  | 'unauthorized'
  | 'rate-limited'
  | 'over-budget'
  | 'unknown-model'
  | 'rejected'
  | 'broken-off'
  | 'too-slow'
  | 'empty'
  | 'garbled'
  | 'wrong-language'
  | 'left-alone'

const userMessages: Readonly<Record<LlmFault, string>> = {
  unreachable: 'The language model could not be reached. Check OPENAI_BASE_URL and that its server is running.',
  unauthorized: 'The language model refused our key. Check OPENAI_API_KEY.',
  'rate-limited': 'The language model asked us to slow down. Try again in a minute.',
  rejected: 'The language model rejected the request. Check LLM_MODEL; the log says what it answered.',
  'broken-off': 'The language model broke off in the middle of its reply.',
  'too-slow': 'The language model took too long to reply.',
  'over-budget': 'The budget for the language model is used up. Raise it, or wait until it is renewed.',
  'unknown-model': 'The language model is not known there, or not allowed for our key. Check LLM_MODEL.',
  empty: 'The language model replied with nothing.',
  garbled: 'The language model replied with something that is no text.',
  'wrong-language': 'The language model replied in another language than it was asked in.',
  'left-alone': 'The language model failed again and again, so it is left alone for a moment. /operations says more.',
}
const codes: Readonly<Record<LlmFault, string>> = {
  unreachable: 'llm_unreachable',
  unauthorized: 'llm_unauthorized',
  'rate-limited': 'llm_rate_limited',
  rejected: 'llm_rejected',
  'broken-off': 'llm_broken_off',
  'too-slow': 'llm_too_slow',
  'over-budget': 'llm_over_budget',
  'unknown-model': 'llm_unknown_model',
  empty: 'llm_empty',
  garbled: 'llm_garbled',
  'wrong-language': 'llm_wrong_language',
  'left-alone': 'llm_left_alone',
}

const lasting: ReadonlySet<LlmFault> = new Set(['unauthorized', 'rejected', 'over-budget', 'unknown-model'])

/** A language model failed us; `fault` says how. */
export class LlmError extends OpsError {
  override readonly name = 'LlmError'
  readonly fault: LlmFault
  readonly code: string
  readonly userMessage: string
  readonly retryable: boolean
  /** Where it said itself for how long it wants no calls. */
  readonly retryAfterMs: number | undefined
  constructor(fault: LlmFault, model: string, cause?: unknown, retryAfterMs?: number) {
    super(`The model ${model} failed: ${fault}`, { cause })
    this.fault = fault
    this.retryAfterMs = retryAfterMs
    this.code = codes[fault]
    this.userMessage = userMessages[fault]
    this.retryable = !lasting.has(fault)
  }
}
