import { OpsError } from '#runtime/errors.ts'

export type EmbedderFault =
  | 'unreachable'
  | 'unauthorized'
  | 'rate-limited'
  | 'no-quota'
  | 'rejected'
  | 'too-slow'
  | 'malformed'
  | 'other-dimensions'

const userMessages: Readonly<Record<EmbedderFault, string>> = {
  unreachable: 'The embedding service could not be reached. Check EMBEDDING_BASE_URL and that its server is running.',
  unauthorized: 'The embedding service refused our key. Check EMBEDDING_API_KEY (or OPENAI_API_KEY).',
  'rate-limited': 'The embedding service asked us to slow down for longer than we wait. Try again later.',
  'no-quota': 'The account of the embedding service has used up its quota. Check its plan and billing.',
  rejected: 'The embedding service rejected the request. Check EMBEDDING_MODEL; the log says what it answered.',
  'too-slow': 'The embedding service took too long to answer.',
  malformed: 'The embedding service answered with something that is no embeddings. Check EMBEDDING_BASE_URL.',
  'other-dimensions':
    'The embedding service changed the length of its vectors, so it serves another model now. Give EMBEDDING_MODEL its name, and everything is embedded anew.',
}
const codes: Readonly<Record<EmbedderFault, string>> = {
  unreachable: 'embedder_unreachable',
  unauthorized: 'embedder_unauthorized',
  'rate-limited': 'embedder_rate_limited',
  'no-quota': 'embedder_no_quota',
  rejected: 'embedder_rejected',
  'too-slow': 'embedder_too_slow',
  malformed: 'embedder_malformed',
  'other-dimensions': 'embedder_other_dimensions',
}
const passing: ReadonlySet<EmbedderFault> = new Set(['unreachable', 'rate-limited', 'too-slow'])

/** An embedding service failed us; `fault` says how. */
export class EmbedderError extends OpsError {
  override readonly name = 'EmbedderError'
  readonly fault: EmbedderFault
  readonly code: string
  readonly userMessage: string
  readonly retryable: boolean
  constructor(fault: EmbedderFault, model: string, cause?: unknown) {
    super(`The embedding model ${model} failed: ${fault}`, { cause })
    this.fault = fault
    this.code = codes[fault]
    this.userMessage = userMessages[fault]
    this.retryable = passing.has(fault)
  }
}
