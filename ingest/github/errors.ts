import { z } from 'zod'
import { OpsError, reasonOf } from '#runtime/errors.ts'

/** 401: the token is wrong, expired or revoked. */
export class GithubTokenRefusedError extends OpsError {
  override readonly name = 'GithubTokenRefusedError'
  readonly code = 'github_token_refused'
  readonly retryable = false
  readonly userMessage =
    'GitHub refused the token: it is mistyped, expired or revoked. Put a valid one into GITHUB_TOKEN.'
  constructor(cause: unknown) {
    super(`GitHub answered 401: ${reasonOf(cause)}`, { cause })
  }
}

/** 403 or 451: the token is known and may not do this. */
export class GithubForbiddenError extends OpsError {
  override readonly name = 'GithubForbiddenError'
  readonly code = 'github_forbidden'
  readonly retryable = false
  readonly userMessage: string
  constructor(remedy: string, cause: unknown) {
    super(`GitHub forbids it: ${reasonOf(cause)}`, { cause })
    this.userMessage = remedy
  }
}

/** 404 on the repository: GitHub doesn't tell whether it's missing or merely hidden from us. */
export class GithubRepositoryNotFoundError extends OpsError {
  override readonly name = 'GithubRepositoryNotFoundError'
  readonly code = 'github_repository_not_found'
  readonly retryable = false
  readonly userMessage: string
  constructor(repository: string, withToken: boolean, cause: unknown) {
    super(`GitHub shows no repository ${repository}`, { cause })
    const remedy = withToken
      ? 'the token may not see it: a fine-grained token needs this repository with "Contents: read" (and "Issues" and "Pull requests: read" for incidents), a classic one the scope "repo"'
      : 'it is private: set GITHUB_TOKEN to a token that may read it'
    this.userMessage = `GitHub shows no repository ${repository}. Either the name is misspelt, or ${remedy}.`
  }
}

/** The branch, tag or commit isn't there. */
export class GithubRefNotFoundError extends OpsError {
  override readonly name = 'GithubRefNotFoundError'
  readonly code = 'github_ref_not_found'
  readonly retryable = false
  readonly userMessage: string
  constructor(repository: string, ref: string, near: readonly string[], cause: unknown) {
    super(`${repository} has no branch, tag or commit ${ref}`, { cause })
    const hint = near.length === 0 ? 'Check the ref in the configuration.' : `Did you mean ${near.join(' or ')}?`
    this.userMessage = `${repository} has no branch, tag or commit named ${ref}. ${hint}`
  }
}

/** The folder that the configuration names isn't in the repository. */
export class GithubPathNotFoundError extends OpsError {
  override readonly name = 'GithubPathNotFoundError'
  readonly code = 'github_path_not_found'
  readonly retryable = false
  readonly userMessage: string
  constructor(repository: string, path: string) {
    super(`${repository} has no ${path}`)
    this.userMessage = `${repository} has no folder ${path} any more, or never had. What was indexed of it before is kept. Correct the source's path.`
  }
}

/** 409: a repository without a commit. */
class GithubRepositoryEmptyError extends OpsError {
  override readonly name = 'GithubRepositoryEmptyError'
  readonly code = 'github_repository_empty'
  readonly retryable = true
  readonly userMessage: string
  constructor(repository: string, cause: unknown) {
    super(`${repository} has no commits`, { cause })
    this.userMessage = `${repository} has no commits yet, so there is nothing to read. Push something to it first.`
  }
}

/** A limit would have to be waited for longer than we are ready to. */
export class GithubLimitedError extends OpsError {
  override readonly name = 'GithubLimitedError'
  readonly code = 'github_limited'
  readonly retryable = true
  readonly userMessage =
    'GitHub asked us to slow down for longer than a sync waits, so its documents may be behind. What was read so far is kept; the next sync goes on from there.'
  constructor(cause: unknown) {
    super(`GitHub keeps limiting us: ${reasonOf(cause)}`, { cause })
  }
}

