import { z } from 'zod'
import { OpsError, reasonOf } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import type { LineDates } from '../source.ts'
import type { GithubApi } from './api.ts'
import {
  GithubForbiddenError,
  GithubLimitedError,
  GithubRepositoryNotFoundError,
  GithubTokenRefusedError,
} from './errors.ts'

/** When a file and each of its lines last changed. */
export interface FileDates {
  editedAt: Date
  /** Absent where blame could not be had. */
  lineDates?: LineDates | undefined
}

export interface FileDatesParts {
  api: GithubApi
  /** The commit that is looked at. */
  head: string
  /** Paths in the order in which they will be asked for; those after the one asked for are fetched along with it. */
  upcoming: readonly string[]
  log: Log
}

// The author's date, as for folders in git: a rebase doesn't make a text newer.
const CommitDate = z.object({ oid: z.string(), authoredDate: z.coerce.date() })
const DatedFile = z.object({
  history: z.object({ nodes: z.array(CommitDate.nullable()).nullable() }),
  blame: z.object({
    ranges: z.array(z.object({ startingLine: z.int(), endingLine: z.int(), commit: CommitDate })),
  }),
})
const Dated = z.object({ repository: z.record(z.string(), DatedFile.nullable().catch(null)).nullable() })
const Commits = z.array(z.object({ commit: z.object({ author: z.object({ date: z.coerce.date() }) }) }))
const Commit = z.object({ author: z.object({ date: z.coerce.date() }) })

/** Files in one query: GitHub ends a query after 10 s, and a blame of a page with a long history takes a few tenths. */
const mostAtOnce = 30
const firstAtOnce = 15
/** Calls kept free for reading content when there are few left. */
const reservedCalls = 30

/**
 * Dates of the files of one commit, fetched in batches: many paths in one GraphQL query, fewer after a failure, one by one
 * when nothing else works. Without GraphQL (it wants a token) a file's date comes from REST as long as calls are left,
 * else from the commit that is looked at, which is the latest that it can be.
 */
export class FileDatesInBatches {
  readonly #parts: FileDatesParts
  readonly #position: ReadonlyMap<string, number>
  readonly #fetched = new Map<string, Promise<FileDates>>()
  readonly #taken = new Set<string>()
  #atOnce = firstAtOnce
  #graphqlUsable: boolean
  #headDate: Promise<Date> | undefined

  constructor(parts: FileDatesParts) {
    this.#parts = parts
    this.#position = new Map(parts.upcoming.map((path, index) => [path, index]))
    this.#graphqlUsable = parts.api.withToken
  }

  /** @throws {OpsError} When GitHub can't be reached at all. */
  async of(path: string, signal: AbortSignal): Promise<FileDates> {
    const dates = this.#fetched.get(path) ?? this.#fetchFrom(path, signal)
    // Asked for once: what was handed out need not be kept.
    this.#fetched.delete(path)
    return dates
  }

