import { setTimeout } from 'node:timers/promises'
import { type Clock, systemClock } from '#runtime/clock.ts'
import { userMessageOf } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import type { RawEntry, Source, Survey, Surveyed, SurveyedEntry } from '../source.ts'
import { GithubApi } from './api.ts'
import { blobReader } from './blobs.ts'
import { chooser } from './candidates.ts'
import { readCursor, shortHash } from './cursor.ts'
import { isDiscussion, readDiscussion, surveyDiscussions } from './discussions.ts'
import { GithubRepositoryNotFoundError } from './errors.ts'
import { FileBatches, type FileBatchesParts } from './file-batches.ts'
import { type FilesSurvey, type SurveyedFile, surveyFiles } from './files-survey.ts'
import { Gate, type Wait } from './gate.ts'
import { ownersReader } from './owners-files.ts'
import { encodePath, readHome } from './repository.ts'
import { trimmedPath } from './spec.ts'

export interface GithubSourceOptions {
  id: string
  owner: string
  repo: string
  /** A branch, tag or commit; absent: the default branch. */
  ref?: string | undefined
  /** A folder or file; absent: all of the repository. */
  path?: string | undefined
  /** Globs over paths from `path`; none: every format that can be read. */
  include?: readonly string[] | undefined
  exclude?: readonly string[] | undefined
  /** Issues and pull requests with one of these labels come along; none: none do. */
  labels: readonly string[]
  audience: readonly string[]
  /** Larger files are left alone. 5 MB by default, as in folders. */
  maxFileBytes?: number | undefined
  /** Without one GitHub allows 60 calls an hour, and no blame. */
  token?: string | undefined
  /** `https://api.github.com`, or `https://HOST/api/v3` of an Enterprise Server. */
  apiUrl: string
  log: Log
  /** Told when GitHub's limits have us wait; the log is told too. */
  onWait?: ((wait: Wait) => void) | undefined
  /** Longer waits end the sync instead. 65 minutes by default: the hourly limit is over by then. */
  maxWaitMs?: number | undefined
  clock?: Clock | undefined
  /** How waiting is done; it ends with its signal. */
  sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined
}

const defaultMaxFileBytes = 5_000_000
const defaultMaxWaitMs = 65 * 60_000

/** A repository on GitHub: its files at a ref, and the issues and pull requests with certain labels. */
export function githubSource(options: GithubSourceOptions): Source {
  const { id, audience, ref, include = [], exclude = [], log, maxFileBytes = defaultMaxFileBytes } = options
  const labels = [...new Set(options.labels)]
  const api = githubApi(options)
  const blobs = blobReader(api)
  const under = options.path === undefined ? '' : trimmedPath(options.path)
  const files = {
    api,
    blobs,
    owners: ownersReader(blobs),
    chooser: chooser({ under, include, exclude, maxFileBytes }),
    ref,
  }
  const discussions = { api, labels, log }
  const scope = shortHash(
    JSON.stringify([options.owner, options.repo, ref, under, include, exclude, labels, maxFileBytes]),
  )
  let surveyed: SurveyedFiles | undefined

  const survey = async (known: Surveyed, signal: AbortSignal): Promise<Survey> => {
    try {
      return await look(known, signal)
    } catch (error) {
      if (known.revisions.size > 0 && (await isTakenAway(api, error, signal))) return nothingLeft(known, error)
      throw error
    }
  }

  const look = async (known: Surveyed, signal: AbortSignal): Promise<Survey> => {
    const cursor = readCursor(known.cursor, scope)
    if (cursor !== undefined) api.moveTo(cursor.files.home)
    const stored = {
      revisions: new Map([...known.revisions].filter(([entry]) => !isDiscussion(entry))),
      failed: new Set([...known.failed].filter((entry) => !isDiscussion(entry))),
      state: cursor?.files,
    }
    const found = await surveyFiles(files, stored, signal)
    const talked = await surveyDiscussions(discussions, known, cursor?.discussions, signal)
    surveyed = surveyedFiles({ api, blobs, log }, found)
    const isSame = cursor !== undefined && found.state === cursor.files && talked.state === cursor.discussions
    const next = { version: 1, scope, files: found.state, discussions: talked.state }
    return {
      changed: [...found.changed.map(({ entry, revision }) => ({ entry, revision })), ...talked.changed],
      unchanged: found.unchanged + talked.unchanged,
      gone: [...found.gone, ...talked.gone],
      cursor: isSame ? known.cursor : JSON.stringify(next),
      skipped: found.state.skipped.map(({ entry, reason }) => ({ entry, reason })),
      warnings: [...warningsOf(options, found), ...talked.warnings],
    }
  }

  let looking: Promise<SurveyedFiles> | undefined
  /** Whoever surveyed may be another worker, or it was too long ago: then all files are looked at as they are now. */
  const lookAfresh = async (wanted: SurveyedEntry, signal: AbortSignal): Promise<SurveyedFiles> => {
    const before = looking
    const known = before === undefined ? undefined : placed(await before, wanted)
    if (known !== undefined) return known
    if (looking === before) {
      const nothing = { revisions: new Map<string, string>(), failed: new Set<string>() }
      looking = surveyFiles(files, nothing, signal).then((found) => {
        surveyed = surveyedFiles({ api, blobs, log }, found)
        return surveyed
      })
      const mine = looking
      mine.catch(() => {
        if (looking === mine) looking = undefined
      })
    }
    return looking ?? lookAfresh(wanted, signal)
  }

  const read = async (wanted: SurveyedEntry, signal: AbortSignal): Promise<RawEntry | 'gone'> => {
    if (isDiscussion(wanted.entry)) return readDiscussion(discussions, wanted, signal)
    const found = placed(surveyed, wanted) ?? placed(await lookAfresh(wanted, signal), wanted) ?? surveyed
    const file = found?.byEntry.get(wanted.entry)
    if (file === undefined || found === undefined) return 'gone'
    const { entry, path, sha, owners } = file
    const url = `${found.base}${encodePath(path)}`
    const { editedAt, lineDates, content = await blobs.read(sha, signal) } = await found.batches.of(file, signal)
    return { entry, path: entry, url, content, owners, editedAt, lineDates, anchors: 'line-numbers' }
  }

  return {
    id,
    audience,
    get apiCalls() {
      return api.calls
    },
    get apiBudget() {
      return api.budget
    },
    survey,
    read,
    async [Symbol.asyncDispose]() {
      surveyed = undefined
    },
  }
}

