import { mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '#runtime/clock.ts'
import { type EmbeddingCache, type KeptVector, packed, unpacked } from '../embedding-cache.ts'

/** Another process's transactions take milliseconds. This one waits on the main thread, so not for long. */
const busyTimeoutMs = 500
/** Vectors that are read or written before whoever else waits for the thread gets a turn: about 2 ms. */
const turnEvery = 128
const dayMs = 86_400_000
/** How much of what it holds a full cache forgets at once, what wasn't used for longest first. */
const forgottenShare = 0.1
/** SQLite's result codes for a file that is damaged, or none of SQLite's. */
const damaged: ReadonlySet<number> = new Set([11, 26])

export interface SqliteEmbeddingCacheOptions {
  path: string
  clock: Clock
  /** About how large the file may become. Default 1 GiB: 340,000 vectors of 1,536 dimensions. */
  maxBytes?: number | undefined
}

/** A file of vectors, two bytes a dimension; several processes may use it. Losing it costs nothing but embedding again. */
export class SqliteEmbeddingCache implements EmbeddingCache {
  readonly #database: DatabaseSync
  readonly #clock: Clock
  readonly #maxBytes: number
  readonly #get: StatementSync
  readonly #use: StatementSync
  readonly #put: StatementSync

  /** @throws {Error} When the file can't be opened or made. */
  constructor({ path, clock, maxBytes = 2 ** 30 }: SqliteEmbeddingCacheOptions) {
    mkdirSync(dirname(path), { recursive: true })
    this.#database = opened(path)
    this.#clock = clock
    this.#maxBytes = maxBytes
    this.#get = this.#database.prepare('SELECT components, used FROM embeddings WHERE key = ?')
    this.#use = this.#database.prepare('UPDATE embeddings SET used = ? WHERE key = ?')
    this.#put = this.#database.prepare('INSERT OR REPLACE INTO embeddings (key, used, components) VALUES (?, ?, ?)')
  }

  async get(keys: readonly string[], signal: AbortSignal): Promise<(Float32Array | undefined)[]> {
    const found: (Float32Array | undefined)[] = []
    const today = this.#today()
    const dusty: string[] = []
    for (const [at, key] of keys.entries()) {
      if (at % turnEvery === 0) await this.#turn(signal)
      const row = this.#get.get(key)
      found.push(row?.components instanceof Uint8Array ? unpacked(numbersIn(row.components)) : undefined)
      if (row !== undefined && row.used !== today) dusty.push(key)
    }
    await this.#write(dusty, (key) => this.#use.run(today, key), signal)
    return found
  }

  async put(vectors: readonly KeptVector[], signal: AbortSignal): Promise<void> {
    const today = this.#today()
    await this.#write(vectors, ({ key, vector }) => this.#put.run(key, today, bytesIn(packed(vector))), signal)
    await this.#forgetSome(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#database.isOpen) this.#database.close()
  }

  async #write<Item>(items: readonly Item[], write: (item: Item) => void, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    for (let from = 0; from < items.length; from += turnEvery) {
      await this.#turn(signal)
      this.#database.exec('BEGIN IMMEDIATE')
      try {
        for (const item of items.slice(from, from + turnEvery)) write(item)
        this.#database.exec('COMMIT')
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
        throw error
      }
    }
  }

  async #forgetSome(signal: AbortSignal): Promise<void> {
    if (this.#bytes() <= this.#maxBytes) return
    const count = Number(this.#database.prepare('SELECT count(*) AS n FROM embeddings').get()?.n ?? 0)
    const oldest = this.#database.prepare('SELECT key FROM embeddings ORDER BY used, rowid LIMIT ?')
    const keys = oldest.all(Math.ceil(count * forgottenShare)).map((row) => String(row.key))
    const forget = this.#database.prepare('DELETE FROM embeddings WHERE key = ?')
    await this.#write(keys, (key) => forget.run(key), signal)
  }

  /** Without the pages that are free to be used again. */
  #bytes(): number {
    const number = (pragma: string) => Number(Object.values(this.#database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0])
    return (number('page_count') - number('freelist_count')) * number('page_size')
  }

  async #turn(signal: AbortSignal): Promise<void> {
    await turn()
    signal.throwIfAborted()
  }

  /** Days since 1970: fine enough to forget by, and most reads need no write. */
  #today(): number {
    return Math.floor(this.#clock.now().getTime() / dayMs)
  }
}

/** What is damaged is made anew: it can be embedded again. */
function opened(path: string): DatabaseSync {
  try {
    return prepared(path)
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
    if (!damaged.has(code & 0xff)) throw error
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    return prepared(path)
  }
}

function prepared(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs })
  try {
    // A power failure may lose the last vectors, never damage the file (sqlite.org/pragma.html#pragma_synchronous).
    database.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4096;
      CREATE TABLE IF NOT EXISTS embeddings (
        rowid INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, used INTEGER NOT NULL, components BLOB NOT NULL
      );
      CREATE INDEX IF NOT EXISTS embeddings_by_use ON embeddings (used);
    `)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function bytesIn(components: Int16Array): Uint8Array {
  return new Uint8Array(components.buffer, components.byteOffset, components.byteLength)
}

/** Copied, since a typed array of two bytes a number has to begin at an even place. */
function numbersIn(bytes: Uint8Array): Int16Array {
  return new Int16Array(Uint8Array.from(bytes).buffer)
}
