import { createHash } from 'node:crypto'
import type { Clock } from '#runtime/clock.ts'
import { contentHash, fileContent } from './file-content.ts'
import type { FoundFile } from './file-tree.ts'

/**
 * File systems round times: a file that was changed so shortly before we looked may change again without its time
 * moving. 2 s is the coarsest clock in use (FAT).
 */
const clockGrainMs = 2000

/** What a revision says beside the content: everything else that is stored of a file. */
export interface FileFacts {
  owners: readonly string[]
  url: string
  /** Where its dates come from: a commit, or the time of the file. */
  dated: string
}

/**
 * Revisions of files. That of a file which git has unchanged is made of its blob. Any other reads
 * `f:CONTENT:FACTS:STAT`, where STAT alone may differ without the file counting as changed: it only spares reading
 * the content, and ends in `?` when it was taken too shortly after the file's last change to be trusted.
 */
export function fileRevisions(maxFileBytes: number, clock: Clock) {
  const hashes = new Map<string, { stat: string; hash: string }>()

  const hashOf = async (file: FoundFile, known: Revision | undefined, signal: AbortSignal): Promise<string> => {
    const stat = statOf(file)
    const remembered = hashes.get(file.path)
    if (remembered?.stat === stat) return remembered.hash
    if (known?.stat === stat) return known.content
    const content = await fileContent(file, maxFileBytes, signal).catch(() => undefined)
    // Reading it again tells why it can't be read.
    if (content === undefined || content === 'gone') return 'unreadable'
    const hash = contentHash(content)
    if (!isFresh(file, clock)) hashes.set(file.path, { stat, hash })
    return hash
  }

  return {
    /** The revision of a file now; exactly `before` when nothing that is stored of it changed. */
    async of(file: FoundFile, facts: FileFacts, before: string | undefined, signal: AbortSignal): Promise<string> {
      const blob = file.tracked?.blob
      if (blob !== undefined) return `g:${blob}:${fingerprint(facts)}`
      const known = before === undefined ? undefined : parsed(before)
      const content = await hashOf(file, known, signal)
      const print = fingerprint(facts)
      if (before !== undefined && known?.content === content && known.facts === print) return before
      return `f:${content}:${print}:${statOf(file)}${isFresh(file, clock) ? '?' : ''}`
    },
    /** Forgets what it remembered of files that are no longer there. */
    keepOnly(paths: ReadonlyMap<string, unknown>): void {
      for (const path of hashes.keys()) if (!paths.has(path)) hashes.delete(path)
    },
  }
}

interface Revision {
  content: string
  facts: string
  stat: string
}

function parsed(revision: string): Revision | undefined {
  const [kind, content, facts, stat] = revision.split(':')
  if (kind !== 'f' || content === undefined || facts === undefined || stat === undefined) return undefined
  return { content, facts, stat }
}

function statOf(file: FoundFile): string {
  return `${file.size}-${file.mtimeMs}-${file.ctimeMs}-${file.inode}`
}

function isFresh(file: FoundFile, clock: Clock): boolean {
  return clock.now().getTime() - Math.max(file.mtimeMs, file.ctimeMs) < clockGrainMs
}

function fingerprint(facts: FileFacts): string {
  const text = JSON.stringify([facts.owners, facts.url, facts.dated])
  return createHash('sha256').update(text).digest('base64url').slice(0, 12)
}
