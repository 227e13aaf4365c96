import type { Dirent, Stats } from 'node:fs'
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { inParallel } from '../in-parallel.ts'
import { isOwnersFile, ownersFilePlaces } from '../owners.ts'
import { FolderUnreadableError, systemCodeOf, systemReasonOf } from './errors.ts'
import { listRepository, openRepository, type Repository } from './git-repository.ts'
import type { Selection } from './selection.ts'

/** A file of a tree and what tells whether it changed. */
export interface FoundFile {
  /** Relative to the root, '/' between parts. */
  path: string
  /** Where it is read; for a symbolic link the file that it leads to. */
  absolute: string
  /** Bytes. */
  size: number
  mtimeMs: number
  ctimeMs: number
  inode: number
  tracked?: TrackedFile | undefined
}

/** What git knows of a file. */
export interface TrackedFile {
  repository: Repository
  /** Relative to the top of the work tree. */
  path: string
  /** Of the committed content; absent when the file differs from it. */
  blob?: string | undefined
}

/** What a tree of files held at one moment. */
export interface FileTree {
  files: FoundFile[]
  /** The folder's own path from the top of its work tree, with a '/' at its end; '' where there is none. */
  prefix: string
  repositories: Repository[]
  /** Files that say who owns what, by path from `prefix`'s start: those in the folders above are among them. */
  ownersFiles: { path: string; absolute: string }[]
  skipped: { entry: string; reason: string }[]
  warnings: string[]
  /** Folders and files that were there but could not be looked at: nothing below them may count as gone. */
  unlisted: string[]
}

interface Named {
  path: string
  tracked?: TrackedFile | undefined
}

/** A file's size over which it is left alone, and what is taken at all. */
export interface TreeLimits {
  selection: Selection
  maxFileBytes: number
  /** Ask git where there is a work tree. */
  useGit: boolean
}

/** Files looked at side by side; they wait for the disk, not for the processor. */
const looksAtOnce = 32

/**
 * Lists what lies below a folder, without reading a file's content. Links to folders are never followed, so there are
 * no circles; a link to a file is read when it stays inside the folder and the file isn't listed under its own name.
 * @throws {FolderUnreadableError} When the folder itself can't be listed.
 */
export async function listFiles(folder: string, limits: TreeLimits, signal: AbortSignal): Promise<FileTree> {
  const root = await realpath(folder).catch((error: unknown) => {
    throw new FolderUnreadableError(folder, systemReasonOf(error), { cause: error })
  })
  const tree: FileTree = {
    files: [],
    prefix: '',
    repositories: [],
    ownersFiles: [],
    skipped: [],
    warnings: [],
    unlisted: [],
  }
  const named: Named[] = []
  const place = { root, folder: '', limits, tree, named }
  if (!(await collectFromGit(place, signal))) await collectFromFolder(place, signal)
  const links: Named[] = []
  const look = async (candidate: Named) => ({ candidate, found: await lookAt(join(root, candidate.path)) })
  for await (const { candidate, found } of inParallel(named, looksAtOnce, look, signal)) {
    if (found === 'gone') continue
    if ('failure' in found) tree.unlisted.push(candidate.path)
    else if (found.isSymbolicLink()) links.push(candidate)
    else addFile(candidate, join(root, candidate.path), found, limits, tree)
  }
  await followLinks(root, links, limits, tree)
  warnOfCaseClashes(tree)
  tree.files.sort((one, other) => (one.path < other.path ? -1 : 1))
  return tree
}

interface Place {
  root: string
  /** Relative to the root, '' for the root itself. */
  folder: string
  limits: TreeLimits
  tree: FileTree
  named: Named[]
}

/** @returns false when it is no work tree, or git can't be asked. */
async function collectFromGit(place: Place, signal: AbortSignal): Promise<boolean> {
  const folder = join(place.root, place.folder)
  if (!place.limits.useGit) return false
  const opened = await openRepository(folder, signal)
  if (opened.kind === 'unusable') place.tree.warnings.push(opened.warning)
  if (opened.kind !== 'repository') return false
  const { repository } = opened
  place.tree.repositories.push(repository)
  if (place.folder === '') await takeOwnersAbove(place, repository)
  const { files, nested } = await listRepository(folder, signal)
  const paths = new Set(files.map((file) => file.path))
  for (const file of files) {
    const path = below(place.folder, file.path.slice(repository.prefix.length))
    const tracked = file.untracked ? undefined : { repository, path: file.path, blob: file.blob }
    if (!isVendored(file.path, paths)) take(place, { path, tracked })
  }
  for (const inner of nested) {
    const innerFolder = below(place.folder, inner.slice(repository.prefix.length))
    if (place.limits.selection.enters(innerFolder)) await collectFromFolder({ ...place, folder: innerFolder }, signal)
  }
  return true
}

