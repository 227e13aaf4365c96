import { GitFailedError } from './errors.ts'
import { gitText } from './git.ts'

/** Where a file can be seen on the web, by its path from the top of the repository. */
export type WebUrl = (path: string) => string

/**
 * Pages of files at the host that the repository was cloned from, on the branch that is checked out, or on the default
 * one where the host doesn't have it. Absent: there is no remote, or its host isn't known to show files.
 */
export async function webUrls(folder: string, signal: AbortSignal): Promise<WebUrl | undefined> {
  const ask = async (...args: string[]) => {
    try {
      return await gitText(folder, args, signal)
    } catch (error) {
      if (error instanceof GitFailedError) return ''
      throw error
    }
  }
  const branch = await ask('symbolic-ref', '--quiet', '--short', 'HEAD')
  const upstream = branch === '' ? '' : await ask('config', '--get', `branch.${branch}.remote`)
  const remote = upstream === '' || upstream === '.' ? 'origin' : upstream
  const repository = repositoryUrl(await ask('remote', 'get-url', remote))
  if (repository === undefined) return undefined
  const merged = upstream === remote ? await ask('config', '--get', `branch.${branch}.merge`) : ''
  const isThere = branch !== '' && (await ask('rev-parse', '--verify', '--quiet', `refs/remotes/${remote}/${branch}`))
  const ref = merged.replace(/^refs\/heads\//, '') || (isThere === '' || isThere === false ? 'HEAD' : branch)
  const pages = pagesOf(repository)
  return pages === undefined ? undefined : (path) => `${repository.href}${pages}${encoded(ref)}/${encoded(path)}`
}

/** The https address of a remote, without credentials, `.git` and a last slash. */
function repositoryUrl(remote: string): URL | undefined {
  const short = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/)(.+)$/.exec(remote)
  const written = short === null || remote.includes('://') ? remote : `ssh://${short[1]}/${short[2]}`
  if (!/^(?:https?|ssh|git):\/\//.test(written) || !URL.canParse(written)) return undefined
  const { protocol, host, hostname, pathname } = new URL(written)
  const path = pathname.replace(/\/+$/, '').replace(/\.git$/, '')
  const isWeb = protocol === 'https:' || protocol === 'http:'
  return path === '' ? undefined : new URL(`${isWeb ? protocol : 'https:'}//${isWeb ? host : hostname}${path}`)
}

function pagesOf(repository: URL): string | undefined {
  const host = repository.hostname
  if (/(?:^|\.)github\./.test(host)) return '/blob/'
  if (/(?:^|\.)gitlab\./.test(host)) return '/-/blob/'
  if (host === 'bitbucket.org') return '/src/'
  return host === 'codeberg.org' || /(?:^|\.)(?:gitea|forgejo)\./.test(host) ? '/src/branch/' : undefined
}

function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
