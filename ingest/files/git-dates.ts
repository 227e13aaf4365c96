import { createHash } from 'node:crypto'
import { join } from 'node:path'
import PQueue from 'p-queue'
import type { Log } from '#runtime/log.ts'
import type { LineDates } from '../source.ts'
import { GitFailedError } from './errors.ts'
import { fileContent } from './file-content.ts'
import type { FoundFile } from './file-tree.ts'
import { gitText } from './git.ts'
import { blame, lineDates } from './git-blame.ts'
import { type DiskCache, RememberedBlame, RememberedHistory } from './git-cache.ts'
import { type History, type LastChange, readHistory } from './git-history.ts'
import type { Repository } from './git-repository.ts'

/** When files and their lines were changed, as far as git knows. */
export interface GitDates {
  /** Once for each repository of a survey, before its files are asked about. @returns what a person should know of it. */
  prepare(repository: Repository, signal: AbortSignal): Promise<string[]>
  /** Absent: the file isn't committed. */
  lastChange(file: FoundFile): LastChange | undefined
  /** Absent: all lines are as old as the file, or git doesn't know. */
  linesOf(file: FoundFile, editedAt: Date, signal: AbortSignal): Promise<LineDates | undefined>
}

export interface GitDatesParts {
  cache: DiskCache
  /** Ask for the date of each line; false: dates of files alone. */
  blameLines: boolean
  log: Log
}

interface Prepared {
  head: string
  /** What the history was read under; another one makes it out of date. */
  rules: string
  history: History
  ignoreFile: string | undefined
}

/** Git processes that work out line dates side by side; each keeps a core busy. */
const blamesAtOnce = 2

export function gitDates({ cache, blameLines, log }: GitDatesParts): GitDates {
  const prepared = new Map<string, Prepared>()
  const queue = new PQueue({ concurrency: blamesAtOnce })

  const historyOf = async (
    repository: Repository & { head: string },
    ignored: IgnoredCommits,
    signal: AbortSignal,
  ): Promise<History> => {
    const rules = ignored.fingerprint
    const key = ['history 1', repository.top, repository.prefix, rules, String(repository.shallow)]
    const held = prepared.get(placeOf(repository))
    if (held?.head === repository.head && held.rules === rules && !repository.shallow) return held.history
    // What lies beyond the edge of a shallow clone may come in at any time, without the head moving.
    const remembered = repository.shallow ? undefined : await cache.get(key, RememberedHistory)
    const history = new Map(remembered?.changes.map(([path, commit, at, only]) => [path, { commit, at, only }]))
    if (remembered?.head === repository.head) return history
    const isAncestor = remembered !== undefined && (await leadsTo(repository, remembered.head, signal))
    const before = isAncestor ? { head: remembered.head, history } : undefined
    const read = await readHistory(repository, { ignored: ignored.commits, before }, signal)
    const changes = [...read].map(([path, { commit, at, only }]) => [path, commit, at, only])
    if (!repository.shallow) await cache.put(key, { head: repository.head, changes })
    return read
  }

  const runsOf = async (file: FoundFile, at: Prepared, change: LastChange, signal: AbortSignal) => {
    const { tracked } = file
    if (tracked === undefined) return []
    const { repository, path, blob } = tracked
    const uncommittedAt = Math.floor(file.mtimeMs / 1000)
    const request = { top: repository.top, path, ignoreFile: at.ignoreFile, uncommittedAt }
    if (blob === undefined) return blame(request, signal)
    const key = ['blame 1', repository.top, path, blob, change.commit, at.rules]
    const remembered = await cache.get(key, RememberedBlame)
    if (remembered !== undefined) return remembered.map(([from, lines, time]) => ({ from, lines, at: time }))
    const runs = await blame({ ...request, commit: at.head }, signal)
    await cache.put(
      key,
      runs.map((run) => [run.from, run.lines, run.at]),
    )
    return runs
  }

  const preparedFor = (file: FoundFile) =>
    file.tracked === undefined ? undefined : prepared.get(placeOf(file.tracked.repository))
  const lastChange = (file: FoundFile) => preparedFor(file)?.history.get(file.tracked?.path ?? '')

  return {
    lastChange,
    async prepare(repository, signal) {
      const { head } = repository
      if (head === undefined) return []
      const ignored = await ignoredCommits(repository, signal)
      const history = await historyOf({ ...repository, head }, ignored, signal)
      prepared.set(placeOf(repository), { head, rules: ignored.fingerprint, history, ignoreFile: ignored.file })
      if (!repository.shallow) return ignored.warnings
      const remedy = 'git fetch --unshallow brings the rest'
      return [...ignored.warnings, `${repository.top} is a shallow clone, so its oldest dates are guesses; ${remedy}.`]
    },
    async linesOf(file, editedAt, signal) {
      const at = preparedFor(file)
      const change = lastChange(file)
      if (!blameLines || at === undefined || change === undefined) return undefined
      if (change.only && file.tracked?.blob !== undefined) return undefined
      try {
        return lineDates(await queue.add(() => runsOf(file, at, change, signal), { signal }), editedAt)
      } catch (error) {
        if (!(error instanceof GitFailedError)) throw error
        log.warn({ path: file.path, err: error }, 'lines could not be dated, so the date of their file is taken')
        return undefined
      }
    },
  }
}

function placeOf(repository: Repository): string {
  return `${repository.top}\n${repository.prefix}`
}

async function leadsTo(repository: Repository & { head: string }, earlier: string, signal: AbortSignal) {
  return gitText(repository.top, ['merge-base', '--is-ancestor', earlier, repository.head], signal).then(
    () => true,
    (error: unknown) => {
      if (error instanceof GitFailedError) return false
      throw error
    },
  )
}

interface IgnoredCommits {
  commits: ReadonlySet<string>
  fingerprint: string
  file: string | undefined
  warnings: string[]
}

/** Commits that only reformatted, by the file that GitHub and GitLab read too. */
async function ignoredCommits(repository: Repository, signal: AbortSignal): Promise<IgnoredCommits> {
  const none = { commits: new Set<string>(), fingerprint: '', file: undefined, warnings: [] }
  const file = join(repository.top, '.git-blame-ignore-revs')
  const content = await fileContent({ path: file, absolute: file }, 1_000_000, signal).catch(() => 'gone' as const)
  if (content === 'gone') return none
  const lines = content
    .toString('utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
  const commits = new Set(lines.filter((line) => line !== ''))
  const odd = [...commits].find((commit) => !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit))
  if (odd !== undefined) return { ...none, warnings: [`${file} is not used: ${odd} is not a full commit id.`] }
  const fingerprint = createHash('sha256')
    .update([...commits].join('\n'))
    .digest('base64url')
    .slice(0, 12)
  return { commits, fingerprint, file, warnings: [] }
}
