import { z } from 'zod'
import { inParallel } from '../in-parallel.ts'
import { isOwnersFile, ownersFingerprint } from '../owners.ts'
import type { GithubApi } from './api.ts'
import type { BlobReader } from './blobs.ts'
import type { Candidate, Chooser } from './candidates.ts'
import { digestOf, type FilesState, type SkippedEntry, shortHash } from './cursor.ts'
import { GithubPathNotFoundError, GithubRepositoryNotFoundError } from './errors.ts'
import { type OwnersReader, ownersPathsFor } from './owners-files.ts'
import { type Home, readHome, resolveHead } from './repository.ts'
import { readPaths, readTree, type TreeEntry } from './tree.ts'

export interface FilesSurveyParts {
  api: GithubApi
  blobs: BlobReader
  owners: OwnersReader
  chooser: Chooser
  ref: string | undefined
}

/** What is stored of the files, discussions left aside. */
export interface StoredFiles {
  revisions: ReadonlyMap<string, string>
  failed: ReadonlySet<string>
  state?: FilesState | undefined
}

/** A file as it's read afterwards. */
export interface SurveyedFile extends Candidate {
  revision: string
  owners: readonly string[]
}

export interface FilesSurvey {
  changed: readonly SurveyedFile[]
  unchanged: number
  gone: readonly string[]
  state: FilesState
}

const Comparison = z.object({
  status: z.string(),
  files: z.array(z.object({ filename: z.string(), previous_filename: z.string().optional() })).default([]),
})

/** GitHub lists no more files of a comparison (docs.github.com/rest/commits/commits#compare-two-commits). */
const mostCompared = 300
/** A Git LFS pointer is three short lines with a SHA-256 in them (git-lfs/docs/spec.md). Bytes. */
const pointerBytes = { least: 120, most: 200 }
const pointerStart = 'version https://git-lfs.github.com/spec/'
const pointerReason = 'it is kept in Git LFS, and only a pointer to it stands in the repository'
const readsAtOnce = 4

/**
 * Compares the files of the ref's commit with what is stored. The same commit as last time costs one conditional call, one
 * that touched nothing of ours two more; otherwise the tree tells by its blobs' SHAs what changed.
 */
export async function surveyFiles(
  parts: FilesSurveyParts,
  stored: StoredFiles,
  signal: AbortSignal,
): Promise<FilesSurvey> {
  const { api, ref } = parts
  const { state: before } = stored
  const answer = await resolveHead(api, ref, before?.etag, signal)
  const head = answer.kind === 'new' ? answer.data : (before?.head ?? '')
  // Only if all is stored that was found last time does an unchanged commit mean unchanged documents.
  const settled = before?.digest === digestOf(stored.revisions) && stored.failed.size === 0 ? before : undefined
  if (settled?.head === head) return unchanged(stored, settled)

  const home = await readHome(api, ref, signal)
  api.moveTo(home.fullName)
  const etag = answer.kind === 'new' ? answer.etag : before?.etag
  const at: Commit = { head, etag, home }
  const touched = settled?.base === home.base ? await touchedBetween(parts, settled.head, head, signal) : undefined
  if (settled === undefined || touched === undefined) return compareTree(parts, stored, at, signal)
  if (touched.length === 0) return unchanged(stored, { ...settled, ...commitState(at) })
  if (settled.truncated) return comparePaths(parts, stored, at, touched, signal)
  return compareTree(parts, stored, at, signal)
}

interface Commit {
  head: string
  etag: string | undefined
  home: Home
}

function commitState({ head, etag, home }: Commit) {
  return { head, etag, home: home.fullName, base: home.base }
}

function unchanged(stored: StoredFiles, state: FilesState): FilesSurvey {
  return { changed: [], unchanged: stored.revisions.size, gone: [], state }
}

/**
 * The paths of ours that differ between two commits; absent when GitHub can't say: too many, a history rewritten in
 * between (the comparison would be with a common ancestor), or owners that may change for any file.
 */
async function touchedBetween(
  { api, chooser }: FilesSurveyParts,
  base: string,
  head: string,
  signal: AbortSignal,
): Promise<string[] | undefined> {
  const parameters = { basehead: `${base}...${head}`, per_page: 1, page: 1 }
  let comparison: z.infer<typeof Comparison>
  try {
    comparison = await api.get('/compare/{basehead}', parameters, Comparison, signal)
  } catch (error) {
    // The earlier commit was swept away after a force push.
    if (error instanceof GithubRepositoryNotFoundError) return undefined
    throw error
  }
  if (comparison.status !== 'ahead' || comparison.files.length >= mostCompared) return undefined
  const touched = comparison.files.flatMap((file) => [file.filename, file.previous_filename ?? file.filename])
  if (touched.some(isOwnersFile)) return undefined
  return [...new Set(touched)].filter((path) => chooser.concerns(path))
}

