import type { MiddlewareHandler } from 'hono'
import { RequestProblem } from '../problems.ts'
import type { RouteEnv } from '../route-frame.ts'
import type { Admission, RequestLimits } from './request-limits.ts'

/** Each of them may cost a model's answer. */
const questions = new Set(['/v1/ask', '/v1/chat/completions', '/mcp'])

/** Refuses whoever asks too often, with 429 and when to try again; all others are told how much is left. */
export function limiting(limits: RequestLimits | undefined): MiddlewareHandler<RouteEnv> {
  return async (c, next) => {
    if (limits === undefined) return await next()
    const { name } = c.get('principal')
    const counted: Admission[] = [await limits.take(name, 'requests')]
    if (c.req.method === 'POST' && questions.has(c.req.path)) counted.push(await limits.take(name, 'questions'))
    for (const admission of counted) if (admission.kind === 'refused') throw tooMany(admission)
    await next()
    const scarcest = counted.filter(isCounted).toSorted((one, other) => one.left - other.left)[0]
    if (scarcest === undefined) return
    c.header('ratelimit-limit', String(scarcest.limit))
    c.header('ratelimit-remaining', String(scarcest.left))
    c.header('ratelimit-reset', String(Math.ceil(scarcest.resetMs / 1000)))
  }
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
