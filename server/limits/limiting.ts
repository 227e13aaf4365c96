import type { MiddlewareHandler } from 'hono'
import { RequestProblem } from '../problems.ts'
import type { RouteEnv } from '../route-frame.ts'
import { ticketPath } from '../routes/call-tickets.ts'
import type { Admission, RequestLimits } from './request-limits.ts'

/** Each of them may cost a model's answer; what is asked in a call counts there. */
const questions = new Set(['/v1/ask', '/v1/chat/completions', '/mcp'])

/** Refuses whoever asks too often, with 429 and when to try again; all others are told how much is left. */
export function limiting(limits: RequestLimits | undefined): MiddlewareHandler<RouteEnv> {
  return async (c, next) => {
    // Whoever comes with a ticket is nobody yet, and can't guess another.
    if (limits === undefined || c.req.path === ticketPath) return await next()
    const { name } = c.get('principal')
    const counted = await admitted(limits, name, c.req.method === 'POST' && questions.has(c.req.path))
    await next()
    const scarcest = counted.filter(isCounted).toSorted((one, other) => one.left - other.left)[0]
    if (scarcest === undefined) return
    c.header('ratelimit-limit', String(scarcest.limit))
    c.header('ratelimit-remaining', String(scarcest.left))
    c.header('ratelimit-reset', String(Math.ceil(scarcest.resetMs / 1000)))
  }
}

/** @throws {RequestProblem} When they have asked too often. */
export async function admitted(limits: RequestLimits, principal: string, isQuestion: boolean): Promise<Admission[]> {
  const counted: Admission[] = [await limits.take(principal, 'requests')]
  if (isQuestion) counted.push(await limits.take(principal, 'questions'))
  for (const admission of counted) if (admission.kind === 'refused') throw tooMany(admission)
  return counted
}

function isCounted(admission: Admission): admission is Extract<Admission, { kind: 'counted' }> {
  return admission.kind === 'counted'
}

function tooMany({ limit, retryAfterMs }: Extract<Admission, { kind: 'refused' }>): RequestProblem {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  return new RequestProblem(
    'rate_limited',
    `You may ask ${limit} times a minute. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}; whoever runs Nightdesk can raise the limit.`,
    { headers: { 'retry-after': String(seconds) } },
  )
}
