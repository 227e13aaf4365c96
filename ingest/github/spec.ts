import { ConfigError } from '#runtime/errors.ts'

/** What `github:OWNER/REPO[@REF][:PATH]` names. */
export interface GithubSpec {
  owner: string
  repo: string
  /** A branch, tag or commit; absent: the default branch. */
  ref?: string | undefined
  /** A folder or a file of the repository; absent: all of it. */
  path?: string | undefined
}

// Neither owners, repositories nor refs can hold a colon (git-check-ref-format(1)), so the first one begins the path.
const spec =
  /^github:(?<owner>[A-Za-z0-9][A-Za-z0-9-_]*)\/(?<repo>[A-Za-z0-9._-]+)(?:@(?<ref>[^:\s]+))?(?::(?<path>.+))?$/

/** @throws {ConfigError} When the text has another form. */
export function parseGithubSpec(text: string): GithubSpec {
  const groups = spec.exec(text.trim())?.groups
  const { owner, repo, ref, path } = groups ?? {}
  if (owner === undefined || repo === undefined || /^\.{1,2}$/.test(repo)) {
    throw new ConfigError(`${JSON.stringify(text)} must be github:OWNER/REPO[@REF][:PATH]`)
  }
  const folder = path === undefined ? '' : trimmedPath(path)
  return { owner, repo: repo.replace(/\.git$/, ''), ref, path: folder === '' ? undefined : folder }
}

/** Without what people write around a folder's path: `./docs/`, `/docs`. '' for the root. */
export function trimmedPath(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/')
}
