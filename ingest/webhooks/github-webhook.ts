import { z } from 'zod'
import { jsonOf } from './json-body.ts'
import { isSigned } from './signature.ts'
import type { Delivery, Reading } from './webhook.ts'

/** A repository that is synced. */
export interface WatchedRepository {
  source: string
  /** OWNER/REPO */
  repo: string
  /** A branch, tag or commit; absent: the default branch. */
  ref?: string | undefined
}

const Repository = z.object({ full_name: z.string(), default_branch: z.string().optional() })
const Push = z.object({ ref: z.string(), repository: Repository })
const Changed = z.object({
  action: z.string().optional(),
  repository: Repository,
  changes: z
    .object({
      repository: z.object({ name: z.object({ from: z.string() }).optional() }).optional(),
      owner: z.object({ from: z.object({ user: z.object({ login: z.string() }).optional() }) }).optional(),
    })
    .optional(),
})

/** Whatever may change what we hold: titles, texts, labels, comments, names, whether it is there at all. */
const interesting = new Set([
  'issues',
  'issue_comment',
  'pull_request',
  'pull_request_review_comment',
  'repository',
  'public',
  'create',
  'delete',
])

/**
 * Reads deliveries of GitHub: X-Hub-Signature-256 over the raw body, the event's name in X-GitHub-Event
 * (docs.github.com/webhooks). A look at a repository costs a call or two, so that any change asks for all of it.
 */
export function githubWebhook(secret: string | undefined, watched: readonly WatchedRepository[]) {
  return ({ header, body }: Delivery): Reading => {
    if (secret === undefined) {
      return {
        kind: 'refused',
        code: 'webhook_not_configured',
        detail:
          'Set GITHUB_WEBHOOK_SECRET to the secret of the webhook, so that deliveries can be told from forgeries.',
      }
    }
    if (!isSigned(body, secret, header('x-hub-signature-256'))) {
      return {
        kind: 'refused',
        code: 'webhook_signature_invalid',
        detail:
          'X-Hub-Signature-256 does not fit the body: give the webhook the same secret as GITHUB_WEBHOOK_SECRET, and leave the body as it is on its way.',
      }
    }
    const event = header('x-github-event') ?? ''
    const content = header('content-type')?.startsWith('application/x-www-form-urlencoded') ? formPayload(body) : body
    const json = jsonOf(content)
    if (json === undefined) {
      return { kind: 'refused', code: 'webhook_malformed', detail: 'The body is not JSON.' }
    }
    if (event === 'ping') return { kind: 'ignored', detail: 'Pong: this webhook works.' }
    const names = event === 'push' ? pushed(json) : interesting.has(event) ? changed(json) : []
    if (names === undefined) {
      return { kind: 'refused', code: 'webhook_malformed', detail: `The body is no ${event} event of GitHub's.` }
    }
    const sources = watched.filter((each) => names.some((name) => name.fits(each)))
    if (sources.length === 0) return { kind: 'ignored', detail: 'This changes nothing that is synced.' }
    return {
      kind: 'changed',
      requests: sources.map(({ source }) => ({ source, entries: 'all' })),
      detail: `Looking at ${sources.map(({ source }) => source).join(', ')}.`,
    }
  }
}

interface Concerned {
  fits(watched: WatchedRepository): boolean
}

function pushed(json: unknown): Concerned[] | undefined {
  const push = Push.safeParse(json)
  if (!push.success) return undefined
  const { ref, repository } = push.data
  return [
    {
      fits: (watched) => {
        if (!isSame(watched.repo, repository.full_name)) return false
        const wanted = watched.ref ?? repository.default_branch
        return wanted === undefined || ref === `refs/heads/${wanted}` || ref === `refs/tags/${wanted}` || ref === wanted
      },
    },
  ]
}

/** The repository, also by the name that it had until now. */
function changed(json: unknown): Concerned[] | undefined {
  const event = Changed.safeParse(json)
  if (!event.success) return undefined
  const { repository, changes } = event.data
  const [owner = '', name = ''] = repository.full_name.split('/')
  const formerly = `${changes?.owner?.from.user?.login ?? owner}/${changes?.repository?.name?.from ?? name}`
  return [repository.full_name, formerly].map((repo) => ({ fits: (watched) => isSame(watched.repo, repo) }))
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

/** GitHub can be set to send forms; then the JSON stands in the field `payload`. */
function formPayload(body: Uint8Array): Uint8Array {
  return Buffer.from(new URLSearchParams(Buffer.from(body).toString('utf8')).get('payload') ?? '')
}