async function collectFromFolder(place: Place, signal: AbortSignal): Promise<void> {
  const { root, folder, limits, tree } = place
  signal.throwIfAborted()
  let entries: Dirent[]
  try {
    entries = await readdir(join(root, folder), { withFileTypes: true })
  } catch (error) {
    if (folder === '') throw new FolderUnreadableError(root, systemReasonOf(error), { cause: error })
    tree.unlisted.push(folder)
    tree.warnings.push(`The folder ${folder} can't be read (${systemReasonOf(error)}); what was indexed stays.`)
    return
  }
  const names = new Set(entries.map((entry) => entry.name))
  if (folder !== '' && names.has('.git') && (await collectFromGit(place, signal))) return
  for (const entry of entries) {
    const path = below(folder, entry.name)
    if (!entry.isDirectory()) take(place, { path })
    else if (entry.name === '.github' || entry.name === '.gitlab') await takeOwners(place, `${path}/CODEOWNERS`)
    if (!entry.isDirectory() || !limits.selection.enters(path)) continue
    if (entry.name === 'vendor' && vendoredBy.some((name) => names.has(name))) continue
    await collectFromFolder({ ...place, folder: path }, signal)
  }
}

/** Of a folder within a work tree: who owns it is often said at the top. */
async function takeOwnersAbove(place: Place, repository: Repository): Promise<void> {
  place.tree.prefix = repository.prefix
  const parts = repository.prefix.split('/').slice(0, -1)
  for (let depth = 0; depth < parts.length; depth++) {
    for (const name of ownersFilePlaces) {
      const path = [...parts.slice(0, depth), name].join('/')
      const absolute = join(repository.top, path)
      const found = await lookAt(absolute)
      if (found !== 'gone' && !('failure' in found) && found.isFile()) place.tree.ownersFiles.push({ path, absolute })
    }
  }
}

async function takeOwners(place: Place, path: string): Promise<void> {
  const found = await lookAt(join(place.root, path))
  if (found !== 'gone' && !('failure' in found) && found.isFile()) take(place, { path })
}

function take(place: Place, candidate: Named): void {
  const { limits, named } = place
  const name = candidate.path
  if (isOwnersFile(name)) {
    place.tree.ownersFiles.push({ path: place.tree.prefix + name, absolute: join(place.root, name) })
  }
  if (!limits.selection.takes(name)) return
  if (name.includes('\uFFFD')) skip(place.tree, name, 'its name is not valid UTF-8')
  else if (/\p{Cc}/u.test(name)) skip(place.tree, JSON.stringify(name), 'its name holds a control character')
  else named.push(candidate)
}

function addFile(candidate: Named, absolute: string, found: Stats, limits: TreeLimits, into: FileTree): void {
  const { path, tracked } = candidate
  if (!found.isFile()) {
    if (!found.isDirectory()) skip(into, path, 'it is not a regular file')
  } else if (found.size === 0) skip(into, path, 'it is empty')
  else if (found.size > limits.maxFileBytes) {
    const limit = (limits.maxFileBytes / 1e6).toFixed(1)
    skip(into, path, `it has ${(found.size / 1e6).toFixed(1)} MB, and the limit is ${limit} MB`)
  } else {
    const { size, mtimeMs, ctimeMs, ino } = found
    into.files.push({ path, absolute, size, mtimeMs, ctimeMs, inode: ino, tracked })
  }
}

async function followLinks(root: string, links: readonly Named[], limits: TreeLimits, into: FileTree): Promise<void> {
  const listed = new Set(into.files.map((file) => file.path))
  for (const link of links) {
    const target = await realpath(join(root, link.path)).catch((error: unknown) => ({ reason: systemReasonOf(error) }))
    if (typeof target !== 'string') {
      skip(into, link.path, `it is a symbolic link that leads nowhere (${target.reason})`)
      continue
    }
    const inside = relative(root, target).split(sep).join('/')
    if (inside === '..' || inside.startsWith('../')) skip(into, link.path, 'it is a symbolic link out of the folder')
    else if (!listed.has(inside)) {
      const found = await stat(target).catch(() => undefined)
      if (found?.isDirectory() === true) skip(into, link.path, 'it is a symbolic link to a folder')
      else if (found !== undefined) addFile({ path: link.path }, target, found, limits, into)
    }
  }
}

function warnOfCaseClashes(into: FileTree): void {
  const byFolded = Map.groupBy(into.files, (file) => file.path.toLowerCase())
  for (const clashing of byFolded.values()) {
    if (clashing.length < 2) continue
    const names = clashing.map((file) => file.path).join(' and ')
    into.warnings.push(`The names ${names} differ in case alone; they are kept as documents of their own.`)
  }
}

const vendoredBy = ['go.mod', 'composer.json', 'Gemfile', 'modules.txt']

/** Below a `vendor` folder that a package manager filled; one without its marks may well hold a company's own pages. */
function isVendored(path: string, all: ReadonlySet<string>): boolean {
  const at = /(?:^|\/)vendor\//.exec(path)
  if (at === null) return false
  const parent = path.slice(0, at.index === 0 ? 0 : at.index + 1)
  const parents = path.startsWith('vendor/') ? '' : parent
  return vendoredBy.some((name) => all.has(`${parents}${name}`)) || all.has(`${parents}vendor/modules.txt`)
}

async function lookAt(absolute: string): Promise<Stats | 'gone' | { failure: string }> {
  try {
    return await lstat(absolute)
  } catch (error) {
    return systemCodeOf(error) === 'ENOENT' ? 'gone' : { failure: systemReasonOf(error) }
  }
}

function skip(into: FileTree, entry: string, reason: string): void {
  into.skipped.push({ entry, reason })
}

function below(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
