import type { DatabaseSync } from 'node:sqlite'
import type { EntryContent } from '#knowledge/document-store.ts'
import type { StoredPassage } from '#knowledge/passage.ts'
import type { HeldVersion, VersionedPassages } from '#knowledge/versioned-candidates.ts'
import { textOf } from './connection.ts'
import { readAll } from './sqlite-documents.ts'
import type { SqliteStore } from './sqlite-store.ts'

const rowsAtOnce = 1000
const putAtOnce = 2000

/** Between a version and its passage's id, in the id under which it is stored. A version is a UUID. */
const idAfter = '00000000-0000-0000-0000-000000000000/'.length

/** What is stored and searched under this id is a version of that passage. */
export function passageIdOf(storedId: string): string {
  return storedId.slice(idAfter)
}

/**
 * Each version is an entry of its own with a document of its own, both named by the version. The document's path is the
 * entry that the passage belongs to, since documents can be looked up by it.
 */
export class SqliteVersions implements VersionedPassages {
  readonly #store: SqliteStore
  readonly #database: DatabaseSync

  constructor(store: SqliteStore, database: DatabaseSync) {
    this.#store = store
    this.#database = database
  }

  async put(passages: ReadonlyMap<string, StoredPassage>, signal: AbortSignal): Promise<void> {
    const all = [...passages]
    for (let start = 0; start < all.length; start += putAtOnce) {
      const entries = all.slice(start, start + putAtOnce).map(([version, passage]) => entryOf(version, passage))
      await this.#store.documents.replaceEntries(entries, signal)
    }
  }

  async heldOf(source: string, entries: readonly string[], signal: AbortSignal): Promise<HeldVersion[]> {
    const sql = `
      SELECT passages.id FROM documents JOIN passages ON passages.document = documents.row
      WHERE documents.source = ? AND documents.path IN (SELECT value FROM json_each(?))`
    return this.#read(signal, sql, source, JSON.stringify(entries)).map(([id]) => heldFrom(textOf(id)))
  }

  async missing(versions: readonly string[], signal: AbortSignal): Promise<string[]> {
    const sql = `
      SELECT value FROM json_each(?) AS asked
      WHERE NOT EXISTS (SELECT 1 FROM documents WHERE documents.id = asked.value)`
    return this.#read(signal, sql, JSON.stringify(versions)).map(([version]) => textOf(version))
  }

  async drop(versions: readonly string[], signal: AbortSignal): Promise<void> {
    const sql = 'SELECT source, id FROM documents WHERE id IN (SELECT value FROM json_each(?))'
    const found = this.#read(signal, sql, JSON.stringify(versions))
    for (const [source, some] of Map.groupBy(found, ([name]) => textOf(name))) {
      const entries = some.map(([, version]) => textOf(version))
      await this.#store.documents.removeEntries(source, entries, signal)
    }
  }

  async *all(signal: AbortSignal): AsyncGenerator<HeldVersion[]> {
    let after = 0
    for (;;) {
      const sql = `SELECT id, row FROM passages WHERE row > ? ORDER BY row LIMIT ${rowsAtOnce}`
      const page = this.#read(signal, sql, after)
      yield page.map(([id]) => heldFrom(textOf(id)))
      if (page.length < rowsAtOnce) return
      after = Number(page.at(-1)?.[1])
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The reader first, so that the store's writer is the last one out and empties the write-ahead log.
    if (this.#database.isOpen) this.#database.close()
    await this.#store[Symbol.asyncDispose]()
  }

  #read(signal: AbortSignal, sql: string, ...values: (string | number)[]) {
    return readAll(this.#database, signal, sql, values)
  }
}

/** Only what it is found by: what it says is read where the documents are. */
function entryOf(version: string, { document, ...passage }: StoredPassage): EntryContent {
  const stored = { ...document, id: version, entry: version, path: document.entry, url: '', title: '', owners: [] }
  const found = {
    ...passage,
    id: `${version}/${passage.id}`,
    documentId: version,
    text: '',
    context: '',
    heading: [''],
  }
  return { source: document.source, entry: version, revision: '', documents: [{ document: stored, passages: [found] }] }
}

function heldFrom(storedId: string): HeldVersion {
  return { version: storedId.slice(0, idAfter - 1), passageId: passageIdOf(storedId) }
}
