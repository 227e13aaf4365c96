import { z } from 'zod'
import { OpsError } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import type { LineDates, RawEntry, Survey, Surveyed, SurveyedEntry } from '../source.ts'
import type { GithubApi } from './api.ts'
import { type DiscussionsState, digestOf } from './cursor.ts'
import { type Listed, type ListedBefore, listByGraphql, listByRest, type Roster } from './discussion-list.ts'
import { type Contribution, discussionText } from './discussion-text.ts'
import { failedCall, GithubForbiddenError, GithubLimitedError, GithubTokenRefusedError } from './errors.ts'

export interface DiscussionsParts {
  api: GithubApi
  labels: readonly string[]
  log: Log
}

/** What a survey of them gives; `state` goes into the cursor. */
export interface DiscussionsSurvey extends Omit<Survey, 'cursor'> {
  state?: DiscussionsState | undefined
  warnings: readonly string[]
}

const Person = z.object({ login: z.string() }).nullish()
const Issue = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  user: Person,
  assignees: z.array(z.object({ login: z.string() })).nullish(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])),
  state: z.string(),
  html_url: z.string(),
  repository_url: z.string(),
  comments: z.int(),
  created_at: z.coerce.date(),
  updated_at: z.coerce.date(),
  closed_at: z.coerce.date().nullish(),
  pull_request: z.object({ merged_at: z.string().nullish() }).nullish(),
})
type Issue = z.infer<typeof Issue>
const Comments = z.array(
  z.object({ body: z.string().nullish(), user: Person, created_at: z.coerce.date(), updated_at: z.coerce.date() }),
)

const entryName = /^#(\d+)$/
const perPage = 100

/** Whether an entry of a GitHub source is an issue or pull request. */
export function isDiscussion(entry: string): boolean {
  return entryName.test(entry)
}

/** @param known All that is known of the source; files in it are left aside. */
export async function surveyDiscussions(
  parts: DiscussionsParts,
  known: Surveyed,
  before: DiscussionsState | undefined,
  signal: AbortSignal,
): Promise<DiscussionsSurvey> {
  const stored = new Map([...known.revisions].filter(([entry]) => isDiscussion(entry)))
  const failed = [...known.failed].some(isDiscussion)
  // What was stored is what was listed last time: only then does an unchanged list mean unchanged discussions.
  const trusted = !failed && before !== undefined && before.digest === digestOf(stored)
  const roster = new Map([...stored].map(([entry, revision]) => [Number(entry.slice(1)), revision]))
  try {
    const listed = await list(parts, trusted ? { roster, tags: before } : undefined, signal)
    if (listed.kind === 'unchanged') return { ...nothing(stored.size), state: before }
    return compared(stored, known.failed, listed)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof GithubForbiddenError)) throw error
    parts.log.warn({ err: error }, 'issues and pull requests may not be read')
    const warning = `Issues and pull requests are left as they were: ${error.userMessage}`
    return { ...nothing(stored.size), state: before, warnings: [warning] }
  }
}

function nothing(unchanged: number): DiscussionsSurvey {
  return { changed: [], unchanged, gone: [], skipped: [], warnings: [] }
}

function compared(
  stored: ReadonlyMap<string, string>,
  failed: ReadonlySet<string>,
  listed: Extract<Listed, { kind: 'listed' }>,
): DiscussionsSurvey {
  const now = new Map([...listed.roster].map(([number, revision]) => [`#${number}`, revision]))
  const isChanged = ([entry, revision]: readonly [string, string]) =>
    stored.get(entry) !== revision || failed.has(entry)
  const changed = [...now].filter(isChanged).map(([entry, revision]) => ({ entry, revision }))
  const gone = [...stored.keys()].filter((entry) => !now.has(entry))
  const state = { digest: digestOf(now), totals: { ...listed.tags.totals }, etags: copied(listed.tags.etags) }
  return { changed, unchanged: now.size - changed.length, gone, skipped: [], warnings: [], state }
}

