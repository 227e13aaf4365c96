import { commentRows, type FakeIssue, filteredIssues, issueRow } from './github-issues.fake.ts'
import type { FakeRepository } from './github-repository.fake.ts'

export interface Reply {
  status: number
  body?: unknown
  headers?: Record<string, string>
  /** Instead of JSON. */
  text?: string
}

/** What REST shows of the stand-in. */
export interface ServedRepository {
  readonly repository: FakeRepository
  readonly owner: string
  readonly repo: string
  readonly fullName: string
  readonly apiUrl: string
  readonly issues: ReadonlyMap<number, FakeIssue>
  readonly departed: ReadonlyMap<number, 'gone' | { to: number }>
  readonly issuesEnabled: boolean
  readonly brokenBlobs: ReadonlySet<string>
  /** Entries after which a recursive tree is cut off. */
  readonly treeLimit: number
  content(sha: string): Buffer | undefined
}

const site = 'https://github.example'
export const docs = 'https://docs.github.com/rest'
export const notFound: Reply = { status: 404, body: { message: 'Not Found', documentation_url: docs, status: '404' } }

export function moved(to: string): Reply {
  return { status: 301, headers: { location: to }, body: { message: 'Moved Permanently', url: to } }
}

function hourLater(date: Date): Date {
  return new Date(date.getTime() + 3_600_000)
}

/** @param path Below `/repos/OWNER/REPO`, decoded. */
export async function answerRest(github: ServedRepository, path: string, url: URL, accept: string): Promise<Reply> {
  const [, area = '', ...rest] = path.split('/')
  const name = rest.join('/')
  if (path === '') return about(github)
  if (area === 'issues') return issues(github, rest, url)
  if (path.startsWith('/repositories/2/issues/')) return movedIssue(github, Number(rest.at(-1)))
  if (github.repository.isEmpty) {
    return { status: 409, body: { message: 'Git Repository is empty.', documentation_url: docs, status: '409' } }
  }
  if (area === 'commits' && name === '') return history(github, url.searchParams)
  if (area === 'commits') return commit(github, name, accept)
  if (area === 'compare') return compare(github, name)
  if (area === 'branches' && name === '') return names(github, 'heads', url)
  if (area === 'tags' && name === '') return names(github, 'tags', url)
  if (area !== 'git') return notFound
  const sha = rest.slice(1).join('/')
  if (rest[0] === 'trees') return tree(github, sha, url.searchParams.has('recursive'))
  if (rest[0] === 'blobs') return blob(github, sha)
  return rest[0] === 'commits' ? gitCommit(github, sha) : notFound
}

function about(github: ServedRepository): Reply {
  const body = { id: 1, name: github.repo, full_name: github.fullName, default_branch: 'main' }
  return { status: 200, body: { ...body, html_url: `${site}/${github.fullName}`, private: false, archived: false } }
}

async function commit(github: ServedRepository, ref: string, accept: string): Promise<Reply> {
  const sha = await github.repository.resolve(ref)
  if (sha === undefined) return { status: 422, body: { message: `No commit found for SHA: ${ref}`, status: '422' } }
  if (!accept.includes('application/vnd.github.sha')) throw new Error('the stand-in gives the SHA alone')
  return { status: 200, text: sha, headers: { 'content-type': 'application/vnd.github.sha; charset=utf-8' } }
}

async function history(github: ServedRepository, query: URLSearchParams): Promise<Reply> {
  const limit = Number(query.get('per_page') ?? 30)
  const commits = await github.repository.history(query.get('sha') ?? 'HEAD', query.get('path') ?? undefined, limit)
  return {
    status: 200,
    body: commits.map(({ sha, date }) => ({
      sha,
      commit: { author: { date }, committer: { date: hourLater(date) } },
    })),
  }
}

async function gitCommit(github: ServedRepository, sha: string): Promise<Reply> {
  const commit = await github.repository.commitOf(sha)
  if (commit === undefined) return notFound
  return {
    status: 200,
    body: {
      sha,
      author: { date: commit.date },
      committer: { date: hourLater(commit.date) },
      tree: { sha: commit.tree },
    },
  }
}

