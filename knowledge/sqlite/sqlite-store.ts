import type { KnowledgeStore } from '#knowledge/store.ts'
import type { StoreContents } from '#knowledge/store-contents.ts'
import type { Log } from '#runtime/log.ts'
import { openReader, prepareFile, type ReaderMemory } from './connection.ts'
import { naming } from './errors.ts'
import type { PlacedCandidate, SearchStart, VectorsAsk, WordsAnswer, WordsAsk } from './search-asks.ts'
import { SqliteContents } from './sqlite-contents.ts'
import { SqliteConversations } from './sqlite-conversations.ts'
import { SqliteDocuments } from './sqlite-documents.ts'
import { SqliteIndex } from './sqlite-index.ts'
import { Thread } from './thread.ts'
import type { WriterAnswer, WriterAsk, WriterStart } from './writer-asks.ts'

/** This thread reads single documents, and the passages that a search has found, which lie anywhere. */
const memory: ReaderMemory = { cacheMb: 32, mappedMb: 256 }

export interface SqliteStoreOptions {
  /** The file; it and its directory are made when they aren't there. */
  path: string
  log: Log
  /**
   * Id of the model whose vectors are stored and searched; those of others are never found, and their passages come
   * without. Absent: whatever has the right length.
   */
  embeddingModel?: string | undefined
  /** The file never grows beyond it; absent: as far as the disk goes. */
  maxBytes?: number | undefined
}

export interface SqliteStore extends KnowledgeStore {
  contents: StoreContents
}

/**
 * The embedded store: one SQLite file in WAL mode. Several processes may have it open; their writes take turns, and
 * each sees what the others have finished.
 * @throws {OpsError} When the file can't be opened, is damaged, or was written by a newer version.
 */
export function openSqliteStore({ path, log, embeddingModel, maxBytes }: SqliteStoreOptions): SqliteStore {
  prepareFile(path)
  const database = naming(() => openReader(path, memory))
  const writerStart: WriterStart = { path, embeddingModel, maxBytes }
  const searchStart: SearchStart = { path, embeddingModel }
  const writer = new Thread<WriterAsk, WriterAnswer>({ module: module('writer'), start: writerStart, retries: 0 })
  const words = new Thread<WordsAsk, WordsAnswer>({ module: module('words'), start: searchStart, retries: 1 })
  const vectors = new Thread<VectorsAsk, PlacedCandidate[][]>({
    module: module('vectors'),
    start: searchStart,
    retries: 1,
  })

  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= (async () => {
      // The reader first, so that the writer is the last one out and empties the write-ahead log.
      if (database.isOpen) database.close()
      await Promise.all([words, vectors].map((thread) => thread[Symbol.asyncDispose]()))
      await writer[Symbol.asyncDispose]()
      log.debug({ path }, 'store closed')
    })()
    return closing
  }

  return {
    documents: new SqliteDocuments({ database, writer, close }),
    index: new SqliteIndex({ database, embeddingModel, words, vectors, close }),
    conversations: new SqliteConversations({ database, writer, close }),
    contents: new SqliteContents(database, embeddingModel),
    [Symbol.asyncDispose]: close,
  }
}

function module(thread: 'writer' | 'words' | 'vectors'): URL {
  return new URL(`./${thread}-thread.ts`, import.meta.url)
}