async function list(parts: DiscussionsParts, before: ListedBefore | undefined, signal: AbortSignal): Promise<Listed> {
  const none: Roster = new Map()
  if (parts.labels.length === 0) return { kind: 'listed', roster: none, tags: { totals: {}, etags: {} } }
  if (parts.api.withToken) {
    try {
      return await listByGraphql(parts, before, signal)
    } catch (error) {
      signal.throwIfAborted()
      const hopeless = error instanceof GithubLimitedError || error instanceof GithubTokenRefusedError
      if (!(error instanceof OpsError) || hopeless) throw error
      parts.log.debug({ err: error }, 'listing issues by REST instead of GraphQL')
    }
  }
  try {
    return await listByRest(parts, before, signal)
  } catch (error) {
    // 410: the repository has its issues switched off.
    const status = error instanceof Error ? failedCall(error.cause)?.status : undefined
    if (status === 410) return { kind: 'listed', roster: none, tags: { totals: {}, etags: {} } }
    throw error
  }
}

/** One issue or pull request with its comments; `gone` too when it has lost its label or moved to another repository. */
export async function readDiscussion(
  { api, labels }: DiscussionsParts,
  surveyed: SurveyedEntry,
  signal: AbortSignal,
): Promise<RawEntry | 'gone'> {
  const number = Number(surveyed.entry.slice(1))
  const issue = await readIssue(api, number, signal)
  if (issue === 'gone' || !isOurs(issue, labels, api.fullName)) return 'gone'
  const comments = issue.comments === 0 ? [] : await readComments(api, number, signal)
  const opening = { author: issue.user?.login, body: issue.body ?? '', at: issue.created_at }
  const { markdown, parts } = discussionText(issue.title, about(issue), opening, comments)
  return {
    entry: surveyed.entry,
    path: `${issue.pull_request ? 'pull' : 'issues'}/${number}`,
    url: issue.html_url,
    content: markdown,
    kind: 'discussion',
    title: issue.title,
    owners: (issue.assignees ?? []).map(({ login }) => `@${login}`),
    editedAt: issue.updated_at,
    lineDates: lineDates(parts, issue.updated_at),
  }
}

async function readIssue(api: GithubApi, number: number, signal: AbortSignal): Promise<Issue | 'gone'> {
  try {
    return await api.get('/issues/{number}', { number }, Issue, signal)
  } catch (error) {
    const status = error instanceof Error ? failedCall(error.cause)?.status : undefined
    if (status === 404 || status === 410) return 'gone'
    throw error
  }
}

function isOurs(issue: Issue, labels: readonly string[], fullName: string): boolean {
  const wanted = new Set(labels.map((label) => label.toLowerCase()))
  const names = issue.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? '')))
  const isHere = issue.repository_url.toLowerCase().endsWith(`/repos/${fullName}`.toLowerCase())
  return isHere && names.some((name) => wanted.has(name.toLowerCase()))
}

async function readComments(api: GithubApi, number: number, signal: AbortSignal): Promise<Contribution[]> {
  const comments: Contribution[] = []
  for (let page = 1; ; page++) {
    const rows = await api.get('/issues/{number}/comments', { number, per_page: perPage, page }, Comments, signal)
    for (const row of rows) comments.push({ author: row.user?.login, body: row.body ?? '', at: row.updated_at })
    if (rows.length < perPage) return comments
  }
}

function about(issue: Issue): string {
  const kind = issue.pull_request ? 'Pull request' : 'Issue'
  const opened = `opened ${day(issue.created_at)}${issue.user ? ` by @${issue.user.login}` : ''}`
  const ended = issue.pull_request?.merged_at ? 'merged' : 'closed'
  const closed = issue.closed_at ? `, ${ended} ${day(issue.closed_at)}` : ', still open'
  return `${kind} #${issue.number}, ${opened}${closed}.`
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}

function lineDates(parts: readonly { fromLine: number; at: Date }[], whole: Date): LineDates {
  return { at: (line) => parts.findLast((part) => part.fromLine <= line)?.at ?? whole }
}

function copied(tags: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(tags).map(([label, each]) => [label, [...each]]))
}
