import { Connection, type ConnectionOptions } from './connection.ts'
import { migrate } from './migrations.ts'
import { PostgresContents } from './postgres-contents.ts'
import { PostgresConversations } from './postgres-conversations.ts'
import { PostgresDocuments } from './postgres-documents.ts'
import { scanningWords } from './word-scan.ts'

export interface PostgresStoreOptions extends ConnectionOptions {
  /**
   * Id of the model whose vectors are stored; passages come without those of others. Absent: with whatever there is.
   */
  embeddingModel?: string | undefined
}

/** What PostgreSQL keeps; passages are found by an index of candidates beside it. */
export interface PostgresStore extends AsyncDisposable {
  /** Host and port, for people. */
  host: string
  /** Loads passages, too. */
  documents: PostgresDocuments
  conversations: PostgresConversations
  contents: PostgresContents
  /** Finds passages by words where nothing else can. */
  scan: ReturnType<typeof scanningWords>
}

/**
 * Connects, and makes or upgrades the tables where needed. Several processes may do so at once.
 * @throws {OpsError} When the server can't be reached, refuses, or holds a newer version's tables.
 */
export async function openPostgresStore(options: PostgresStoreOptions, signal: AbortSignal): Promise<PostgresStore> {
  const connection = new Connection(options)
  const close = () => connection[Symbol.asyncDispose]()
  try {
    // A read, so that a wrong address is told after its patience and not after that of writes.
    await connection.read('SELECT 1', [], signal)
    await migrate(connection, signal)
  } catch (error) {
    await close()
    throw error
  }
  return {
    host: connection.host,
    documents: new PostgresDocuments({ connection, embeddingModel: options.embeddingModel, close }),
    conversations: new PostgresConversations(connection, close),
    contents: new PostgresContents(connection, options.embeddingModel),
    scan: scanningWords(connection),
    [Symbol.asyncDispose]: close,
  }
}
