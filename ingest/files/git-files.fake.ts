import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** A real repository in a temporary folder, whose commits have the dates that a test gives them. */
export interface TemporaryRepository extends AsyncDisposable {
  path: string
  git(...args: string[]): Promise<string>
  /** Writes without committing. */
  write(path: string, content: string | Uint8Array): Promise<void>
  /** Commits everything as it is. @returns the commit. */
  commit(at?: Date): Promise<string>
}

export async function temporaryRepository(at?: string): Promise<TemporaryRepository> {
  const parent = at ?? (await mkdtemp(join(tmpdir(), 'nightdesk-git-')))
  const path = join(parent, 'repo')
  await mkdir(path, { recursive: true })
  const git = async (...args: string[]) => runGit(path, args)
  await git('init', '--quiet', '--initial-branch=main')
  return {
    path,
    git,
    async write(name, content) {
      await mkdir(dirname(join(path, name)), { recursive: true })
      await writeFile(join(path, name), content)
    },
    async commit(date = new Date('2024-01-01T00:00:00Z')) {
      await git('add', '--all')
      await runGit(path, ['commit', '--quiet', '--allow-empty', '-m', 'Change'], date)
      return (await git('rev-parse', 'HEAD')).trim()
    },
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }),
  }
}

export async function runGit(folder: string, args: readonly string[], at?: Date): Promise<string> {
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...kept } = process.env
  const dates = at === undefined ? {} : { GIT_AUTHOR_DATE: at.toISOString(), GIT_COMMITTER_DATE: at.toISOString() }
  const person = { GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@acme.example' }
  const env = {
    ...kept,
    ...dates,
    ...person,
    GIT_COMMITTER_NAME: 'Ann',
    GIT_COMMITTER_EMAIL: 'ann@acme.example',
    // Whatever the machine's own configuration says (signing, hooks, templates) is none of a test's business.
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
  }
  const { stdout } = await execute('git', ['-C', folder, ...args], { env })
  return stdout
}
