import { createHash } from 'node:crypto'
import { type OwnersOf, parseCodeowners } from './owners-codeowners.ts'
import { type KubernetesOwners, parseOwnersAliases, parseOwnersFile } from './owners-kubernetes.ts'

/** Who owns the files of a tree. */
export interface Ownership {
  /**
   * From the nearest folder upwards that says something: its CODEOWNERS (in `.github/`, the folder itself, `docs/` or
   * `.gitlab/`, in this order), then its OWNERS file. Nobody known: [].
   */
  ownersOf(path: string): readonly string[]
}

const places = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS']
const ownersFile = /(?:^|\/)(?:(?:(?:\.github|docs|\.gitlab)\/)?CODEOWNERS|OWNERS|OWNERS_ALIASES)$/

/** Where such files can stand, from the folder that they speak for. */
export const ownersFilePlaces: readonly string[] = [...places, 'OWNERS', 'OWNERS_ALIASES']

/** Larger ones are no list of owners. Bytes; GitHub's own limit is 3 MB. */
export const maxOwnersFileBytes = 3_000_000

/** Whether a file with this path may say who owns others. */
export function isOwnersFile(path: string): boolean {
  return ownersFile.test(path)
}

/** @param files Texts of all owners files of a tree by their paths from its root. */
export function ownership(files: ReadonlyMap<string, string>): Ownership {
  const codeowners = new Map<string, OwnersOf>()
  const kubernetes = new Map<string, KubernetesOwners>()
  const aliases = new Map<string, ReadonlyMap<string, readonly string[]>>()
  for (const place of places.toReversed()) {
    for (const [path, text] of files) {
      if (`/${path}`.endsWith(`/${place}`)) codeowners.set(folderBefore(path, place), parseCodeowners(text))
    }
  }
  for (const [path, text] of files) {
    if (path.endsWith('OWNERS_ALIASES')) aliases.set(folderBefore(path, 'OWNERS_ALIASES'), parseOwnersAliases(text))
    else if (/(?:^|\/)OWNERS$/.test(path)) {
      const owners = parseOwnersFile(text)
      if (owners !== undefined) kubernetes.set(folderBefore(path, 'OWNERS'), owners)
    }
  }
  return { ownersOf: (path) => ownersUpwards(path, { codeowners, kubernetes, aliases }) }
}

/** Changes when the owners do; for a revision. */
export function ownersFingerprint(owners: readonly string[]): string {
  return createHash('sha256').update(owners.join('\n')).digest('base64url').slice(0, 8)
}

interface OwnersByFolder {
  codeowners: ReadonlyMap<string, OwnersOf>
  kubernetes: ReadonlyMap<string, KubernetesOwners>
  aliases: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>
}

function ownersUpwards(path: string, by: OwnersByFolder): readonly string[] {
  const folders = foldersUpwards(path)
  let fromParents = true
  for (const folder of folders) {
    const relative = folder === '' ? path : path.slice(folder.length + 1)
    const named = by.codeowners.get(folder)?.(relative)
    if (named !== undefined) return named
    const kubernetes = by.kubernetes.get(folder)
    const people = fromParents ? (kubernetes?.of(relative) ?? []) : []
    if (people.length > 0) return withoutAliases(people, folders, by)
    if (kubernetes?.noParents === true) fromParents = false
  }
  return []
}

function withoutAliases(people: readonly string[], folders: readonly string[], by: OwnersByFolder): string[] {
  const expanded = people.flatMap((name) => {
    const group = folders.map((folder) => by.aliases.get(folder)?.get(name.toLowerCase()))
    return group.find((members) => members !== undefined) ?? [name]
  })
  return [...new Set(expanded)]
}

/** The path's own folder first, '' (the root) last. */
function foldersUpwards(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), '']
}

function folderBefore(path: string, place: string): string {
  return path.slice(0, -place.length).replace(/\/$/, '')
}
