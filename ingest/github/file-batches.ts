import { z } from 'zod'
import { OpsError, reasonOf } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import type { LineDates } from '../source.ts'
import type { GithubApi } from './api.ts'
import { type BlobReader, isContentOf } from './blobs.ts'
import {
  GithubForbiddenError,
  GithubLimitedError,
  GithubRepositoryNotFoundError,
  GithubTokenRefusedError,
} from './errors.ts'

/** A file that will be read. */
export interface FileToFetch {
  /** From the root of the repository. */
  path: string
  sha: string
  /** Bytes. */
  size: number
}

/** What a batch tells of a file. */
export interface FetchedFile {
  editedAt: Date
  /** Absent where blame could not be had. */
  lineDates?: LineDates | undefined
  /** Absent where it has to be read by itself. */
  content?: Uint8Array | undefined
}

export interface FileBatchesParts {
  api: GithubApi
  /** What it has at hand already isn't fetched again. */
  blobs: BlobReader
  /** The commit that is looked at. */
  head: string
  /** In the order in which they will be asked for; those after the one asked for are fetched along with it. */
  upcoming: readonly FileToFetch[]
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
const Content = z.object({ text: z.string().nullable() })
const Batch = z.object({ repository: z.record(z.string(), z.unknown()).nullable() })
const Commits = z.array(z.object({ commit: z.object({ author: z.object({ date: z.coerce.date() }) }) }))
const Commit = z.object({ author: z.object({ date: z.coerce.date() }) })

/** Files in one query: GitHub ends a query after 10 s, and a blame of a page with a long history takes a few tenths. */
const mostAtOnce = 30
const firstAtOnce = 15
/** Larger contents are read by themselves. Bytes; GraphQL cuts a text off at 512 kB. */
const mostInline = 100_000
/** Calls kept free for reading content when there are few left. */
const reservedCalls = 30

/**
 * Dates and contents of the files of one commit, fetched in batches: many paths in one GraphQL query, fewer after a failure,
 * one by one when nothing else works. So a first sync of 10,000 files keeps within an hour's calls. Without GraphQL (it
 * wants a token) a file's date comes from REST as long as calls are left, else from the commit that is looked at, which is
 * the latest that it can be.
 */
export class FileBatches {
  readonly #parts: FileBatchesParts
  readonly #position: ReadonlyMap<string, number>
  readonly #fetched = new Map<string, Promise<FetchedFile>>()
  readonly #taken = new Set<string>()
  #atOnce = firstAtOnce
  #graphqlUsable: boolean
  #headDate: Promise<Date> | undefined

  constructor(parts: FileBatchesParts) {
    this.#parts = parts
    this.#position = new Map(parts.upcoming.map(({ path }, index) => [path, index]))
    this.#graphqlUsable = parts.api.withToken
  }

  /** @throws {OpsError} When GitHub can't be reached at all. */
  async of(file: FileToFetch, signal: AbortSignal): Promise<FetchedFile> {
    const fetched = this.#fetched.get(file.path) ?? this.#fetchFrom(file, signal)
    // Asked for once: what was handed out need not be kept.
    this.#fetched.delete(file.path)
    return fetched
  }

  #fetchFrom(file: FileToFetch, signal: AbortSignal): Promise<FetchedFile> {
    const batch = this.#graphqlUsable ? this.#batchFrom(file) : [file]
    const answer = this.#fetch(batch, signal)
    const fetched = async (each: FileToFetch) => {
      return (await answer).get(each.path) ?? { editedAt: await this.#dateByRest(each.path, signal) }
    }
    for (const each of batch) {
      if (each === file) continue
      const pending = fetched(each)
      // Whoever asks for it is told; a failure must not be remembered, nor count as unhandled until then.
      pending.catch(() => {
        this.#fetched.delete(each.path)
        this.#taken.delete(each.path)
      })
      this.#fetched.set(each.path, pending)
    }
    return fetched(file)
  }

  #batchFrom(file: FileToFetch): FileToFetch[] {
    const { upcoming } = this.#parts
    const batch = [file]
    this.#taken.add(file.path)
    const at = this.#position.get(file.path) ?? upcoming.length
    for (let next = at + 1; next < upcoming.length && batch.length < this.#atOnce; next++) {
      const candidate = upcoming[next]
      if (candidate === undefined || this.#taken.has(candidate.path)) continue
      this.#taken.add(candidate.path)
      batch.push(candidate)
    }
    return batch
  }

