import type { HttpBindings } from '@hono/node-server'
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Principal } from '#knowledge/principal.ts'
import { ProblemWire } from './problems.ts'

/** What every handler finds in its context. */
export interface RouteEnv {
  Bindings: HttpBindings
  Variables: {
    principal: Principal
    /** Aborted when the client hangs up, or when draining takes too long. */
    signal: AbortSignal
  }
}

export type App = OpenAPIHono<RouteEnv>

const descriptions = {
  400: 'The request is not valid; `errors` lists every field at fault.',
  401: 'A token is needed, or not known.',
  403: 'Without principals only this machine is served.',
  404: 'Not there, or not for you.',
  413: 'The body is larger than 1 MB.',
  415: 'The body is not JSON.',
  429: 'Asked too often; try again after `Retry-After` seconds.',
  500: 'Something went wrong on our side.',
  503: 'Not possible right now; try again after `Retry-After` seconds.',
} as const

const problem = (status: keyof typeof descriptions) => ({
  description: descriptions[status],
  content: { 'application/problem+json': { schema: ProblemWire } },
})

/** Every route under /v1 can fail so. */
export const problemResponses = {
  400: problem(400),
  401: problem(401),
  403: problem(403),
  429: problem(429),
  500: problem(500),
  503: problem(503),
}

/** And those that take a body, so too. */
export const bodyProblemResponses = { ...problemResponses, 413: problem(413), 415: problem(415) }

export const notFoundResponse = { 404: problem(404) }

/** A token, where principals are configured; none otherwise. */
export const security: Record<string, string[]>[] = [{ bearer: [] }, {}]

export function jsonContent<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { body: { required: true, content: { 'application/json': { schema } } } }
}

/** @param what What the text is, for the message. */
export function text(what: string, maxChars: number) {
  return z
    .string(`${what} must be a text`)
    .trim()
    .min(1, `${what} must not be empty`)
    .max(maxChars, `${what} may have at most ${maxChars.toLocaleString('en')} characters`)
}

/** Longer than any question that somebody types; a pasted log belongs elsewhere. */
export const maxQuestionChars = 4000
