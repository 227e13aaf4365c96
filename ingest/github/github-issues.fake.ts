/** An issue or pull request of the stand-in; tests change its fields. */
export interface FakeIssue {
  number: number
  title: string
  body: string | null
  author: string | null
  assignees: string[]
  labels: string[]
  pull: boolean
  createdAt: Date
  updatedAt: Date
  closedAt: Date | null
  comments: { author: string | null; body: string; at: Date }[]
}

/** As the REST API shows it. */
export function issueRow(issue: FakeIssue, apiUrl: string, fullName: string) {
  const place = `${apiUrl}/repos/${fullName}`
  const site = `https://github.example/${fullName}/${issue.pull ? 'pull' : 'issues'}/${issue.number}`
  return {
    url: `${place}/issues/${issue.number}`,
    repository_url: place,
    html_url: site,
    number: issue.number,
    title: issue.title,
    body: issue.body,
    user: person(issue.author),
    assignees: issue.assignees.map(person),
    labels: issue.labels.map((name, index) => ({ id: index, name, color: 'd73a4a' })),
    state: issue.closedAt === null ? 'open' : 'closed',
    comments: issue.comments.length,
    created_at: seconds(issue.createdAt),
    updated_at: seconds(issue.updatedAt),
    closed_at: issue.closedAt === null ? null : seconds(issue.closedAt),
    ...(issue.pull ? { pull_request: { url: `${place}/pulls/${issue.number}`, merged_at: null } } : {}),
  }
}

export function commentRows(issue: FakeIssue) {
  return issue.comments.map(({ author, body, at }, index) => ({
    id: index + 1,
    body,
    user: person(author),
    created_at: seconds(at),
    updated_at: seconds(at),
  }))
}

/** The issues that a listing shows, in its order. */
export function filteredIssues(issues: readonly FakeIssue[], query: URLSearchParams): FakeIssue[] {
  const labels = (query.get('labels') ?? '').split(',').filter(Boolean)
  const state = query.get('state') ?? 'open'
  const since = query.get('since')
  const key = query.get('sort') === 'updated' ? 'updatedAt' : 'createdAt'
  const direction = query.get('direction') === 'asc' ? 1 : -1
  return issues
    .filter((issue) => labels.every((label) => issue.labels.includes(label)))
    .filter((issue) => state === 'all' || (state === 'open') === (issue.closedAt === null))
    .filter((issue) => since === null || issue.updatedAt >= new Date(since))
    .toSorted((one, other) => direction * (one[key].getTime() - other[key].getTime()))
}

function person(login: string | null) {
  return login === null ? null : { login, id: 1, type: 'User' }
}

function seconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z')
}
