import type { DatabaseSync } from 'node:sqlite'
import type { PassageFilter } from '#knowledge/passage-index.ts'
import { ChangeLog } from './change-log.ts'
import { type ArrayStatement, arrays, bytesOf, inSnapshot, numberOf, textOf } from './connection.ts'
import type { PlacedCandidate } from './search-asks.ts'
import { TopCandidates } from './top-candidates.ts'
import { VectorArena } from './vector-arena.ts'
import { isOfModel } from './vector-models.ts'
import { VisibleScopes } from './visible-scopes.ts'

/**
 * Nearest passages by an exact scan of all vectors, which are held in memory at a byte a dimension: nothing to train,
 * nothing missed, and filters cost nothing. Vectors of another model, or of another length, are never compared.
 */
export class VectorSearch {
  readonly #database: DatabaseSync
  readonly #model: string | null
  readonly #changes: ChangeLog
  readonly #scopes: VisibleScopes
  readonly #newer: ArrayStatement
  readonly #scope: ArrayStatement
  readonly #passageId: ArrayStatement
  /** By number of dimensions. */
  readonly #arenas = new Map<number, VectorArena>()
  #lastRow = 0

  /** @param model Whose vectors are searched; absent: whatever has the query's length. */
  constructor(database: DatabaseSync, model?: string) {
    this.#database = database
    this.#model = model ?? null
    this.#changes = new ChangeLog(database)
    this.#scopes = new VisibleScopes(database)
    this.#newer = arrays(
      database,
      `SELECT row, scope, scale, components FROM vectors JOIN passages USING (row)
       WHERE vectors.row > ?1 AND ${isOfModel('?2')} ORDER BY vectors.row`,
    )
    this.#scope = arrays(database, 'SELECT scope FROM passages WHERE row = ?')
    this.#passageId = arrays(database, 'SELECT id FROM passages WHERE row = ?')
  }

  /** @returns For each embedding its nearest, all as of one moment. */
  nearest(embeddings: readonly Float32Array[], filter: PassageFilter, limit: number): PlacedCandidate[][] {
    return inSnapshot(this.#database, () => {
      this.#refresh()
      return embeddings.map((embedding) => {
        const top = new TopCandidates(limit, Number.NEGATIVE_INFINITY)
        this.#arenas.get(embedding.length)?.scan(embedding, this.#scopes.of(filter), top)
        return top.ranked().map(({ row, score }) => ({ passageId: textOf(this.#passageId.get(row)?.[0]), score, row }))
      })
    })
  }

  #refresh(): void {
    const changes = this.#changes.next()
    if (changes.kind === 'none') return
    try {
      if (changes.kind === 'all') this.#restart()
      else for (const row of changes.rows) this.#rescope(row, Number(this.#scope.get(row)?.[0] ?? 0))
      for (const cells of this.#newer.iterate(this.#lastRow, this.#model)) this.#add(cells)
    } catch (error) {
      this.#changes.reset()
      throw error
    }
  }

  #restart(): void {
    this.#arenas.clear()
    this.#lastRow = 0
  }

  #rescope(row: number, scope: number): void {
    for (const arena of this.#arenas.values()) arena.rescope(row, scope)
  }

  #add([row, scope, scale, components]: Parameters<typeof numberOf>[0][]): void {
    this.#lastRow = numberOf(row)
    if (scale === 0) return
    const bytes = bytesOf(components)
    let arena = this.#arenas.get(bytes.length)
    if (arena === undefined) {
      arena = new VectorArena(bytes.length)
      this.#arenas.set(bytes.length, arena)
    }
    arena.add(this.#lastRow, numberOf(scope), numberOf(scale), bytes)
  }
}