  #fetchFrom(path: string, signal: AbortSignal): Promise<FileDates> {
    const batch = this.#graphqlUsable ? this.#batchFrom(path) : [path]
    const fetched = this.#fetch(batch, signal)
    const dateOf = async (each: string) => (await fetched).get(each) ?? this.#withoutGraphql(each, signal)
    for (const each of batch) {
      if (each === path) continue
      const dates = dateOf(each)
      // Whoever asks for it is told; a failure must not be remembered, nor count as unhandled until then.
      dates.catch(() => {
        this.#fetched.delete(each)
        this.#taken.delete(each)
      })
      this.#fetched.set(each, dates)
    }
    return dateOf(path)
  }

  #batchFrom(path: string): string[] {
    const { upcoming } = this.#parts
    const batch = [path]
    this.#taken.add(path)
    const at = this.#position.get(path) ?? upcoming.length
    for (let next = at + 1; next < upcoming.length && batch.length < this.#atOnce; next++) {
      const candidate = upcoming[next]
      if (candidate === undefined || this.#taken.has(candidate)) continue
      this.#taken.add(candidate)
      batch.push(candidate)
    }
    return batch
  }

  /** What GraphQL could tell; paths that it could not are missing. */
  async #fetch(batch: readonly string[], signal: AbortSignal): Promise<Map<string, FileDates>> {
    if (!this.#graphqlUsable) return new Map()
    try {
      const dates = await this.#query(batch, signal)
      if (dates.size === batch.length) this.#atOnce = Math.min(mostAtOnce, this.#atOnce + 5)
      const missing = batch.filter((path) => !dates.has(path))
      if (missing.length === 0 || batch.length === 1) return dates
      return new Map([...dates, ...(await this.#oneByOne(missing, signal))])
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof OpsError) || endsEverything(error)) throw error
      const forbidden = error instanceof GithubForbiddenError || error instanceof GithubRepositoryNotFoundError
      if (forbidden) this.#giveUpGraphql(error)
      if (forbidden || batch.length === 1) return new Map()
      const half = Math.ceil(batch.length / 2)
      this.#atOnce = Math.max(1, Math.min(this.#atOnce, half))
      const { log } = this.#parts
      log.debug({ paths: batch.length, reason: reasonOf(error) }, 'asking GitHub for fewer dates at once')
      const first = await this.#fetch(batch.slice(0, half), signal)
      return new Map([...first, ...(await this.#fetch(batch.slice(half), signal))])
    }
  }

  async #oneByOne(paths: readonly string[], signal: AbortSignal): Promise<Map<string, FileDates>> {
    const all = new Map<string, FileDates>()
    for (const path of paths) {
      for (const [dated, dates] of await this.#fetch([path], signal)) all.set(dated, dates)
    }
    return all
  }

  async #query(batch: readonly string[], signal: AbortSignal): Promise<Map<string, FileDates>> {
    const { api, head } = this.#parts
    const variables = { head, ...Object.fromEntries(batch.map((path, index) => [`p${index}`, path])) }
    const { data, errors } = await api.graphql(datesQuery(batch.length), variables, Dated, signal)
    if (data.repository === null) {
      throw new GithubForbiddenError('The token may not read this repository by GraphQL.', errors[0]?.message)
    }
    const all = new Map<string, FileDates>()
    for (const [index, path] of batch.entries()) {
      const file = data.repository[`f${index}`]
      const editedAt = file ? editedAtOf(file) : undefined
      if (file == null || editedAt === undefined) continue
      all.set(path, { editedAt, lineDates: lineDatesOf(file.blame.ranges, editedAt) })
    }
    return all
  }

  async #withoutGraphql(path: string, signal: AbortSignal): Promise<FileDates> {
    const { api, head, upcoming, log } = this.#parts
    const left = upcoming.length - (this.#position.get(path) ?? 0)
    // A file that GraphQL alone fails on is worth a call; all of them are when enough are left to read them too.
    const affordable = this.#graphqlUsable || (api.remaining ?? 0) > left * 2 + reservedCalls
    if (affordable) {
      const [latest] = await api.get('/commits', { path, sha: head, per_page: 1 }, Commits, signal)
      if (latest !== undefined) return { editedAt: latest.commit.author.date }
      log.warn({ path }, 'GitHub knows no commit of a file')
    }
    this.#headDate ??= this.#dateOfHead(signal)
    return { editedAt: await this.#headDate }
  }

  async #dateOfHead(signal: AbortSignal): Promise<Date> {
    const { api, head } = this.#parts
    try {
      return (await api.get('/git/commits/{head}', { head }, Commit, signal)).author.date
    } catch (error) {
      this.#headDate = undefined
      throw error
    }
  }

  #giveUpGraphql(error: OpsError): void {
    if (!this.#graphqlUsable) return
    this.#graphqlUsable = false
    this.#parts.log.warn({ err: error }, 'no blame from GitHub: passages are dated by their files')
  }
}

function endsEverything(error: OpsError): boolean {
  return error instanceof GithubLimitedError || error instanceof GithubTokenRefusedError
}

// A failed blame empties the object that it stands in, up to the first that may be null: so each path has its own.
function datesQuery(paths: number): string {
  const indexes = Array.from({ length: paths }, (_, index) => index)
  return `query FileDates($owner: String!, $repo: String!, $head: GitObjectID!, ${indexes.map((i) => `$p${i}: String!`).join(', ')}) {
  repository(owner: $owner, name: $repo) {
${indexes.map((i) => `    f${i}: object(oid: $head) { ...File${i} }`).join('\n')}
  }
}
${indexes.map(fileFragment).join('\n')}`
}

function fileFragment(index: number): string {
  return `fragment File${index} on Commit {
  history(first: 2, path: $p${index}) { nodes { oid authoredDate } }
  blame(path: $p${index}) { ranges { startingLine endingLine commit { oid authoredDate } } }
}`
}

/**
 * The last commit of the path; but where the path's only commit wrote none of its lines, it merely put the file there under
 * a new name, and the latest line counts. (A commit that only removed lines is an edit: there are others before it.)
 */
function editedAtOf({ history, blame }: z.infer<typeof DatedFile>): Date | undefined {
  const commits = (history.nodes ?? []).filter((commit) => commit !== null)
  const [latest] = commits
  const lines = blame.ranges.map(({ commit }) => commit)
  if (latest === undefined || commits.length > 1 || lines.length === 0) return latest?.authoredDate
  if (lines.some(({ oid }) => oid === latest.oid)) return latest.authoredDate
  return new Date(Math.max(...lines.map(({ authoredDate }) => authoredDate.getTime())))
}

function lineDatesOf(
  ranges: readonly { startingLine: number; endingLine: number; commit: { authoredDate: Date } }[],
  whole: Date,
): LineDates {
  const sorted = ranges.toSorted((one, other) => one.startingLine - other.startingLine)
  return {
    at(line) {
      let low = 0
      let high = sorted.length - 1
      while (low < high) {
        const middle = Math.ceil((low + high) / 2)
        if ((sorted[middle]?.startingLine ?? 0) <= line) low = middle
        else high = middle - 1
      }
      const range = sorted[low]
      const inside = range !== undefined && range.startingLine <= line && line <= range.endingLine
      return inside ? range.commit.authoredDate : whole
    },
  }
}
