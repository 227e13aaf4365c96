import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { inParallel } from '../in-parallel.ts'
import { maxOwnersFileBytes, type Ownership, ownership } from '../owners.ts'
import type { RawEntry, Source, Survey, Surveyed, SurveyedEntry } from '../source.ts'
import { FileUnreadableError } from './errors.ts'
import { fileContent } from './file-content.ts'
import { fileRevisions } from './file-revision.ts'
import { type FileTree, type FoundFile, listFiles } from './file-tree.ts'
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
}

/** A folder of files, in a git work tree or not. */
export function filesSource(options: FilesSourceOptions): Source {
  const maxFileBytes = options.maxFileBytes ?? defaultMaxFileBytes
  const folder = resolve(options.path)
  const limits = { selection: selection(options.include ?? [], options.exclude ?? []), maxFileBytes, useGit: true }
  const revisions = fileRevisions(maxFileBytes, options.clock)
  let known = new Map<string, KnownFile>()

  const survey = async (stored: Surveyed, signal: AbortSignal): Promise<Survey> => {
    const tree = await listFiles(folder, limits, signal)
    const owners = await ownersIn(tree, signal)
    known = new Map(tree.files.map((file) => [file.path, knownFile(file, owners)]))
    revisions.keepOnly(new Set(known.keys()))
    const changed: SurveyedEntry[] = []
    const revise = async (each: KnownFile): Promise<SurveyedEntry> => {
      const facts = { owners: each.owners, url: each.url, dated: String(each.editedAt.getTime()) }
      const before = stored.revisions.get(each.file.path)
      return { entry: each.file.path, revision: await revisions.of(each.file, facts, before, signal) }
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
    return { entry, path: entry, url: at.url, content, owners: at.owners, editedAt: at.editedAt }
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

function knownFile(file: FoundFile, owners: Ownership): KnownFile {
  return {
    file,
    owners: owners.ownersOf(file.path),
    url: pathToFileURL(file.absolute).href,
    editedAt: new Date(file.mtimeMs),
  }
}

async function ownersIn(tree: FileTree, signal: AbortSignal): Promise<Ownership> {
  const texts = new Map<string, string>()
  for (const file of tree.ownersFiles) {
    const content = await fileContent(file, maxOwnersFileBytes, signal).catch((error: unknown) => {
      if (!(error instanceof FileUnreadableError)) throw error
      tree.warnings.push(`Owners are not known from ${file.path}: ${error.message}`)
      return 'gone' as const
    })
    if (content !== 'gone') texts.set(file.path, content.toString('utf8'))
  }
  return ownership(texts)
}

function isAtOrBelow(entry: string, at: string): boolean {
  return entry === at || entry.startsWith(`${at}/`)
}
