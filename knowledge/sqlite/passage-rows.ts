import type { DatabaseSync } from 'node:sqlite'
import { ChangeLog } from './change-log.ts'
import { type ArrayStatement, arrays, numberOf } from './connection.ts'

/**
 * The scope and length of every passage, by row, as a scan needs them: in arrays that begin at the oldest row in use
 * and grow with each new one. About 8 bytes a row, also for those that are gone.
 */
export class PassageRows {
  scopes = new Uint32Array(0)
  lengths = new Float32Array(0)
  /** The row that stands at slot 0. */
  base = 0
  /** How many slots are in use. */
  slots = 0
  /** Living passages. */
  count = 0
  readonly #changes: ChangeLog
  readonly #bounds: ArrayStatement
  readonly #newer: ArrayStatement
  readonly #one: ArrayStatement
  #totalLength = 0

  constructor(database: DatabaseSync) {
    this.#changes = new ChangeLog(database)
    this.#bounds = arrays(database, 'SELECT coalesce(min(row), 0), coalesce(max(row), -1) FROM passages')
    this.#newer = arrays(database, 'SELECT row, scope, length FROM passages WHERE row > ?')
    this.#one = arrays(database, 'SELECT scope FROM passages WHERE row = ?')
  }

  get averageLength(): number {
    return this.count === 0 ? 0 : this.#totalLength / this.count
  }

  isLiving(row: number): boolean {
    return (this.scopes[row - this.base] ?? 0) !== 0
  }

  /** Catches up with the file; to be called in a snapshot. */
  refresh(): void {
    const changes = this.#changes.next()
    if (changes.kind === 'none') return
    try {
      const [lowest, highest] = (this.#bounds.get() ?? []).map(numberOf)
      if (changes.kind === 'all' || this.slots === 0) this.#restart(lowest ?? 0)
      else for (const row of changes.rows) this.#reread(row)
      this.#append(highest ?? -1)
    } catch (error) {
      this.#changes.reset()
      throw error
    }
  }

  #restart(lowest: number): void {
    this.base = lowest
    this.slots = 0
    this.count = 0
    this.#totalLength = 0
  }

  #reread(row: number): void {
    const slot = row - this.base
    if (slot < 0 || slot >= this.slots || this.scopes[slot] === 0) return
    const scope = Number(this.#one.get(row)?.[0] ?? 0)
    this.scopes[slot] = scope
    if (scope !== 0) return
    this.count -= 1
    this.#totalLength -= this.lengths[slot] ?? 0
  }

  #append(highest: number): void {
    this.#reserve(highest - this.base + 1)
    const known = this.slots
    for (const [row, scope, length] of this.#newer.iterate(this.base + known - 1)) {
      const slot = numberOf(row) - this.base
      this.scopes[slot] = numberOf(scope)
      this.lengths[slot] = numberOf(length)
      this.count += 1
      this.#totalLength += numberOf(length)
    }
    this.slots = Math.max(known, highest - this.base + 1)
  }

  #reserve(slots: number): void {
    if (slots > this.scopes.length) {
      const room = Math.max(1024, Math.ceil(slots * 1.25))
      const scopes = new Uint32Array(room)
      const lengths = new Float32Array(room)
      scopes.set(this.scopes.subarray(0, this.slots))
      lengths.set(this.lengths.subarray(0, this.slots))
      this.scopes = scopes
      this.lengths = lengths
    }
    this.scopes.fill(0, this.slots)
  }
}
