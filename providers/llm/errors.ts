import { OpsError } from '#runtime/errors.ts'

export type LlmFault = 'unreachable' | 'unauthorized' | 'rate-limited' | 'rejected' | 'broken-off' | 'too-slow'

const userMessages: Readonly<Record<LlmFault, string>> = {
  unreachable: 'The language model could not be reached. Check OPENAI_BASE_URL and that its server is running.',
  unauthorized: 'The language model refused our key. Check OPENAI_API_KEY.',
  'rate-limited': 'The language model asked us to slow down. Try again in a minute.',
  rejected: 'The language model rejected the request. Check LLM_MODEL; the log says what it answered.',
  'broken-off': 'The language model broke off in the middle of its reply.',
  'too-slow': 'The language model took too long to reply.',
}
const codes: Readonly<Record<LlmFault, string>> = {
  unreachable: 'llm_unreachable',
  unauthorized: 'llm_unauthorized',
  'rate-limited': 'llm_rate_limited',
  rejected: 'llm_rejected',
  'broken-off': 'llm_broken_off',
  'too-slow': 'llm_too_slow',
}

/** A language model failed us; `fault` says how. */
export class LlmError extends OpsError {
  override readonly name = 'LlmError'
  readonly fault: LlmFault
  readonly code: string
  readonly userMessage: string
  readonly retryable: boolean
  constructor(fault: LlmFault, model: string, cause?: unknown) {
    super(`The model ${model} failed: ${fault}`, { cause })
    this.fault = fault
    this.code = codes[fault]
    this.userMessage = userMessages[fault]
    this.retryable = fault !== 'unauthorized' && fault !== 'rejected'
  }
}
