import { z } from 'zod'
import { OpsError, reasonOf } from '#runtime/errors.ts'

/** No token to ask with. */
export class NotionTokenMissingError extends OpsError {
  override readonly name = 'NotionTokenMissingError'
  readonly code = 'notion_token_missing'
  readonly retryable = false
  readonly userMessage =
    'Notion needs a token. Make an internal integration at notion.so/profile/integrations, share the pages with it, and set NOTION_TOKEN to its secret.'
  constructor() {
    super('NOTION_TOKEN is not set')
  }
}

/** 401: the token is wrong or revoked. */
class NotionTokenRefusedError extends OpsError {
  override readonly name = 'NotionTokenRefusedError'
  readonly code = 'notion_token_refused'
  readonly retryable = false
  readonly userMessage =
    'Notion refused the token: it is mistyped, or the integration is gone. Put the secret of a living integration into NOTION_TOKEN.'
  constructor(cause: unknown) {
    super(`Notion answered 401: ${reasonOf(cause)}`, { cause })
  }
}

/** 403: the integration lacks a capability. */
class NotionForbiddenError extends OpsError {
  override readonly name = 'NotionForbiddenError'
  readonly code = 'notion_forbidden'
  readonly retryable = false
  readonly userMessage =
    'The integration may not do this. In its settings at notion.so/profile/integrations allow it to read content, user information, and comments if those are wanted.'
  constructor(cause: unknown) {
    super(`Notion forbids it: ${reasonOf(cause)}`, { cause })
  }
}

/** 404: not there, or not shared with the integration; Notion doesn't tell which. */
export class NotionNotFoundError extends OpsError {
  override readonly name = 'NotionNotFoundError'
  readonly code = 'notion_not_found'
  readonly retryable = false
  readonly userMessage =
    'Notion has no such page, or it is not shared with the integration. Share it in its menu, under Connections.'
  constructor(cause: unknown) {
    super(`Notion answered 404: ${reasonOf(cause)}`, { cause })
  }
}

/** 400: Notion doesn't take the call as it is. */
class NotionRefusedError extends OpsError {
  override readonly name = 'NotionRefusedError'
  readonly code = 'notion_refused'
  readonly retryable = false
  readonly userMessage =
    "Notion didn't accept a call. If it stays so, check the source's api_version, and NOTION_BASE_URL where it is set."
  constructor(cause: unknown) {
    super(`Notion refused a call: ${reasonOf(cause)}`, { cause })
  }
}

/** A root of the configuration can't be seen. */
export class NotionRootNotFoundError extends OpsError {
  override readonly name = 'NotionRootNotFoundError'
  readonly code = 'notion_root_not_found'
  readonly retryable = false
  readonly userMessage: string
  constructor(root: string) {
    super(`the root ${root} is not shared with the integration`)
    this.userMessage = `Notion shows no page or data source ${root}: share it with the integration (its menu, Connections), or correct the source's roots. What was indexed before is kept.`
  }
}

/** A limit would have to be waited for longer than we are ready to. */
class NotionLimitedError extends OpsError {
  override readonly name = 'NotionLimitedError'
  readonly code = 'notion_limited'
  readonly retryable = true
  readonly userMessage =
    'Notion asked us to slow down for longer than a sync waits, so its pages may be behind. What was read so far is kept; the next sync goes on from there.'
  constructor(cause: unknown) {
    super(`Notion keeps limiting us: ${reasonOf(cause)}`, { cause })
  }
}

/** No answer, or 5xx, also when asked again. */
class NotionUnreachableError extends OpsError {
  override readonly name = 'NotionUnreachableError'
  readonly code = 'notion_unreachable'
  readonly retryable = true
  readonly userMessage: string
  constructor(host: string, cause: unknown) {
    super(`Notion can't be reached: ${reasonOf(cause)}`, { cause })
    this.userMessage = `Notion (${host}) doesn't answer properly at the moment; what was indexed before is kept, and the next sync tries again.`
  }
}

/** An answer that isn't what Notion documents. */
export class NotionAnswerError extends OpsError {
  override readonly name = 'NotionAnswerError'
  readonly code = 'notion_answer_invalid'
  readonly retryable = true
  readonly userMessage =
    "Notion's answer was damaged or of an unknown form. The next sync tries again; if it stays so, check NOTION_BASE_URL and any proxy between."
  constructor(what: string, cause?: unknown) {
    super(`Notion's answer can't be used: ${what}`, { cause })
  }
}

/** What is left of a failed call once the client is taken out of it. */
export interface FailedCall {
  status: number
  /** Notion's own, `rate_limited` say; '' where a proxy answered. */
  code: string
  retryAfterMs?: number | undefined
}

const Failed = z.object({ status: z.number(), code: z.string().catch(''), headers: z.unknown() })

/** Undefined where there was no answer at all. */
export function failedCall(error: unknown, now: Date): FailedCall | undefined {
  const read = Failed.safeParse(error)
  if (!read.success) return undefined
  const { status, code, headers } = read.data
  const after = headers instanceof Headers ? headers.get('retry-after') : null
  return { status, code, retryAfterMs: after === null ? undefined : retryAfterMs(after, now) }
}

/** Seconds, or an HTTP date; anything else is nothing. */
function retryAfterMs(value: string, now: Date): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(value.trim())) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime())
}

/** Turns what the client throws into an error that says what to do. */
export function notionError(error: unknown, failed: FailedCall | undefined, host: string): OpsError {
  if (error instanceof OpsError) return error
  if (failed === undefined) return new NotionUnreachableError(host, error)
  if (failed.status === 401) return new NotionTokenRefusedError(error)
  if (failed.status === 403) return new NotionForbiddenError(error)
  if (failed.status === 404) return new NotionNotFoundError(error)
  if (failed.status === 429 || failed.status === 529) return new NotionLimitedError(error)
  if (failed.status >= 500 || failed.status === 409 || failed.status === 408)
    return new NotionUnreachableError(host, error)
  return new NotionRefusedError(error)
}

/** Undefined where Notion has no such thing for us: deleted, not shared, or something else by that id. */
export async function ifThere<Thing>(thing: Promise<Thing>): Promise<Thing | undefined> {
  try {
    return await thing
  } catch (error) {
    if (error instanceof NotionNotFoundError || error instanceof NotionRefusedError) return undefined
    throw error
  }
}

/** As `ifThere`, and undefined too where the integration lacks the capability. */
export async function ifAllowed<Thing>(thing: Promise<Thing>): Promise<Thing | undefined> {
  try {
    return await ifThere(thing)
  } catch (error) {
    if (error instanceof NotionForbiddenError) return undefined
    throw error
  }
}
