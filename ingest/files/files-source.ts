import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Clock } from '#runtime/clock.ts'
import { reasonOf } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import { inParallel } from '../in-parallel.ts'
import { maxOwnersFileBytes, type Ownership, ownership } from '../owners.ts'
import type { RawEntry, Source, Survey, Surveyed, SurveyedEntry } from '../source.ts'
import { FileUnreadableError, GitFailedError } from './errors.ts'
import { fileContent } from './file-content.ts'
import { fileRevisions } from './file-revision.ts'
import { type FileTree, type FoundFile, listFiles } from './file-tree.ts'
import { diskCache } from './git-cache.ts'
import { type GitDates, gitDates } from './git-dates.ts'
import type { LastChange } from './git-history.ts'
import { type WebUrl, webUrls } from './git-remote.ts'
import type { Repository } from './git-repository.ts'
import { selection } from './selection.ts'

export interface FilesSourceOptions {
  id: string
  /** The folder. */
  path: string
  /** Globs over paths from the folder; none: every format that can be read. */
  include?: readonly string[] | undefined
  exclude?: readonly string[] | undefined
  audience: readonly string[]
  /** Larger files are left alone. 5 MB by default; a page of text has a few kB, a large API description 3 MB. */
  maxFileBytes?: number | undefined
  /** Date every line by `git blame`; false: by the file's last commit alone. Default true. */
  blame?: boolean | undefined
  /** False: a folder in a git work tree is taken as any other, with dates of the file system and front matter. Default true. */
  useGit?: boolean | undefined
  /** Where what git says is remembered between processes; none: it is asked again. */
  cacheFolder?: string | undefined
  clock: Clock
  log: Log
}

const defaultMaxFileBytes = 5_000_000
const readsAtOnce = 16
/** What another process has surveyed makes us look at the folder ourselves, but no more often than this. */
const looksApartMs = 1000

interface KnownFile {
  file: FoundFile
  owners: readonly string[]
  url: string
  editedAt: Date
  /** Where its dates come from, for its revision. */
  dated: string
  /** As the last survey of ours gave it. */
  revision?: string
}

