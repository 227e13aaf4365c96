import { gitList, gitPieces } from './git.ts'
import type { Repository } from './git-repository.ts'

/** The commit that last changed what a file says. Renames and changes of its mode alone don't count. */
export interface LastChange {
  commit: string
  /** When its author wrote it, seconds since 1970. */
  at: number
  /** No other commit ever changed the file, so all its lines are as old as this one. */
  only: boolean
}

/** Last changes by path from the top of the work tree. */
export type History = ReadonlyMap<string, LastChange>

export interface HistoryRequest {
  /** Commits that only reformatted; they change no dates. */
  ignored: ReadonlySet<string>
  /** What was read before, up to an ancestor of the present head: then only the commits since are read. */
  before?: { head: string; history: History } | undefined
}

/** Found of one file so far, going back in time. */
interface Trail {
  last?: { commit: string; at: number } | undefined
  /** The newest merge or reformatting: it counts where nothing else is found. */
  otherwise?: { commit: string; at: number } | undefined
  changes: number
  /** It came from a part of the repository that isn't read, so there is more to know of it. */
  leaves: boolean
}

interface Change {
  path: string
  isMerge: boolean
  isRemoval: boolean
  /** Of a rename. */
  from?: string | undefined
  sameContent: boolean
}

/**
 * One pass over the history for all files together, newest commit first, following renames backwards.
 * @throws {GitFailedError}
 */
export async function readHistory(
  repository: Repository & { head: string },
  request: HistoryRequest,
  signal: AbortSignal,
): Promise<History> {
  const inHead = ['ls-tree', '-r', '-z', '--full-name', '--name-only', repository.head]
  const scope = repository.prefix === '' ? [] : ['--', repository.prefix]
  const paths = await gitList(repository.top, [...inHead, ...scope], signal)
  const trails = new Map<string, Trail>(paths.map((path) => [path, { changes: 0, leaves: false }]))
  /** The names that the files had at the commit where we are, each with the paths that it leads to today. */
  let names = new Map(paths.map((path) => [path, [path]]))
  for await (const { commit, at, changes } of commits(repository, request.before?.head, signal)) {
    const moves: [string, string][] = []
    for (const change of changes) {
      const now = names.get(change.path) ?? []
      const leaves = change.from !== undefined && !change.from.startsWith(repository.prefix)
      for (const path of now) {
        const trail = trails.get(path)
        if (trail === undefined) continue
        trail.leaves ||= leaves
        if (change.sameContent && !leaves) continue
        trail.changes++
        // A merge mostly brings together what others wrote; the lines that it wrote itself are dated one by one.
        if (request.ignored.has(commit) || change.isMerge) trail.otherwise ??= { commit, at }
        else if (!change.isRemoval) trail.last ??= { commit, at }
      }
      if (change.from !== undefined && now.length > 0) moves.push([change.path, change.from])
    }
    if (moves.length > 0) names = renamed(names, moves)
  }
  const history = new Map<string, LastChange>()
  for (const [name, now] of names) {
    const earlier = request.before?.history.get(name)
    for (const path of now) {
      const change = lastOf(trails.get(path), earlier)
      if (change !== undefined) history.set(path, change)
    }
  }
  return history
}

function lastOf(trail: Trail | undefined, earlier: LastChange | undefined): LastChange | undefined {
  const last = trail?.last ?? earlier ?? trail?.otherwise
  if (last === undefined || trail === undefined) return undefined
  const alone = earlier === undefined ? trail.changes === 1 : trail.changes === 0 && earlier.only
  return { commit: last.commit, at: last.at, only: alone && !trail.leaves }
}

/** All renames of one commit happen at once: two files may have swapped their names. */
function renamed(names: Map<string, string[]>, moves: readonly [string, string][]): Map<string, string[]> {
  const next = new Map(names)
  for (const [to] of moves) next.delete(to)
  for (const [to, from] of moves) next.set(from, [...(next.get(from) ?? []), ...(names.get(to) ?? [])])
  return next
}

interface Commit {
  commit: string
  at: number
  changes: Change[]
}

async function* commits(
  repository: Repository & { head: string },
  since: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Commit> {
  const range = since === undefined ? repository.head : `${since}..${repository.head}`
  const scope = repository.prefix === '' ? [] : ['--full-diff', '--', `:(top,literal)${repository.prefix}`]
  // `-c` shows of a merge what differs from all its parents, so that a resolved conflict counts as a change.
  const args = ['log', '-z', '-c', '--raw', '--abbrev=40', '-M', '--date-order', '--no-ext-diff', '--no-textconv']
  let current: Commit | undefined
  let header: string | undefined
  let from: string | undefined
  for await (const piece of gitPieces(
    repository.top,
    [...args, '--format=%x01%H %at', range, ...scope],
    '\0',
    signal,
  )) {
    if (header !== undefined) {
      const isRename = /^:\d.* R\d+$/.test(header)
      if (isRename && from === undefined) {
        from = piece
        continue
      }
      current?.changes.push(changeOf(header, piece, from))
      header = undefined
      from = undefined
    } else if (piece.startsWith('\u0001')) {
      if (current !== undefined) yield current
      const [commit = '', at = '0'] = piece.slice(1).trim().split(' ')
      current = { commit, at: Number(at), changes: [] }
    } else {
      const line = piece.trimStart()
      if (line.startsWith(':')) header = line
    }
  }
  if (current !== undefined) yield current
}

/** `:oldmode newmode oldblob newblob STATUS`, of a merge with more colons, modes, blobs, and letters. */
function changeOf(header: string, path: string, from: string | undefined): Change {
  const fields = header.split(' ')
  const isMerge = header.startsWith('::')
  const sameContent = !isMerge && fields[2] === fields[3]
  return { path, from, isMerge, isRemoval: !isMerge && fields[4] === 'D', sameContent }
}
