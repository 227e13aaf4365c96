import type { DatabaseSync } from 'node:sqlite'
import type { Document } from '#knowledge/document.ts'
import type { StoredPassage } from '#knowledge/passage.ts'
import type { Candidate, PassageFilter, PassageIndex, TermStatistics } from '#knowledge/passage-index.ts'
import {
  contentColumns,
  documentColumns,
  documentFrom,
  embeddingFrom,
  passageFrom,
  termsColumn,
  termsFrom,
} from './columns.ts'
import { type ArrayStatement, arrays, inSnapshot, numberOf } from './connection.ts'
import { naming } from './errors.ts'
import type { VectorsAsk, WordsAnswer, WordsAsk } from './search-asks.ts'
import type { Thread } from './thread.ts'
import { VisibleScopes } from './visible-scopes.ts'

export interface SqliteIndexParts {
  database: DatabaseSync
  words: Thread<WordsAsk, WordsAnswer>
  vectors: Thread<VectorsAsk, Candidate[]>
  close: () => Promise<void>
}

/** Words and vectors are searched in a thread each, so that a question's two searches run side by side. */
export class SqliteIndex implements PassageIndex {
  readonly #parts: SqliteIndexParts
  readonly #scopes: VisibleScopes
  readonly #passage: ArrayStatement
  readonly #document: ArrayStatement

  constructor(parts: SqliteIndexParts) {
    this.#parts = parts
    this.#scopes = new VisibleScopes(parts.database)
    this.#passage = arrays(
      parts.database,
      `SELECT ${contentColumns}, scale, components, scope, document
       FROM passages JOIN contents USING (row) LEFT JOIN vectors USING (row) WHERE id = ?`,
    )
    this.#document = arrays(parts.database, `SELECT ${documentColumns} FROM documents WHERE row = ?`)
  }

  async matching(
    terms: readonly string[],
    filter: PassageFilter,
    limit: number,
    signal: AbortSignal,
  ): Promise<Candidate[]> {
    const answer = await this.#parts.words.ask({ kind: 'matching', terms, filter, limit }, signal)
    return answer.kind === 'matching' ? answer.candidates : []
  }

  async nearest(
    embedding: Float32Array,
    filter: PassageFilter,
    limit: number,
    signal: AbortSignal,
  ): Promise<Candidate[]> {
    return await this.#parts.vectors.ask({ embedding, filter, limit }, signal)
  }

  async statistics(terms: readonly string[], signal: AbortSignal): Promise<TermStatistics> {
    const answer = await this.#parts.words.ask({ kind: 'statistics', terms }, signal)
    return answer.kind === 'statistics' ? answer.statistics : { passages: 0, frequencies: new Map() }
  }

  async load(passageIds: readonly string[], filter: PassageFilter, signal: AbortSignal): Promise<StoredPassage[]> {
    signal.throwIfAborted()
    return naming(() => inSnapshot(this.#parts.database, () => this.#load(passageIds, filter)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.close()
  }

  #load(passageIds: readonly string[], filter: PassageFilter): StoredPassage[] {
    const visible = this.#scopes.of(filter)
    const documents = new Map<number, Document>()
    return passageIds.flatMap((id) => {
      const cells = this.#passage.get(id)
      if (cells === undefined) return []
      const [scale, components, scope, documentRow] = cells.slice(termsColumn + 1)
      if (visible[numberOf(scope)] !== 1) return []
      const document = this.#documentOf(numberOf(documentRow), documents)
      const embedding = embeddingFrom(scale, components)
      return {
        ...passageFrom(id, document.id, cells),
        terms: termsFrom(cells[termsColumn]),
        ...(embedding === undefined ? {} : { embedding }),
        document,
      }
    })
  }

  #documentOf(row: number, known: Map<number, Document>): Document {
    const document = known.get(row) ?? documentFrom(this.#document.get(row) ?? [])
    known.set(row, document)
    return document
  }
}
