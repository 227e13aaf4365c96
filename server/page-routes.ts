import { createHash } from 'node:crypto'
import type { Assets } from './assets.ts'
import { RequestProblem } from './problems.ts'
import type { App } from './route-frame.ts'

/** Only our own files; nothing inline, nothing from elsewhere, no frames. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/** The pages are asked for each time and answered with 304; what they load stays in the browser for ever. */
export function addPageRoutes(app: App, assets: Assets): void {
  for (const [address, html] of assets.pages) {
    const etag = `"${createHash('sha256').update(html).digest('hex').slice(0, 16)}"`
    app.get(address, (c) => {
      c.header('etag', etag)
      c.header('cache-control', 'no-cache')
      c.header('content-security-policy', pagePolicy)
      if (isNamed(c.req.header('if-none-match'), etag)) return c.body(null, 304)
      return c.html(html)
    })
  }
  app.get('/assets/:version/:name{.+}', (c) => {
    const file = assets.files.get(c.req.param('name'))
    if (file === undefined || c.req.param('version') !== assets.version) {
      throw new RequestProblem('not_found', 'This file belongs to another version of the page: reload the page.')
    }
    const etag = `"${assets.version}"`
    c.header('etag', etag)
    c.header('cache-control', 'public, max-age=31536000, immutable')
    if (isNamed(c.req.header('if-none-match'), etag)) return c.body(null, 304)
    c.header('content-type', file.contentType)
    return c.body(file.body)
  })
}

function isNamed(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((named) => named.trim().replace(/^W\//, '') === etag)
}
