import { lstat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { reasonOf } from '#runtime/errors.ts'
import { GitFailedError } from './errors.ts'
import { gitList, gitText } from './git.ts'

/** A work tree, seen from a folder in it. */
export interface Repository {
  /** Absolute. */
  top: string
  /** The folder from the top, '/' at its end; '' when it is the top. */
  prefix: string
  /** The commit that is checked out; absent before the first one. */
  head?: string | undefined
  /** Its history is cut off: the oldest commit that is here stands for everything before. */
  shallow: boolean
}

/** A file as git lists it. */
export interface GitFile {
  /** From the top of the work tree. */
  path: string
  /** Of its committed content; absent when the file in the work tree differs, or isn't committed yet. */
  blob?: string | undefined
  untracked: boolean
}

export type OpenedRepository =
  | { kind: 'none' }
  | { kind: 'unusable'; warning: string }
  | { kind: 'repository'; repository: Repository }

/** The work tree that the folder is part of. `unusable`: there is one, but git can't be asked about it. */
export async function openRepository(folder: string, signal: AbortSignal): Promise<OpenedRepository> {
  if (!(await isInWorkTree(folder))) return { kind: 'none' }
  try {
    if ((await gitText(folder, ['rev-parse', '--is-inside-work-tree'], signal)) !== 'true') return { kind: 'none' }
    const prefix = await gitText(folder, ['rev-parse', '--show-prefix'], signal)
    // A folder that its repository ignores (a build's output, a scratch folder) is just a folder.
    if (prefix !== '' && (await isIgnored(folder, signal))) return { kind: 'none' }
    const top = await gitText(folder, ['rev-parse', '--show-toplevel'], signal)
    const shallow = (await gitText(folder, ['rev-parse', '--is-shallow-repository'], signal)) === 'true'
    return { kind: 'repository', repository: { top, prefix, shallow, head: await headOf(folder, signal) } }
  } catch (error) {
    if (!(error instanceof GitFailedError)) throw error
    const remedy = reasonOf(error).includes('dubious ownership')
      ? `git refuses it because it belongs to another user: git config --global --add safe.directory ${folder}`
      : reasonOf(error)
    return { kind: 'unusable', warning: `Dates and ignore rules of ${folder} come from the file system: ${remedy}` }
  }
}

/**
 * Everything in the folder that git would not ignore, and the repositories nested in it, by their paths from the top.
 */
export async function listRepository(
  folder: string,
  signal: AbortSignal,
): Promise<{ files: GitFile[]; nested: string[] }> {
  const status = ['status', '--porcelain=v2', '-z', '--untracked-files=all', '--no-renames', '--ignore-submodules=all']
  const [inIndex, changes] = await Promise.all([
    gitList(folder, ['ls-files', '--stage', '--full-name', '-z'], signal),
    gitList(folder, [...status, '--', '.'], signal),
  ])
  const untracked = changes.flatMap((line) => (line.startsWith('? ') ? [line.slice(2)] : []))
  const changed = new Set(changes.flatMap((line) => changedPath(line) ?? []))
  const files = new Map<string, GitFile>()
  const nested = untracked.filter((path) => path.endsWith('/')).map((path) => path.slice(0, -1))
  for (const line of inIndex) {
    const tab = line.indexOf('\t')
    const [mode, blob] = line.slice(0, tab).split(' ')
    const path = line.slice(tab + 1)
    if (mode === '160000') nested.push(path)
    else files.set(path, { path, blob: changed.has(path) ? undefined : blob, untracked: false })
  }
  for (const path of untracked) if (!path.endsWith('/')) files.set(path, { path, untracked: true })
  return { files: [...files.values()], nested }
}

/** Spaces before the path in a line of `git status --porcelain=v2`, by its first letter. */
const fieldsBefore = new Map([
  ['1', 8],
  ['u', 10],
])

function changedPath(line: string): string | undefined {
  const fields = fieldsBefore.get(line.charAt(0))
  return fields === undefined ? undefined : line.split(' ').slice(fields).join(' ')
}

async function isInWorkTree(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    if (await exists(join(at, '.git'))) return true
    if (dirname(at) === at) return false
  }
}

async function isIgnored(folder: string, signal: AbortSignal): Promise<boolean> {
  const ignored = await gitText(folder, ['check-ignore', '--', '.'], signal).catch((error: unknown) => {
    // Git ends with 1, silently, when the path isn't ignored.
    if (error instanceof GitFailedError) return ''
    throw error
  })
  return ignored !== ''
}

async function headOf(folder: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await gitText(folder, ['rev-parse', '--verify', '--quiet', 'HEAD'], signal)
  } catch (error) {
    if (error instanceof GitFailedError) return undefined
    throw error
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
