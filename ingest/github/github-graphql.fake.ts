import { buildSchema, type ExecutionResult, GraphQLError, graphql } from 'graphql'
import type { FakeIssue } from './github-issues.fake.ts'
import type { FakeRepository } from './github-repository.fake.ts'

/** What we use of GitHub's public schema (docs.github.com/graphql), nullability included: queries are checked against it. */
const schema = buildSchema(`
  scalar DateTime
  scalar GitObjectID
  type Query { repository(owner: String!, name: String!, followRenames: Boolean = true): Repository }
  type Repository {
    nameWithOwner: String!
    object(expression: String, oid: GitObjectID): GitObject
    issues(after: String, first: Int, labels: [String!], orderBy: IssueOrder): IssueConnection!
    pullRequests(after: String, first: Int, labels: [String!], orderBy: IssueOrder): PullRequestConnection!
  }
  interface GitObject { oid: GitObjectID! }
  type Blob implements GitObject { oid: GitObjectID! byteSize: Int! isBinary: Boolean isTruncated: Boolean! text: String }
  type Commit implements GitObject {
    oid: GitObjectID!
    authoredDate: DateTime!
    committedDate: DateTime!
    history(first: Int, after: String, path: String): CommitHistoryConnection!
    blame(path: String!): Blame!
  }
  type CommitHistoryConnection { nodes: [Commit] totalCount: Int! pageInfo: PageInfo! }
  type Blame { ranges: [BlameRange!]! }
  type BlameRange { age: Int! commit: Commit! endingLine: Int! startingLine: Int! }
  type PageInfo { endCursor: String hasNextPage: Boolean! }
  enum IssueOrderField { COMMENTS CREATED_AT UPDATED_AT }
  enum OrderDirection { ASC DESC }
  input IssueOrder { field: IssueOrderField! direction: OrderDirection! }
  type IssueConnection { nodes: [Issue] pageInfo: PageInfo! totalCount: Int! }
  type PullRequestConnection { nodes: [PullRequest] pageInfo: PageInfo! totalCount: Int! }
  type IssueCommentConnection { nodes: [IssueComment] totalCount: Int! }
  type IssueComment { body: String! }
  type Issue { number: Int! updatedAt: DateTime! comments(first: Int): IssueCommentConnection! }
  type PullRequest { number: Int! updatedAt: DateTime! comments(first: Int): IssueCommentConnection! }
`)

/** Bytes after which GitHub cuts a text off. */
const mostText = 512_000

export interface FakeGraphqlParts {
  repository: FakeRepository
  fullName: string
  issues: () => FakeIssue[]
  /** Of a blob that can be read. */
  content: (sha: string) => Buffer | undefined
  /** Paths whose blame fails. */
  brokenBlame: ReadonlySet<string>
}

/** Runs a query as GitHub would: validated, with `type` at the top of each error, and null at the nearest nullable place. */
export async function runFakeGraphql(
  parts: FakeGraphqlParts,
  query: string,
  variables: Record<string, unknown>,
): Promise<{ data?: unknown; errors?: unknown[] }> {
  const rootValue = {
    repository: ({ owner, name }: { owner: string; name: string }) => {
      if (`${owner}/${name}`.toLowerCase() !== parts.fullName.toLowerCase()) {
        throw fault('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`)
      }
      return fakeRepository(parts)
    },
  }
  const result: ExecutionResult = await graphql({ schema, source: query, rootValue, variableValues: variables })
  if (result.errors === undefined) return { data: result.data }
  const errors = result.errors.map(({ message, path, locations, extensions }) => ({
    ...(typeof extensions.type === 'string' ? { type: extensions.type } : { extensions }),
    ...(path === undefined ? {} : { path }),
    locations,
    message,
  }))
  return result.data === undefined ? { errors } : { data: result.data, errors }
}

function fakeRepository(parts: FakeGraphqlParts) {
  const { repository, issues } = parts
  const listed = (pull: boolean) => (args: ConnectionArguments) =>
    connection(
      issues().filter((issue) => issue.pull === pull),
      args,
    )
  return {
    nameWithOwner: parts.fullName,
    object: async ({ oid }: { oid: string }) => {
      const content = parts.content(oid)
      if (content !== undefined) return fakeBlob(oid, content)
      const commit = await repository.commitOf(oid)
      return commit === undefined ? null : fakeCommit(parts, commit.sha, commit.date)
    },
    issues: listed(false),
    pullRequests: listed(true),
  }
}

function fakeBlob(oid: string, content: Buffer) {
  const isBinary = content.includes(0)
  const shown = content.subarray(0, mostText)
  const text = isBinary ? null : shown.toString('utf8')
  return { __typename: 'Blob', oid, byteSize: content.length, isBinary, isTruncated: content.length > mostText, text }
}

function fakeCommit(parts: FakeGraphqlParts, sha: string, date: Date) {
  const { repository, brokenBlame } = parts
  return {
    __typename: 'Commit',
    oid: sha,
    authoredDate: seconds(date),
    committedDate: seconds(new Date(date.getTime() + 3_600_000)),
    history: async ({ first, path }: { first?: number; path?: string }) => {
      if (first === undefined) throw unbounded('history')
      const commits = await repository.history(sha, path, first)
      return { nodes: commits.map((commit) => fakeCommit(parts, commit.sha, commit.date)) }
    },
    blame: async ({ path }: { path: string }) => {
      const ranges = brokenBlame.has(path) ? undefined : await repository.blame(sha, path)
      if (ranges === undefined) throw fault('SERVICE_UNAVAILABLE', 'Something went wrong while executing your query.')
      return {
        ranges: ranges.map((range) => ({
          ...range,
          age: 1,
          commit: fakeCommit(parts, range.commit.oid, new Date(range.commit.authoredDate)),
        })),
      }
    },
  }
}

interface ConnectionArguments {
  after?: string | null
  first?: number
  labels?: string[]
  orderBy?: { field: string; direction: string }
}

function connection(issues: readonly FakeIssue[], { after, first, labels, orderBy }: ConnectionArguments) {
  if (first === undefined) throw unbounded('issues')
  if (first > 100) throw fault('EXCESSIVE_PAGINATION', `Requesting ${first} records exceeds the limit of 100.`)
  const wanted = labels?.map((label) => label.toLowerCase())
  const matching = issues.filter((issue) => wanted === undefined || issue.labels.some((name) => wanted.includes(name)))
  const direction = orderBy?.direction === 'DESC' ? -1 : 1
  const sorted = matching.toSorted((one, other) => direction * (one.updatedAt.getTime() - other.updatedAt.getTime()))
  const from = after ? Number(Buffer.from(after, 'base64').toString()) : 0
  const end = from + first
  return {
    totalCount: sorted.length,
    pageInfo: {
      hasNextPage: end < sorted.length,
      endCursor: sorted.length === 0 ? null : Buffer.from(String(Math.min(end, sorted.length))).toString('base64'),
    },
    nodes: sorted.slice(from, end).map((issue) => ({
      number: issue.number,
      updatedAt: seconds(issue.updatedAt),
      comments: { totalCount: issue.comments.length },
    })),
  }
}

function fault(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } })
}

function unbounded(name: string): GraphQLError {
  return fault(
    'MISSING_PAGINATION_BOUNDARIES',
    `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`,
  )
}

/** GitHub gives whole seconds. */
function seconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z')
}
