import { maxOwnersFileBytes, type Ownership, ownership } from '../owners.ts'
import type { BlobReader } from './blobs.ts'
import type { TreeEntry } from './tree.ts'

/** Reads the files that say who owns what. */
export interface OwnersReader {
  /**
   * @param entries Of the tree; the owners files among them are read, each content once in this process.
   * @param paths What owners are wanted for.
   */
  read(entries: readonly TreeEntry[], paths: readonly string[], signal: AbortSignal): Promise<Ownership>
}

/** Where owners may be named for a folder. */
const places = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS', 'OWNERS', 'OWNERS_ALIASES']

export function ownersReader(blobs: BlobReader): OwnersReader {
  const texts = new Map<string, string>()
  return {
    async read(entries, paths, signal) {
      const wanted = new Set(ownersPathsFor(paths))
      const files = new Map<string, string>()
      for (const { path, sha, size, type } of entries) {
        if (type !== 'blob' || size > maxOwnersFileBytes || !wanted.has(path)) continue
        const text = texts.get(sha) ?? new TextDecoder().decode(await blobs.read(sha, signal))
        texts.set(sha, text)
        files.set(path, text)
      }
      return ownership(files)
    },
  }
}

/** Every path at which owners of these files may be named: in their folders and all above. */
export function ownersPathsFor(paths: readonly string[]): string[] {
  const folders = new Set([''])
  for (const path of paths) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.add(path.slice(0, at))
  }
  return [...folders].flatMap((folder) => places.map((place) => (folder === '' ? place : `${folder}/${place}`)))
}