/** No answer, or 5xx, also when asked again. */
class GithubUnreachableError extends OpsError {
  override readonly name = 'GithubUnreachableError'
  readonly code = 'github_unreachable'
  readonly retryable = true
  readonly userMessage: string
  constructor(host: string, cause: unknown) {
    super(`GitHub can't be reached: ${reasonOf(cause)}`, { cause })
    this.userMessage = `GitHub (${host}) doesn't answer properly at the moment; what was indexed before is kept, and the next sync tries again.`
  }
}

/** An answer that isn't what GitHub documents; a body that broke off, say. */
export class GithubAnswerError extends OpsError {
  override readonly name = 'GithubAnswerError'
  readonly code = 'github_answer_invalid'
  readonly retryable = true
  readonly userMessage =
    "GitHub's answer was damaged or of an unknown form. The next sync tries again; if it stays so, check GITHUB_API_URL and any proxy between."
  constructor(what: string, cause?: unknown) {
    super(`GitHub's answer can't be used: ${what}`, { cause })
  }
}

/** What is left of a failed call once Octokit is taken out of it. */
export interface FailedCall {
  status: number
  message: string
  headers: Readonly<Record<string, string>>
  data?: unknown
}

const Failed = z.object({
  status: z.number(),
  message: z.string(),
  response: z
    .object({ headers: z.record(z.string(), z.coerce.string()), data: z.unknown() })
    .nullish()
    .catch(undefined),
})

/** The status, headers and body of what Octokit throws; undefined for anything else. */
export function failedCall(error: unknown): FailedCall | undefined {
  const read = Failed.safeParse(error)
  if (!read.success) return undefined
  const { status, message, response } = read.data
  return { status, message, headers: response?.headers ?? {}, data: response?.data }
}

/** Turns what Octokit throws into an error that says what to do. */
export function githubError(error: unknown, at: { repository: string; withToken: boolean; host: string }): OpsError {
  if (error instanceof OpsError) return error
  const failed = failedCall(error)
  if (failed === undefined) return new GithubUnreachableError(at.host, error)
  if (failed.status === 401) return new GithubTokenRefusedError(error)
  if (failed.status === 429 || (failed.status === 403 && isLimit(failed))) return new GithubLimitedError(error)
  if (failed.status === 403 || failed.status === 451) return new GithubForbiddenError(remedyFor(failed, at), error)
  if (failed.status === 404) return new GithubRepositoryNotFoundError(at.repository, at.withToken, error)
  if (failed.status === 409) return new GithubRepositoryEmptyError(at.repository, error)
  if (failed.status >= 500) return new GithubUnreachableError(at.host, error)
  return new GithubAnswerError(`status ${failed.status}, ${failed.message}`, error)
}

function isLimit(failed: FailedCall): boolean {
  return failed.headers['x-ratelimit-remaining'] === '0' || /rate limit|abuse detection/i.test(failed.message)
}

function remedyFor(failed: FailedCall, at: { repository: string; withToken: boolean }): string {
  const sso = /url=(\S+)/.exec(failed.headers['x-github-sso'] ?? '')?.[1]
  if (sso !== undefined || /SAML/.test(failed.message)) {
    const where = sso ?? "the token's settings on GitHub (Configure SSO)"
    return `The organisation of ${at.repository} asks for single sign-on. Authorise the token at ${where}.`
  }
  if (failed.status === 451 || /access blocked/i.test(failed.message)) {
    return `GitHub has blocked access to ${at.repository}, for legal reasons or for a breach of its terms.`
  }
  if (!at.withToken) return `GitHub shows ${at.repository} to nobody without a token. Set GITHUB_TOKEN.`
  const permissions = failed.headers['x-accepted-github-permissions']
  const scopes = failed.headers['x-accepted-oauth-scopes']
  const missing =
    permissions ?? (scopes === undefined || scopes === '' ? 'contents=read' : `one of the scopes ${scopes}`)
  return `The token in GITHUB_TOKEN may not read ${at.repository}. Give it ${missing}.`
}
