import { z } from 'zod'
import type { Answer, GithubApi } from './api.ts'
import { failedCall, GithubAnswerError, GithubRefNotFoundError, GithubRepositoryNotFoundError } from './errors.ts'

/** Where a source's documents are seen by people. */
export interface Home {
  fullName: string
  /** Begins the address of each file: `https://github.com/OWNER/REPO/blob/REF/`. */
  base: string
}

const CommitSha = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/)
const Repository = z.object({ full_name: z.string(), html_url: z.string(), default_branch: z.string() })
const Names = z.array(z.object({ name: z.string() }))

/**
 * The commit that the ref stands for now.
 * @param ref Absent: the default branch.
 * @throws {GithubRefNotFoundError} With the names that look most like it.
 */
export async function resolveHead(
  api: GithubApi,
  ref: string | undefined,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<Answer<string>> {
  // This media type answers with the SHA alone; the usual one would list the commit's files and their patches too.
  const parameters = { ref: ref ?? 'HEAD', accept: 'application/vnd.github.sha' }
  try {
    return await api.getIfChanged('/commits/{ref}', parameters, etag, CommitSha, signal)
  } catch (error) {
    const noCommit = error instanceof GithubAnswerError && failedCall(error.cause)?.status === 422
    const notFound = error instanceof GithubRepositoryNotFoundError
    if (ref === undefined || (!noCommit && !notFound)) throw error
    // Without the repository this fails as it should; with it, the ref is what's missing.
    await readHome(api, ref, signal)
    throw new GithubRefNotFoundError(api.fullName, ref, await namesLike(api, ref, signal), error)
  }
}

export async function readHome(api: GithubApi, ref: string | undefined, signal: AbortSignal): Promise<Home> {
  const repository = await api.get('', {}, Repository, signal)
  return {
    fullName: repository.full_name,
    base: `${repository.html_url}/blob/${encodePath(ref ?? repository.default_branch)}/`,
  }
}

/** Keeps the '/' between parts. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

async function namesLike(api: GithubApi, ref: string, signal: AbortSignal): Promise<string[]> {
  const branches = await api.get('/branches', { per_page: 100 }, Names, signal)
  const tags = await api.get('/tags', { per_page: 100 }, Names, signal)
  return [...branches, ...tags]
    .map(({ name }) => ({ name, distance: distance(name.toLowerCase(), ref.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, ref.length / 3) || name.endsWith(`/${ref}`))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, 3)
    .map(({ name }) => name)
}

/** Letters to add, drop or change to get from one text to the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [i, letter] of Array.from(one).entries()) {
    const next = [i + 1]
    for (const [j, otherLetter] of Array.from(other).entries()) {
      const changed = (row[j] ?? 0) + (letter === otherLetter ? 0 : 1)
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
