import type { MiddlewareHandler } from 'hono'

/** For everything that isn't a page of ours; the pages bring their own policy. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'"

const headers = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const

/** No CORS header is ever set, so that pages of other sites can read nothing here. Answers aren't kept in caches. */
export const secureHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  const sent = c.res.headers
  for (const [name, value] of Object.entries(headers)) sent.set(name, value)
  if (!sent.has('content-security-policy')) sent.set('content-security-policy', dataPolicy)
  if (!sent.has('cache-control')) sent.set('cache-control', 'no-store')
}