/** A folder of files. In a git work tree dates come from its history, owners from CODEOWNERS or OWNERS files. */
export function filesSource(options: FilesSourceOptions): Source {
  const maxFileBytes = options.maxFileBytes ?? defaultMaxFileBytes
  const folder = resolve(options.path)
  const limits = {
    selection: selection(options.include ?? [], options.exclude ?? []),
    maxFileBytes,
    useGit: options.useGit ?? true,
  }
  const revisions = fileRevisions(maxFileBytes, options.clock)
  const blameLines = options.blame ?? true
  const dates = gitDates({ cache: diskCache(options.cacheFolder), blameLines, log: options.log })
  let known = new Map<string, KnownFile>()
  let lookedAtMs = Number.NEGATIVE_INFINITY
  let looking: Promise<unknown> | undefined

  const look = async (signal: AbortSignal): Promise<FileTree> => {
    lookedAtMs = options.clock.now().getTime()
    const tree = await listFiles(folder, limits, signal)
    const owners = await ownersIn(tree, signal)
    const urls = new Map<Repository, WebUrl | undefined>()
    for (const repository of tree.repositories) {
      tree.warnings.push(...(await preparedDates(dates, repository, signal)))
      urls.set(repository, await webUrls(repository.top, signal))
    }
    const knownFile = (file: FoundFile): KnownFile => ({
      file,
      owners: owners.ownersOf(tree.prefix + file.path),
      url: urlOf(file, urls),
      ...datedBy(file, dates.lastChange(file), blameLines),
    })
    known = new Map(tree.files.map((file) => [file.path, knownFile(file)]))
    revisions.keepOnly(known)
    return tree
  }

  const survey = async (stored: Surveyed, signal: AbortSignal): Promise<Survey> => {
    const tree = await look(signal)
    const files = known
    const changed: SurveyedEntry[] = []
    const revise = async (each: KnownFile): Promise<SurveyedEntry> => {
      const before = stored.revisions.get(each.file.path)
      const revision = await revisions.of(each.file, each, before, signal)
      each.revision = revision
      return { entry: each.file.path, revision }
    }
    for await (const surveyed of inParallel(files.values(), readsAtOnce, revise, signal)) {
      const same = stored.revisions.get(surveyed.entry) === surveyed.revision
      if (!same || stored.failed.has(surveyed.entry)) changed.push(surveyed)
    }
    const kept = (entry: string) => files.has(entry) || tree.unlisted.some((at) => isAtOrBelow(entry, at))
    const gone = [...stored.revisions.keys()].filter((entry) => !kept(entry))
    const unchanged = files.size - changed.length
    return { changed, unchanged, gone, skipped: tree.skipped, warnings: tree.warnings }
  }

  /** The file as we know it, if that is how it was surveyed; dates and owners would be those of another moment else. */
  const asSurveyed = async (
    { entry, revision }: SurveyedEntry,
    signal: AbortSignal,
  ): Promise<KnownFile | undefined> => {
    const at = known.get(entry)
    if (at === undefined || at.revision === revision) return at
    return (await revisions.of(at.file, at, revision, signal)) === revision ? at : undefined
  }

  const lookAgain = async (signal: AbortSignal): Promise<void> => {
    const againInMs = lookedAtMs + looksApartMs - options.clock.now().getTime()
    const wait = async () => (againInMs > 0 ? await setTimeout(againInMs, undefined, { signal }) : undefined)
    looking ??= wait()
      .then(() => look(signal))
      .finally(() => {
        looking = undefined
      })
    await looking
  }

  const read = async (surveyed: SurveyedEntry, signal: AbortSignal): Promise<RawEntry | 'gone'> => {
    const { entry } = surveyed
    let at = await asSurveyed(surveyed, signal)
    if (at === undefined) {
      await lookAgain(signal)
      at = known.get(entry)
    }
    if (at === undefined) return 'gone'
    const content = await fileContent(at.file, maxFileBytes, signal)
    if (content === 'gone') return 'gone'
    const { url, owners, editedAt } = at
    const lineDates = await dates.linesOf(at.file, editedAt, signal)
    const statedUntil = at.file.tracked === undefined ? options.clock.now() : undefined
    return { entry, path: entry, url, content, owners, editedAt, lineDates, statedUntil }
  }

  return {
    id: options.id,
    audience: options.audience,
    apiCalls: 0,
    survey,
    read,
    async [Symbol.asyncDispose]() {
      known.clear()
    },
  }
}

/** Git's word where the file is as it was committed, the file's own time where it isn't. */
function datedBy(file: FoundFile, change: LastChange | undefined, blameLines: boolean) {
  const isCommitted = file.tracked?.blob !== undefined && change !== undefined
  const editedAt = new Date(isCommitted ? change.at * 1000 : file.mtimeMs)
  return { editedAt, dated: `${editedAt.getTime()} ${change?.commit ?? ''} ${blameLines}` }
}

async function preparedDates(dates: GitDates, repository: Repository, signal: AbortSignal): Promise<string[]> {
  try {
    return await dates.prepare(repository, signal)
  } catch (error) {
    if (!(error instanceof GitFailedError)) throw error
    return [`Dates in ${repository.top} come from the file system: ${reasonOf(error)}.`]
  }
}

function urlOf(file: FoundFile, urls: ReadonlyMap<Repository, WebUrl | undefined>): string {
  const web = file.tracked === undefined ? undefined : urls.get(file.tracked.repository)
  return web === undefined ? pathToFileURL(file.absolute).href : web(file.tracked?.path ?? file.path)
}

async function ownersIn(tree: FileTree, signal: AbortSignal): Promise<Ownership> {
  const texts = new Map<string, string>()
  for (const file of tree.ownersFiles) {
    try {
      const content = await fileContent(file, maxOwnersFileBytes, signal)
      if (content !== 'gone') texts.set(file.path, content.toString('utf8'))
    } catch (error) {
      if (!(error instanceof FileUnreadableError)) throw error
      tree.warnings.push(`Owners are not known from ${file.path}: ${reasonOf(error)}.`)
    }
  }
  return ownership(texts)
}

function isAtOrBelow(entry: string, at: string): boolean {
  return entry === at || entry.startsWith(`${at}/`)
}
