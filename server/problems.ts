import { z } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import { InvalidCursorError } from '#knowledge/document-cursor.ts'
import { OpsError, userMessageOf } from '#runtime/errors.ts'

/** Status and title of each stable code; `detail` differs from case to case. */
const kinds = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  unauthenticated: { status: 401, title: 'A token is needed' },
  webhook_signature_invalid: { status: 401, title: 'The signature is missing or wrong' },
  webhook_malformed: { status: 400, title: 'The delivery is not understood' },
  webhook_replayed: { status: 409, title: 'The delivery came before' },
  webhook_not_configured: { status: 503, title: 'This webhook is not set up' },
  loopback_only: { status: 403, title: 'Only this machine is served' },
  cross_origin: { status: 403, title: 'Requests from other sites are refused' },
  not_found: { status: 404, title: 'There is nothing here' },
  document_not_found: { status: 404, title: 'No such document' },
  provider_not_found: { status: 404, title: 'No such provider' },
  source_not_found: { status: 404, title: 'No such source' },
  trace_not_found: { status: 404, title: 'No such answer' },
  model_not_found: { status: 404, title: 'No such model' },
  offer_refused: { status: 400, title: 'The offer cannot be answered' },
  call_not_found: { status: 404, title: 'No such call' },
  websocket_only: { status: 426, title: 'Only by WebSocket' },
  method_not_allowed: { status: 405, title: 'Wrong method' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be JSON' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  draining: { status: 503, title: 'Nightdesk is shutting down' },
} as const

export type ProblemCode = keyof typeof kinds
type ProblemStatus = (typeof kinds)[ProblemCode]['status']

export const ProblemWire = z
  .object({
    type: z.string().openapi({ example: 'urn:nightdesk:problem:invalid_request' }),
    title: z.string(),
    status: z.int(),
    code: z.string().openapi({ description: 'Stable; switch on this.', example: 'invalid_request' }),
    detail: z.string().openapi({ description: 'What to do, for people.' }),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: 'Every field at fault.' }),
    error: z
      .object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string() })
      .optional()
      .openapi({ description: "The same in OpenAI's form, on the routes that speak it." }),
  })
  .openapi('Problem')

export type Problem = z.infer<typeof ProblemWire>

interface ProblemOptions {
  headers?: Readonly<Record<string, string>>
  errors?: readonly { field: string; message: string }[]
}

/** A request that we refuse, and why. */
export class RequestProblem extends OpsError {
  override readonly name = 'RequestProblem'
  readonly code: ProblemCode
  readonly userMessage: string
  readonly retryable: boolean
  readonly status: ProblemStatus
  readonly headers: Readonly<Record<string, string>>
  readonly errors: readonly { field: string; message: string }[]
  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(`${code}: ${detail}`)
    this.code = code
    this.userMessage = detail
    this.retryable = code === 'draining' || code === 'rate_limited'
    this.status = kinds[code].status
    this.headers = options.headers ?? {}
    this.errors = options.errors ?? []
  }
}

/** What a client is told of any thrown value; never a stack, never a message that wasn't written for people. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RequestProblem) {
    return {
      ...frame(error.code, error.status, kinds[error.code].title, error.userMessage),
      ...(error.errors.length > 0 ? { errors: [...error.errors] } : {}),
    }
  }
  if (error instanceof HTTPException) return problemOf(fromFramework(error))
  if (error instanceof OpsError) {
    if (error instanceof InvalidCursorError) return frame(error.code, 400, 'Unknown page', error.userMessage)
    const [status, title] = error.retryable ? [503, 'Not possible right now'] : [500, 'Not possible']
    return frame(error.code, status, title, error.userMessage)
  }
  return frame('internal_error', 500, kinds.internal_error.title, userMessageOf(error))
}

/** The answer to a request that failed. */
export function problemResponse(error: unknown, inOpenAiForm: boolean): Response {
  const problem = problemOf(error)
  const headers = new Headers(error instanceof RequestProblem ? { ...error.headers } : {})
  headers.set('content-type', 'application/problem+json')
  if (problem.status === 503) headers.set('retry-after', '5')
  return new Response(JSON.stringify(inOpenAiForm ? withOpenAiForm(problem) : problem), {
    status: problem.status,
    headers,
  })
}

const openAiTypes: Readonly<Record<number, string>> = { 401: 'authentication_error', 429: 'rate_limit_error' }

export function withOpenAiForm(problem: Problem): Problem {
  const type = openAiTypes[problem.status] ?? (problem.status < 500 ? 'invalid_request_error' : 'server_error')
  const fields = (problem.errors ?? []).map(({ field, message }) => `${field}: ${message}`)
  const message = [problem.detail, ...fields].join(' ')
  return { ...problem, error: { message, type, param: problem.errors?.[0]?.field ?? null, code: problem.code } }
}

function frame(code: string, status: number, title: string, detail: string): Problem {
  return { type: `urn:nightdesk:problem:${code}`, title, status, code, detail }
}

/** hono's own validators throw bare status codes. */
function fromFramework(error: HTTPException): RequestProblem {
  switch (error.status) {
    case 400:
      return new RequestProblem('malformed_json', 'Send a JSON object; this body could not be parsed as JSON.')
    case 415:
      return new RequestProblem(
        'unsupported_media_type',
        'Send the body as JSON with `Content-Type: application/json`.',
      )
    default:
      return new RequestProblem('internal_error', userMessageOf(error))
  }
}

/** Every field at fault, in words. */
export function invalidRequest(error: z.core.$ZodError, where: string): RequestProblem {
  const errors = error.issues.map((issue) => ({
    field: issue.path.map(String).join('.') || where,
    message: issue.message,
  }))
  const fields = [...new Set(errors.map(({ field }) => field))].join(', ')
  return new RequestProblem('invalid_request', `Correct these fields of the ${where} and send it again: ${fields}.`, {
    errors,
  })
}