async function compareTree(
  parts: FilesSurveyParts,
  stored: StoredFiles,
  at: Commit,
  signal: AbortSignal,
): Promise<FilesSurvey> {
  const { api, chooser } = parts
  const { under } = chooser.scope
  const tree = await readTree(api, at.head, chooser.scope, signal)
  if (tree === undefined) throw new GithubPathNotFoundError(api.fullName, under)
  const above = under === '' ? [] : await readPaths(api, at.head, ownersPathsFor([under]), signal)
  return compareEntries(parts, stored, { ...tree, at, above }, signal)
}

/** For a tree too large to be read at once: looks only at what was touched. */
async function comparePaths(
  parts: FilesSurveyParts,
  stored: StoredFiles,
  at: Commit,
  touched: readonly string[],
  signal: AbortSignal,
): Promise<FilesSurvey> {
  const { api, chooser } = parts
  const found = await readPaths(api, at.head, [...touched, ...ownersPathsFor(touched)], signal)
  const wanted = new Set(touched)
  const entries = found.filter((entry) => wanted.has(entry.path))
  const only = new Set(touched.flatMap((path) => chooser.entryOf(path) ?? []))
  return compareEntries(parts, stored, { entries, truncated: true, at, above: found, only }, signal)
}

interface Found {
  entries: readonly TreeEntry[]
  truncated: boolean
  at: Commit
  /** Files beside these that may say who owns them. */
  above: readonly TreeEntry[]
  /** The entries that were looked at; all others are as they were stored. Absent: all were. */
  only?: ReadonlySet<string> | undefined
}

async function compareEntries(
  parts: FilesSurveyParts,
  stored: StoredFiles,
  found: Found,
  signal: AbortSignal,
): Promise<FilesSurvey> {
  const { candidates, skipped } = parts.chooser.choose(found.entries)
  const paths = candidates.map(({ path }) => path)
  const owners = await parts.owners.read([...found.above, ...found.entries], paths, signal)
  const files = candidates.map((file): SurveyedFile => {
    const ownersOfFile = owners.ownersOf(file.path)
    const place = shortHash(found.at.home.base).slice(0, 4)
    return { ...file, owners: ownersOfFile, revision: `${file.sha}.${ownersFingerprint(ownersOfFile)}.${place}` }
  })
  const isChanged = ({ entry, revision }: SurveyedFile) =>
    stored.revisions.get(entry) !== revision || stored.failed.has(entry)
  const pointers = await findPointers(parts, files.filter(isChanged), { stored, found }, signal)
  const isPointer = new Set(pointers.map(({ entry }) => entry))
  const kept = files.filter(({ entry }) => !isPointer.has(entry))
  const untouched = [...stored.revisions].filter(([entry]) => found.only?.has(entry) === false)
  const now = new Map([...untouched, ...kept.map(({ entry, revision }) => [entry, revision] as const)])
  const changed = kept.filter(isChanged)
  const skippedBefore = (stored.state?.skipped ?? []).filter(({ entry }) => found.only?.has(entry) === false)
  return {
    changed,
    unchanged: now.size - changed.length,
    gone: [...stored.revisions.keys()].filter((entry) => !now.has(entry)),
    state: {
      ...commitState(found.at),
      digest: digestOf(now),
      truncated: found.truncated,
      skipped: [...skippedBefore, ...skipped, ...pointers],
    },
  }
}

/** Finds those that are pointers into Git LFS; they are read for it, once. */
async function findPointers(
  { blobs, chooser }: FilesSurveyParts,
  files: readonly SurveyedFile[],
  { stored, found }: { stored: StoredFiles; found: Found },
  signal: AbortSignal,
): Promise<SkippedEntry[]> {
  // Git makes pointers only where a .gitattributes says so; one above the source's folder isn't in what we have.
  const isWhole = found.only === undefined && chooser.scope.under === ''
  if (isWhole && !found.entries.some(({ path }) => path.endsWith('.gitattributes'))) return []
  const known = new Set((stored.state?.skipped ?? []).map(({ sha }) => sha))
  const small = files.filter(({ size }) => size >= pointerBytes.least && size <= pointerBytes.most)
  const look = async ({ entry, sha }: SurveyedFile) => {
    const isPointer = known.has(sha) || isPointerText(await blobs.readAhead(sha, signal))
    return isPointer ? { entry, reason: pointerReason, sha } : undefined
  }
  const looked = await Array.fromAsync(inParallel(small, readsAtOnce, look, signal))
  return looked.filter((pointer) => pointer !== undefined)
}

function isPointerText(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes).startsWith(pointerStart)
}
