import picomatch from 'picomatch'
import { selection } from '../files/selection.ts'
import type { SkippedEntry } from './cursor.ts'
import type { TreeEntry, TreeScope } from './tree.ts'

/** A file that may become a document. */
export interface Candidate {
  /** Its path from the source's root. */
  entry: string
  /** Its path from the repository's root. */
  path: string
  sha: string
  /** Bytes. */
  size: number
}

export interface CandidateRules {
  /** The folder or file of the repository that the source consists of; '' for all. */
  under: string
  include: readonly string[]
  exclude: readonly string[]
  maxFileBytes: number
}

/** What of a repository is taken. */
export interface Chooser {
  scope: TreeScope
  /** The name that a path of the repository has as an entry; undefined for one outside of the source. */
  entryOf(path: string): string | undefined
  /** Whether a file with this path can matter to the source. */
  concerns(path: string): boolean
  choose(entries: readonly TreeEntry[]): { candidates: Candidate[]; skipped: SkippedEntry[] }
}

/** GitHub hands out no larger blobs (docs.github.com/rest/git/blobs). Bytes. */
const largestBlob = 100_000_000

export function chooser(rules: CandidateRules): Chooser {
  const { under, include, exclude } = rules
  const selected = selection(include, exclude)
  const entryOf = (path: string) => entryBelow(under, path)
  const mayHold = holders(include)
  const enters = (path: string) => {
    // Owners of everything may be named here, whatever is included.
    if (path === '.github' || path === 'docs' || path === '.gitlab') return true
    const entry = entryOf(path)
    return entry === undefined || (selected.enters(entry) && mayHold(entry))
  }
  return {
    scope: { under, enters },
    entryOf,
    concerns(path) {
      const entry = entryOf(path)
      return entry !== undefined && selected.takes(entry)
    },
    choose(entries) {
      const candidates: Candidate[] = []
      const skipped: SkippedEntry[] = []
      for (const { path, sha, size, mode, type } of entries) {
        const entry = entryOf(path)
        if (entry === undefined) continue
        if (type === 'commit' && enters(path)) skipped.push({ entry, reason: submodule })
        if (type !== 'blob' || !selected.takes(entry)) continue
        const reason = mode === '120000' ? link : reasonToSkip(entry, size, rules.maxFileBytes)
        if (reason !== undefined) skipped.push({ entry, reason })
        else candidates.push({ entry, path, sha, size })
      }
      return { candidates, skipped }
    },
  }
}

const submodule = 'it is a submodule; to have its documents, name its repository as a source'
const link = 'it is a symbolic link; what it leads to counts by its own name'

function reasonToSkip(entry: string, size: number, maxFileBytes: number): string | undefined {
  if (size === 0) return 'it is empty'
  if (size > largestBlob) return `it has ${megabytes(size)} MB, and GitHub hands out no file over 100 MB`
  if (size > maxFileBytes) return `it has ${megabytes(size)} MB, and the limit is ${megabytes(maxFileBytes)} MB`
  if (entry.includes('\uFFFD')) return 'its name is not valid UTF-8'
  if (/\p{Cc}/u.test(entry)) return 'its name holds a control character'
  if (/^#\d+$/.test(entry)) return 'its name looks like the number of an issue'
  return undefined
}

function entryBelow(under: string, path: string): string | undefined {
  if (under === '') return path
  if (path === under) return path.slice(path.lastIndexOf('/') + 1)
  return path.startsWith(`${under}/`) ? path.slice(under.length + 1) : undefined
}

/** Whether a folder can hold anything that the patterns name, by the parts of them that come before the first wildcard. */
function holders(include: readonly string[]): (folder: string) => boolean {
  const bases = include.map((pattern) =>
    pattern.includes('/') ? picomatch.scan(pattern.replace(/^\.?\//, '')).base : '',
  )
  return (folder) =>
    bases.length === 0 ||
    bases.some((base) => {
      const trimmed = base.replace(/\/$/, '')
      return trimmed === '' || `${trimmed}/`.startsWith(`${folder}/`) || folder.startsWith(`${trimmed}/`)
    })
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
