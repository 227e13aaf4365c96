import type { DocumentStore, EntryContent } from '#knowledge/document-store.ts'
import { embeddedText } from '#knowledge/embedded-text.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import type { Clock } from '#runtime/clock.ts'
import type { PreparedEntry } from './index-entry.ts'

/** Large transactions are what makes a store fast, and a remote embedder; small ones lose less when the process dies. */
const defaultEntriesAtOnce = 256
const passagesAtOnce = 2000
/** From a slow source what is ready is stored without waiting for more. */
const waitsAtMostMs = 2000

/** After as many entries in a row that could not be embedded, the embedder itself counts as out of order. */
const givesUpAfter = 3

/** What an entry is stored as, and what of it must be stored for that; null: nothing. */
export interface Replacement {
  revision: string
  replaces: string | null
}

interface Waiting extends Replacement {
  prepared: PreparedEntry
}

export interface FailedEntry {
  entry: string
  error: unknown
}

export interface SyncWriterParts {
  documents: DocumentStore
  embedder?: Embedder | undefined
  clock: Clock
  entriesAtOnce?: number | undefined
  onStored?: OnStored | undefined
}

/** Told of what has just been stored; a failure of it is the sync's. */
export type OnStored = (contents: readonly EntryContent[], signal: AbortSignal) => Promise<void>

/** Embeds entries and stores them, many at a time. */
export function createSyncWriter(parts: SyncWriterParts) {
  const entriesAtOnce = parts.entriesAtOnce ?? defaultEntriesAtOnce
  const written = { documents: 0, passages: 0, maskedSecrets: 0 }
  const overtaken: string[] = []
  let waiting: Waiting[] = []
  let passages = 0
  let waitingSince = 0
  let failuresInARow = 0
  let lastError: unknown
  let storing: Promise<void> = Promise.resolve()

  const embedded = async (batch: readonly Waiting[], signal: AbortSignal): Promise<EntryContent[]> => {
    const texts = batch.flatMap(({ prepared }) =>
      prepared.documents.flatMap((each) => each.passages.map((passage) => embeddedText(each.document, passage))),
    )
    const vectors = texts.length === 0 ? [] : await parts.embedder?.embed(texts, signal)
    let next = 0
    return batch.map(({ revision, replaces, prepared }) => ({
      source: prepared.source,
      entry: prepared.entry,
      revision,
      replaces,
      documents: prepared.documents.map((each) => ({
        document: each.document,
        passages: each.passages.map((passage) => ({ ...passage, embedding: vectors?.[next++] })),
      })),
    }))
  }

  /** One text that an embedder refuses must not keep the others of its batch out. */
  const embeddedOneByOne = async (batch: readonly Waiting[], failed: FailedEntry[], signal: AbortSignal) => {
    const contents: EntryContent[] = []
    for (const one of batch) {
      const { entry } = one.prepared
      if (failuresInARow >= givesUpAfter) {
        failed.push({ entry, error: lastError })
        continue
      }
      try {
        contents.push(...(await embedded([one], signal)))
        failuresInARow = 0
      } catch (error) {
        signal.throwIfAborted()
        failuresInARow++
        lastError = error
        failed.push({ entry, error })
      }
    }
    return contents
  }

  const store = async (batch: readonly Waiting[], contents: readonly EntryContent[], signal: AbortSignal) => {
    const late = new Set(await parts.documents.replaceEntries(contents, signal))
    overtaken.push(...late)
    const stored = new Set(contents.map((content) => content.entry).filter((entry) => !late.has(entry)))
    for (const { prepared } of batch) {
      if (!stored.has(prepared.entry)) continue
      written.documents += prepared.documents.length
      written.maskedSecrets += prepared.maskedSecrets
      for (const document of prepared.documents) written.passages += document.passages.length
    }
    await parts.onStored?.(
      contents.filter(({ entry }) => stored.has(entry)),
      signal,
    )
  }

  /** Leaves the batch to the store, which may work on it while the next one is made ready. */
  const flush = async (signal: AbortSignal): Promise<FailedEntry[]> => {
    const batch = waiting
    waiting = []
    passages = 0
    if (batch.length === 0) return []
    const failed: FailedEntry[] = []
    const contents = await embedded(batch, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      if (failuresInARow < givesUpAfter) return embeddedOneByOne(batch, failed, signal)
      failed.push(...batch.map(({ prepared }) => ({ entry: prepared.entry, error })))
      return []
    })
    await storing
    if (contents.length > 0) {
      storing = store(batch, contents, signal)
      // Whoever awaits it next is told; until then it must not count as unhandled.
      storing.catch(() => undefined)
    }
    return failed
  }

  return {
    written,
    /** Entries that were left alone, since somebody else has stored something of them meanwhile. */
    overtaken,
    /** Why the embedder counts as out of order; undefined while it doesn't. */
    get outOfOrder(): unknown {
      return failuresInARow < givesUpAfter ? undefined : lastError
    },
    /** @returns What failed of this entry and those before it; most calls only collect. */
    async add(replacement: Replacement, prepared: PreparedEntry, signal: AbortSignal): Promise<FailedEntry[]> {
      const now = parts.clock.now().getTime()
      if (waiting.length === 0) waitingSince = now
      waiting.push({ ...replacement, prepared })
      for (const document of prepared.documents) passages += document.passages.length
      const isFull = waiting.length >= entriesAtOnce || passages >= passagesAtOnce
      return isFull || now - waitingSince >= waitsAtMostMs ? flush(signal) : []
    },
    /** Afterwards everything that was added is stored or has failed. */
    async finish(signal: AbortSignal): Promise<FailedEntry[]> {
      const failed = await flush(signal)
      await storing
      return failed
    },
    /** Waits for what the store is working on, whatever comes of it. */
    async [Symbol.asyncDispose](): Promise<void> {
      await storing.catch(() => undefined)
    },
  }
}
