import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '#runtime/log.ts'
import { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from './sqlite-store.ts'

/** A place for a store, in a directory of its own that goes with it. */
export interface TemporaryFile extends AsyncDisposable {
  path: string
  open(options?: Partial<SqliteStoreOptions>): SqliteStore
}

export async function temporaryFile(): Promise<TemporaryFile> {
  const directory = await mkdtemp(join(tmpdir(), 'nightdesk-store-'))
  const path = join(directory, 'nightdesk.db')
  return {
    path,
    open: (options) => openSqliteStore({ path, log: silentLog, ...options }),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  }
}