  /** What GraphQL could tell; files whose dates it could not are missing. */
  async #fetch(batch: readonly FileToFetch[], signal: AbortSignal): Promise<Map<string, FetchedFile>> {
    if (!this.#graphqlUsable) return new Map()
    try {
      const fetched = await this.#query(batch, signal)
      if (fetched.size === batch.length) this.#atOnce = Math.min(mostAtOnce, this.#atOnce + 5)
      const missing = batch.filter(({ path }) => !fetched.has(path))
      if (missing.length === 0 || batch.length === 1) return fetched
      return new Map([...fetched, ...(await this.#oneByOne(missing, signal))])
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof OpsError) || endsEverything(error)) throw error
      const forbidden = error instanceof GithubForbiddenError || error instanceof GithubRepositoryNotFoundError
      if (forbidden) this.#giveUpGraphql(error)
      if (forbidden || batch.length === 1) return new Map()
      const half = Math.ceil(batch.length / 2)
      this.#atOnce = Math.max(1, Math.min(this.#atOnce, half))
      this.#parts.log.debug({ files: batch.length, reason: reasonOf(error) }, 'asking GitHub for fewer files at once')
      const first = await this.#fetch(batch.slice(0, half), signal)
      return new Map([...first, ...(await this.#fetch(batch.slice(half), signal))])
    }
  }

  async #oneByOne(files: readonly FileToFetch[], signal: AbortSignal): Promise<Map<string, FetchedFile>> {
    const all = new Map<string, FetchedFile>()
    for (const file of files) {
      for (const [path, fetched] of await this.#fetch([file], signal)) all.set(path, fetched)
    }
    return all
  }

  async #query(batch: readonly FileToFetch[], signal: AbortSignal): Promise<Map<string, FetchedFile>> {
    const { api, blobs, head } = this.#parts
    const isInline = ({ sha, size }: FileToFetch) => size <= mostInline && !blobs.hasAhead(sha)
    const variables: Record<string, string> = { head }
    for (const [index, file] of batch.entries()) {
      variables[`p${index}`] = file.path
      if (isInline(file)) variables[`o${index}`] = file.sha
    }
    const { data, errors } = await api.graphql(batchQuery(batch, isInline), variables, Batch, signal)
    if (data.repository === null) {
      throw new GithubForbiddenError('The token may not read this repository by GraphQL.', errors[0]?.message)
    }
    const all = new Map<string, FetchedFile>()
    for (const [index, { path, sha }] of batch.entries()) {
      const dated = DatedFile.safeParse(data.repository[`f${index}`]).data
      const editedAt = dated && editedAtOf(dated)
      if (editedAt === undefined) continue
      const lineDates = lineDatesOf(dated?.blame.ranges ?? [], editedAt)
      all.set(path, { editedAt, lineDates, content: wholeContent(sha, data.repository[`c${index}`]) })
    }
    return all
  }

  async #dateByRest(path: string, signal: AbortSignal): Promise<Date> {
    const { api, head, upcoming, log } = this.#parts
    const left = upcoming.length - (this.#position.get(path) ?? 0)
    // A file that GraphQL alone fails on is worth a call; all of them are when enough are left to read them too.
    const affordable = this.#graphqlUsable || (api.remaining ?? 0) > left * 2 + reservedCalls
    if (affordable) {
      const [latest] = await api.get('/commits', { path, sha: head, per_page: 1 }, Commits, signal)
      if (latest !== undefined) return latest.commit.author.date
      log.warn({ path }, 'GitHub knows no commit of a file')
    }
    this.#headDate ??= this.#dateOfHead(signal)
    return this.#headDate
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
    this.#parts.log.warn({ err: error }, 'no GraphQL from GitHub: passages are dated by their files')
  }
}

function endsEverything(error: OpsError): boolean {
  return error instanceof GithubLimitedError || error instanceof GithubTokenRefusedError
}

/** A text that isn't UTF-8, or was cut off, doesn't hash to its name; then it's read by itself. */
function wholeContent(sha: string, blob: unknown): Uint8Array | undefined {
  const text = Content.safeParse(blob).data?.text
  const content = text == null ? undefined : Buffer.from(text)
  return content !== undefined && isContentOf(sha, content) ? content : undefined
}

// A failed blame empties the object that it stands in, up to the first that may be null: so each path has its own.
function batchQuery(batch: readonly FileToFetch[], isInline: (file: FileToFetch) => boolean): string {
  const variables = batch.map((file, i) =>
    isInline(file) ? `$p${i}: String!, $o${i}: GitObjectID!` : `$p${i}: String!`,
  )
  const fields = batch.map((file, i) => {
    const content = isInline(file) ? ` c${i}: object(oid: $o${i}) { ...Content }` : ''
    return `    f${i}: object(oid: $head) { ...Dates${i} }${content}`
  })
  return `query Files($owner: String!, $repo: String!, $head: GitObjectID!, ${variables.join(', ')}) {
  repository(owner: $owner, name: $repo) {
${fields.join('\n')}
  }
}
${batch.some(isInline) ? 'fragment Content on Blob { text }' : ''}
${batch.map((_, index) => datesFragment(index)).join('\n')}`
}

function datesFragment(index: number): string {
  return `fragment Dates${index} on Commit {
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
