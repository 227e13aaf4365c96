import { z } from 'zod'
import type { GithubApi } from './api.ts'

/** One thing in a tree, by its path from the root of the repository. */
export interface TreeEntry {
  path: string
  /** As git writes it: 100644, 100755, 120000 (symbolic link), 160000 (submodule), 040000 (folder). */
  mode: string
  type: 'blob' | 'tree' | 'commit'
  sha: string
  /** Bytes, of blobs alone. */
  size: number
}

export interface RepositoryTree {
  /** Everything but the folders themselves. */
  entries: readonly TreeEntry[]
  /** GitHub could not give it at once (more than 100,000 entries or 7 MB), so it was put together from its parts. */
  truncated: boolean
}

const Tree = z.object({
  truncated: z.boolean().default(false),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.string(),
      type: z.enum(['blob', 'tree', 'commit']),
      sha: z.string(),
      size: z.number().default(0),
    }),
  ),
})

/** What is worth looking at in a tree. */
export interface TreeScope {
  /** Folders outside of which nothing matters; '' for all. */
  under: string
  /** Whether there is any use in looking into this folder, once the tree has to be read in parts. */
  enters(folder: string): boolean
}

/** Everything at and below `scope.under`; absent when there is no such folder or file. */
export async function readTree(
  api: GithubApi,
  commit: string,
  scope: TreeScope,
  signal: AbortSignal,
): Promise<RepositoryTree | undefined> {
  const root = { path: '', mode: '040000', type: 'tree', sha: commit, size: 0 } as const
  const start = scope.under === '' ? root : await descend(api, root, scope.under.split('/'), signal)
  if (start === undefined) return undefined
  if (start.type !== 'tree') return { entries: [start], truncated: false }
  return readBelow(api, start, scope, signal)
}

/** Only what the given paths lead to; for a tree that is too large to be read whole. Missing ones are left out. */
export async function readPaths(
  api: GithubApi,
  commit: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<TreeEntry[]> {
  const folders = new Map<string, Promise<TreeEntry[]>>()
  const list = (folder: TreeEntry) => {
    const listed = folders.get(folder.path) ?? listFolder(api, folder, signal)
    folders.set(folder.path, listed)
    return listed
  }
  const root: TreeEntry = { path: '', mode: '040000', type: 'tree', sha: commit, size: 0 }
  const found: TreeEntry[] = []
  for (const path of paths) {
    let at: TreeEntry | undefined = root
    for (const part of path.split('/')) {
      if (at?.type !== 'tree') break
      const wanted: string = below(at.path, part)
      at = (await list(at)).find((entry) => entry.path === wanted)
    }
    if (at !== undefined && at.path === path && at.type !== 'tree') found.push(at)
  }
  return found
}

/** What stands directly in a folder. */
async function listFolder(api: GithubApi, folder: TreeEntry, signal: AbortSignal): Promise<TreeEntry[]> {
  const { tree } = await api.get('/git/trees/{sha}', { sha: folder.sha }, Tree, signal)
  return tree.map((entry) => ({ ...entry, path: below(folder.path, entry.path) }))
}

async function readBelow(
  api: GithubApi,
  folder: TreeEntry,
  scope: TreeScope,
  signal: AbortSignal,
): Promise<RepositoryTree> {
  const whole = await api.get('/git/trees/{sha}', { sha: folder.sha, recursive: 1 }, Tree, signal)
  if (!whole.truncated) {
    const entries = whole.tree.map((entry) => ({ ...entry, path: below(folder.path, entry.path) }))
    return { entries: entries.filter((entry) => entry.type !== 'tree'), truncated: false }
  }
  const entries: TreeEntry[] = []
  for (const entry of await listFolder(api, folder, signal)) {
    if (entry.type !== 'tree') entries.push(entry)
    else if (scope.enters(entry.path)) {
      for (const inner of (await readBelow(api, entry, scope, signal)).entries) entries.push(inner)
    }
  }
  return { entries, truncated: true }
}

async function descend(
  api: GithubApi,
  from: TreeEntry,
  parts: readonly string[],
  signal: AbortSignal,
): Promise<TreeEntry | undefined> {
  const [first, ...rest] = parts
  if (first === undefined) return from
  if (from.type !== 'tree') return undefined
  const wanted = below(from.path, first)
  const next = (await listFolder(api, from, signal)).find((entry) => entry.path === wanted)
  return next === undefined ? undefined : descend(api, next, rest, signal)
}

function below(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
