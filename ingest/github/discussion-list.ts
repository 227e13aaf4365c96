import { z } from 'zod'
import type { GithubApi } from './api.ts'
import { GithubAnswerError } from './errors.ts'

/** Revision by number, of every issue and pull request that has one of the labels. */
export type Roster = ReadonlyMap<number, string>

/** What tells at the next survey whether the list changed. */
export interface ListTags {
  totals: Readonly<Record<string, number>>
  etags: Readonly<Record<string, readonly string[]>>
}

export type Listed = { kind: 'unchanged' } | { kind: 'listed'; roster: Roster; tags: ListTags }

export interface ListParts {
  api: GithubApi
  labels: readonly string[]
}

/** What was listed before; absent when that can't be relied on. */
export interface ListedBefore {
  roster: Roster
  tags: ListTags
}

const Connection = z.object({
  totalCount: z.int(),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  nodes: z.array(
    z.object({ number: z.int(), updatedAt: z.string(), comments: z.object({ totalCount: z.int() }) }).nullable(),
  ),
})
const Lists = z.object({ repository: z.record(z.string(), Connection) })
const Rows = z.array(z.object({ number: z.int(), updated_at: z.string(), comments: z.int() }))

const perPage = 100

/** A list that isn't read to its end. */
interface OpenList {
  alias: string
  kind: 'issues' | 'pullRequests'
  label: string
  after: string | null
}

/**
 * Lists by GraphQL: all labels in one query, and only the first pages where neither they nor the totals changed. (REST can
 * ask for several labels at once only when an issue must have all of them.)
 */
export async function listByGraphql(
  { api, labels }: ListParts,
  before: ListedBefore | undefined,
  signal: AbortSignal,
): Promise<Listed> {
  const roster = new Map<number, string>()
  const totals: Record<string, number> = {}
  let open: OpenList[] = labels.flatMap((label, index) => [
    { alias: `i${index}`, kind: 'issues', label, after: null },
    { alias: `p${index}`, kind: 'pullRequests', label, after: null },
  ])
  for (let page = 0; open.length > 0; page++) {
    const variables: Record<string, string | null> = {}
    for (const { alias, label, after } of open) Object.assign(variables, { [`${alias}l`]: label, [`${alias}a`]: after })
    const { data, errors } = await api.graphql(listQuery(open), variables, Lists, signal)
    const next: OpenList[] = []
    for (const list of open) {
      const connection = data.repository[list.alias]
      if (connection === undefined) throw new GithubAnswerError(errors[0]?.message ?? `no list of ${list.kind}`)
      totals[list.alias] = connection.totalCount
      for (const node of connection.nodes) {
        if (node !== null) roster.set(node.number, revisionOf(node.updatedAt, node.comments.totalCount))
      }
      const { hasNextPage, endCursor } = connection.pageInfo
      if (hasNextPage && endCursor !== null) next.push({ ...list, after: endCursor })
    }
    if (page === 0 && next.length > 0 && before !== undefined && sameSoFar(roster, totals, before)) {
      return { kind: 'unchanged' }
    }
    open = next
  }
  return { kind: 'listed', roster, tags: { totals, etags: {} } }
}

/** Lists by REST, a call for each label and each hundred; none of them counts where a page hasn't changed. */
export async function listByRest(
  { api, labels }: ListParts,
  before: ListedBefore | undefined,
  signal: AbortSignal,
): Promise<Listed> {
  const known = before?.tags.etags ?? {}
  const unchanged = new Set<string>()
  for (const label of labels) {
    const tags = known[label]
    if (tags !== undefined && (await isUnchanged(api, label, tags, signal))) unchanged.add(label)
  }
  if (before !== undefined && unchanged.size === labels.length) return { kind: 'unchanged' }
  const roster = new Map<number, string>()
  const etags: Record<string, string[]> = {}
  for (const label of labels) {
    const tags: string[] = []
    for (let page = 1; ; page++) {
      const answer = await api.getIfChanged('/issues', pageOf(label, page), undefined, Rows, signal)
      if (answer.kind === 'unchanged') throw new GithubAnswerError('304 to a call without conditions')
      if (answer.etag !== undefined) tags.push(answer.etag)
      for (const row of answer.data) roster.set(row.number, revisionOf(row.updated_at, row.comments))
      if (answer.data.length < perPage) {
        if (tags.length === page) etags[label] = tags
        break
      }
    }
  }
  return { kind: 'listed', roster, tags: { totals: {}, etags } }
}

async function isUnchanged(
  api: GithubApi,
  label: string,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  for (const [index, tag] of tags.entries()) {
    const answer = await api.getIfChanged('/issues', pageOf(label, index + 1), tag, Rows, signal)
    if (answer.kind === 'new') return false
  }
  return true
}

function pageOf(label: string, page: number) {
  return { labels: label, state: 'all', sort: 'updated', direction: 'desc', per_page: perPage, page }
}

/** Nothing newer stands on the first pages, and nothing left from the others: then nothing changed on those either. */
function sameSoFar(roster: Roster, totals: Readonly<Record<string, number>>, before: ListedBefore): boolean {
  const sameTotals = Object.entries(totals).every(([alias, total]) => before.tags.totals[alias] === total)
  return sameTotals && roster.entries().every(([number, revision]) => before.roster.get(number) === revision)
}

/** The number of comments too, since a comment may be deleted without the issue counting as updated. */
function revisionOf(updatedAt: string, comments: number): string {
  return `${updatedAt}+${comments}`
}

function listQuery(lists: readonly OpenList[]): string {
  const variables = lists.map(({ alias }) => `$${alias}l: String!, $${alias}a: String`).join(', ')
  const fields = lists.map(
    ({
      alias,
      kind,
    }) => `    ${alias}: ${kind}(labels: [$${alias}l], first: ${perPage}, after: $${alias}a, orderBy: {field: UPDATED_AT, direction: DESC}) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { number updatedAt comments { totalCount } }
    }`,
  )
  return `query Discussions($owner: String!, $repo: String!, ${variables}) {
  repository(owner: $owner, name: $repo) {
${fields.join('\n')}
  }
}`
}
