import { setTimeout } from 'node:timers/promises'
import { type Clock, systemClock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { RawEntry, Source, Survey, Surveyed, SurveyedEntry } from '../source.ts'
import { GithubApi } from './api.ts'
import { blobReader } from './blobs.ts'
import { chooser } from './candidates.ts'
import { readCursor, shortHash } from './cursor.ts'
import { isDiscussion, readDiscussion, surveyDiscussions } from './discussions.ts'
import { GithubFileUnreadableError } from './errors.ts'
import { FileDatesInBatches } from './file-dates.ts'
import { type FilesSurvey, type SurveyedFile, surveyFiles } from './files-survey.ts'
import { Gate, type Wait } from './gate.ts'
import { ownersReader } from './owners-files.ts'
import { encodePath } from './repository.ts'

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
  return new GithubSource(options)
}

class GithubSource implements Source {
  readonly id: string
  readonly audience: readonly string[]
  readonly #options: GithubSourceOptions
  readonly #api: GithubApi
  readonly #parts: Parameters<typeof surveyFiles>[0]
  /** By entry, as the last survey that looked at the tree found them. */
  #files = new Map<string, SurveyedFile>()
  #at: { base: string; dates: FileDatesInBatches } | undefined

  constructor(options: GithubSourceOptions) {
    this.id = options.id
    this.audience = options.audience
    this.#options = options
    this.#api = githubApi(options)
    const { path = '', include = [], exclude = [], ref, maxFileBytes = defaultMaxFileBytes } = options
    const blobs = blobReader(this.#api)
    const rules = { under: path, include, exclude, maxFileBytes }
    this.#parts = { api: this.#api, blobs, owners: ownersReader(blobs), chooser: chooser(rules), ref }
  }

  get apiCalls(): number {
    return this.#api.calls
  }

  async survey(known: Surveyed, signal: AbortSignal): Promise<Survey> {
    const scope = scopeOf(this.#options)
    const cursor = readCursor(known.cursor, scope)
    if (cursor !== undefined) this.#api.moveTo(cursor.files.home)
    const stored = {
      revisions: new Map([...known.revisions].filter(([entry]) => !isDiscussion(entry))),
      failed: new Set([...known.failed].filter((entry) => !isDiscussion(entry))),
      state: cursor?.files,
    }
    const files = await surveyFiles(this.#parts, stored, signal)
    const discussions = await surveyDiscussions(this.#discussions(), known, cursor?.discussions, signal)
    this.#prepareReading(files)
    const same = cursor !== undefined && files.state === cursor.files && discussions.state === cursor.discussions
    const next = { version: 1, scope, files: files.state, discussions: discussions.state }
    return {
      changed: [...files.changed.map(({ entry, revision }) => ({ entry, revision })), ...discussions.changed],
      unchanged: files.unchanged + discussions.unchanged,
      gone: [...files.gone, ...discussions.gone],
      cursor: same ? known.cursor : JSON.stringify(next),
      skipped: files.state.skipped.map(({ entry, reason }) => ({ entry, reason })),
      warnings: [...this.#warnings(files), ...discussions.warnings],
    }
  }

  async read(surveyed: SurveyedEntry, signal: AbortSignal): Promise<RawEntry | 'gone'> {
    if (isDiscussion(surveyed.entry)) return readDiscussion(this.#discussions(), surveyed, signal)
    const file = this.#files.get(surveyed.entry)
    if (file === undefined || this.#at === undefined) {
      throw new GithubFileUnreadableError(surveyed.entry, 'it was not among the changes of the last survey')
    }
    const reading = [this.#parts.blobs.read(file.sha, signal), this.#at.dates.of(file.path, signal)] as const
    const [content, dates] = await Promise.all(reading)
    const url = `${this.#at.base}${encodePath(file.path)}`
    return { entry: file.entry, path: file.entry, url, content, owners: file.owners, ...dates }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#files.clear()
  }

  #prepareReading({ changed, state }: FilesSurvey): void {
    this.#files = new Map(changed.map((file) => [file.entry, file]))
    const upcoming = changed.map(({ path }) => path)
    const dates = new FileDatesInBatches({ api: this.#api, head: state.head, upcoming, log: this.#options.log })
    this.#at = { base: state.base, dates }
  }

  #discussions() {
    return { api: this.#api, labels: this.#options.labels, log: this.#options.log }
  }

  #warnings(files: FilesSurvey): string[] {
    const { owner, repo } = this.#options
    const warnings: string[] = []
    if (files.state.home.toLowerCase() !== `${owner}/${repo}`.toLowerCase()) {
      warnings.push(`${owner}/${repo} is called ${files.state.home} now; write that into the configuration.`)
    }
    if (!this.#api.withToken && files.changed.length > 0) {
      warnings.push('Without a GITHUB_TOKEN passages are dated by their files, or by the latest commit, not by blame.')
    }
    return warnings
  }
}

function githubApi(options: GithubSourceOptions): GithubApi {
  const { owner, repo, token, apiUrl, log, onWait, maxWaitMs = defaultMaxWaitMs, clock = systemClock } = options
  const sleep = options.sleep ?? sleepFor
  return new GithubApi({ apiUrl, owner, repo, token, sleep, gate: new Gate({ clock, sleep, log, onWait, maxWaitMs }) })
}

async function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal })
}

/** Changes with whatever makes another survey of the same repository. */
function scopeOf(options: GithubSourceOptions): string {
  const { owner, repo, ref, path, include, exclude, labels, maxFileBytes } = options
  return shortHash(JSON.stringify([owner, repo, ref, path, include, exclude, labels, maxFileBytes]))
}
