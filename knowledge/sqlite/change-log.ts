import type { DatabaseSync } from 'node:sqlite'
import { type ArrayStatement, arrays, numberOf } from './connection.ts'

/** What happened to passages since a reader last looked. */
export type Changes =
  | { kind: 'none' }
  /** New rows stand beyond the last one known; these older ones changed their scope or are gone. */
  | { kind: 'some'; rows: readonly number[] }
  /** The reader is too far behind, or looks for the first time: everything has to be read. */
  | { kind: 'all' }

/** Keeps what a thread remembers of the passages in step with the file. */
export class ChangeLog {
  readonly #version: ArrayStatement
  readonly #bounds: ArrayStatement
  readonly #since: ArrayStatement
  #seenVersion: number | undefined
  #seenChange: number | undefined

  constructor(database: DatabaseSync) {
    this.#version = arrays(database, 'PRAGMA data_version')
    this.#bounds = arrays(database, 'SELECT coalesce(min(number), 0), coalesce(max(number), 0) FROM changes')
    this.#since = arrays(database, 'SELECT DISTINCT row FROM changes WHERE number > ?')
  }

  /** To be called in a snapshot, so that what is read afterwards is of the same state. */
  next(): Changes {
    const [first, last] = (this.#bounds.get() ?? []).map(numberOf)
    const version = numberOf(this.#version.get()?.[0])
    if (version === this.#seenVersion) return { kind: 'none' }
    const seen = this.#seenChange
    this.#seenVersion = version
    this.#seenChange = last ?? 0
    if (seen === undefined || (first ?? 0) > seen + 1) return { kind: 'all' }
    return { kind: 'some', rows: this.#since.all(seen).map(([row]) => numberOf(row)) }
  }

  /** What was announced couldn't be taken in: announce everything next time. */
  reset(): void {
    this.#seenVersion = undefined
    this.#seenChange = undefined
  }
}