async function tree(github: ServedRepository, sha: string, isRecursive: boolean): Promise<Reply> {
  const tree = await github.repository.tree(sha, isRecursive)
  if (tree === undefined) return notFound
  const isTruncated = isRecursive && tree.length > github.treeLimit
  const shown = isTruncated ? tree.slice(0, github.treeLimit) : tree
  return { status: 200, body: { sha, url: `${github.apiUrl}/git/trees/${sha}`, tree: shown, truncated: isTruncated } }
}

function blob(github: ServedRepository, sha: string): Reply {
  if (github.brokenBlobs.has(sha)) return { status: 503, body: { message: 'No server is currently available' } }
  const bytes = github.content(sha)
  if (bytes === undefined) return notFound
  // GitHub breaks the lines of base64 after 60 characters.
  const content = bytes.toString('base64').replace(/.{60}/g, '$&\n')
  return { status: 200, body: { sha, size: bytes.length, encoding: 'base64', content } }
}

async function compare(github: ServedRepository, basehead: string): Promise<Reply> {
  const [base = '', head = ''] = basehead.split('...')
  if ((await github.repository.resolve(base)) === undefined) return notFound
  const compared = await github.repository.compare(base, head)
  if (compared === undefined)
    return { ...notFound, body: { message: `No common ancestor between ${base} and ${head}.` } }
  const { ahead, behind, files, common } = compared
  const status = ahead === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged'
  const shown = files.slice(0, 300)
  const counts = { ahead_by: ahead, behind_by: behind, total_commits: ahead }
  return { status: 200, body: { status, ...counts, merge_base_commit: { sha: common }, commits: [], files: shown } }
}

async function names(github: ServedRepository, kind: 'heads' | 'tags', url: URL): Promise<Reply> {
  return page(
    (await github.repository.names(kind)).map((name) => ({ name })),
    url,
  )
}

function issues(github: ServedRepository, [number, part]: readonly string[], url: URL): Reply {
  if (!github.issuesEnabled) {
    return { status: 410, body: { message: 'Issues has been disabled in this repository.', status: '410' } }
  }
  if (number === undefined) {
    const rows = filteredIssues([...github.issues.values()], url.searchParams)
    return page(
      rows.map((issue) => issueRow(issue, github.apiUrl, github.fullName)),
      url,
    )
  }
  const departed = github.departed.get(Number(number))
  if (departed === 'gone') return { status: 410, body: { message: 'This issue was deleted', status: '410' } }
  if (departed !== undefined) return moved(`${github.apiUrl}/repositories/2/issues/${departed.to}`)
  const issue = github.issues.get(Number(number))
  if (issue === undefined) return notFound
  if (part === undefined) return { status: 200, body: issueRow(issue, github.apiUrl, github.fullName) }
  return part === 'comments' ? page(commentRows(issue), url) : notFound
}

function movedIssue(github: ServedRepository, number: number): Reply {
  const at = new Date('2025-01-01T00:00:00Z')
  const labels = [...new Set([...github.issues.values()].flatMap((issue) => issue.labels))]
  const issue = {
    number,
    title: 'Elsewhere',
    body: '',
    author: null,
    assignees: [],
    labels,
    pull: false,
    comments: [],
  }
  const row = issueRow(
    { ...issue, createdAt: at, updatedAt: at, closedAt: null },
    github.apiUrl,
    `${github.owner}/other`,
  )
  return { status: 200, body: row }
}

function page(rows: readonly unknown[], url: URL): Reply {
  const size = Math.min(100, Number(url.searchParams.get('per_page') ?? 30))
  const page = Number(url.searchParams.get('page') ?? 1)
  const last = Math.ceil(rows.length / size)
  const to = (number: number, rel: string) => {
    const link = new URL(url)
    link.searchParams.set('page', String(number))
    return `<${link}>; rel="${rel}"`
  }
  const links = page < last ? { link: [to(page + 1, 'next'), to(last, 'last')].join(', ') } : undefined
  return { status: 200, body: rows.slice((page - 1) * size, page * size), ...(links && { headers: links }) }
}
