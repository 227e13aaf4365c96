import { resolve } from 'node:path'
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

interface KnownFile {
  file: FoundFile
  owners: readonly string[]
  url: string
  editedAt: Date
  /** Where its dates come from, for its revision. */
  dated: string
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

  const look = async (signal: AbortSignal): Promise<FileTree> => {
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
    const changed: SurveyedEntry[] = []
    const revise = async (each: KnownFile): Promise<SurveyedEntry> => {
      const before = stored.revisions.get(each.file.path)
      return { entry: each.file.path, revision: await revisions.of(each.file, each, before, signal) }
    }
    for await (const surveyed of inParallel(known.values(), readsAtOnce, revise, signal)) {
      const same = stored.revisions.get(surveyed.entry) === surveyed.revision
      if (!same || stored.failed.has(surveyed.entry)) changed.push(surveyed)
    }
    const kept = (entry: string) => known.has(entry) || tree.unlisted.some((at) => isAtOrBelow(entry, at))
    const gone = [...stored.revisions.keys()].filter((entry) => !kept(entry))
    const unchanged = known.size - changed.length
    return { changed, unchanged, gone, skipped: tree.skipped, warnings: tree.warnings }
  }

  const read = async ({ entry }: SurveyedEntry, signal: AbortSignal): Promise<RawEntry | 'gone'> => {
    const at = known.get(entry)
    if (at === undefined) throw new FileUnreadableError(entry, 'it was not there at the last survey')
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