/** Says GitHub, and says it again, that there is no such repository for us? What we may no longer see, nobody is shown. */
async function isTakenAway(api: GithubApi, error: unknown, signal: AbortSignal): Promise<boolean> {
  if (!(error instanceof GithubRepositoryNotFoundError)) return false
  try {
    await readHome(api, undefined, signal)
    return false
  } catch (again) {
    signal.throwIfAborted()
    return again instanceof GithubRepositoryNotFoundError
  }
}

function nothingLeft(known: Surveyed, error: unknown): Survey {
  const warning = `${userMessageOf(error)} Its ${known.revisions.size} documents are no longer answered from; they come back once it can be seen again.`
  return { changed: [], unchanged: 0, gone: [...known.revisions.keys()], skipped: [], warnings: [warning] }
}

/** @returns The survey, if the entry was as wanted in it. */
function placed(surveyed: SurveyedFiles | undefined, { entry, revision }: SurveyedEntry): SurveyedFiles | undefined {
  return surveyed?.byEntry.get(entry)?.revision === revision ? surveyed : undefined
}

/** What the last survey found to be read. */
interface SurveyedFiles {
  byEntry: ReadonlyMap<string, SurveyedFile>
  base: string
  batches: FileBatches
}

function surveyedFiles(
  parts: Pick<FileBatchesParts, 'api' | 'blobs' | 'log'>,
  { changed, state }: FilesSurvey,
): SurveyedFiles {
  return {
    byEntry: new Map(changed.map((file) => [file.entry, file])),
    base: state.base,
    batches: new FileBatches({ ...parts, head: state.head, upcoming: changed }),
  }
}

function warningsOf({ owner, repo, token }: GithubSourceOptions, { state, changed }: FilesSurvey): string[] {
  const warnings: string[] = []
  if (state.home.toLowerCase() !== `${owner}/${repo}`.toLowerCase()) {
    warnings.push(`${owner}/${repo} is called ${state.home} now; write that into the configuration.`)
  }
  if (token === undefined && changed.length > 0) {
    warnings.push('Without a GITHUB_TOKEN passages are dated by their files, or by the latest commit, not by blame.')
  }
  return warnings
}

function githubApi(options: GithubSourceOptions): GithubApi {
  const { owner, repo, token, apiUrl, log, onWait, maxWaitMs = defaultMaxWaitMs, clock = systemClock } = options
  const sleep = options.sleep ?? sleepFor
  return new GithubApi({ apiUrl, owner, repo, token, sleep, gate: new Gate({ clock, sleep, log, onWait, maxWaitMs }) })
}

async function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal })
}
