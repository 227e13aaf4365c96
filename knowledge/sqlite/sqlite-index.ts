import type { DatabaseSync } from 'node:sqlite'
import type { Document } from '#knowledge/document.ts'
import type { StoredPassage } from '#knowledge/passage.ts'
import {
  type Candidate,
  type CandidateAsk,
  fused,
  type PassageFilter,
  type PassageIndex,
  type TermStatistics,
} from '#knowledge/passage-index.ts'
import {
  contentColumns,
  documentColumns,
  documentFrom,
  embeddingFrom,
  passageFrom,
  termsColumn,
  termsFrom,
} from './columns.ts'
import { type ArrayStatement, arrays, type Cells, inSnapshot, numberOf, reading } from './connection.ts'
import type { PlacedCandidate, VectorsAsk, WordsAnswer, WordsAsk } from './search-asks.ts'
import type { Thread } from './thread.ts'
import { isOfModel } from './vector-models.ts'
import { VisibleScopes } from './visible-scopes.ts'

/** Decoded documents that are kept until the next write: about 1 kB each. */
const documentsKept = 20_000

/** Rows of candidates that are remembered: about 100 bytes each. */
const rowsKept = 20_000

export interface SqliteIndexParts {
  database: DatabaseSync
  /** Passages come with the vectors of this one alone; absent: with whatever they have. */
  embeddingModel: string | undefined
  words: Thread<WordsAsk, WordsAnswer>
  vectors: Thread<VectorsAsk, PlacedCandidate[][]>
  close: () => Promise<void>
}

/** Words and vectors are searched in a thread each, so that a question's two searches run side by side. */
export class SqliteIndex implements PassageIndex {
  readonly #parts: SqliteIndexParts
  readonly #scopes: VisibleScopes
  readonly #version: ArrayStatement
  readonly #row: ArrayStatement
  readonly #content: ArrayStatement
  readonly #document: ArrayStatement
  /** Where the candidates of the last searches stand, by id; may be out of date. */
  readonly #rows = new Map<string, number>()
  /** By row, as they stood in the file's state of `#documentsVersion`. */
  readonly #documents = new Map<number, Document>()
  #documentsVersion: number | undefined

  constructor(parts: SqliteIndexParts) {
    this.#parts = parts
    this.#scopes = new VisibleScopes(parts.database)
    this.#version = arrays(parts.database, 'PRAGMA data_version')
    this.#row = arrays(parts.database, 'SELECT row FROM passages WHERE id = ?')
    this.#content = arrays(
      parts.database,
      `SELECT ${contentColumns}, iif(${isOfModel('?2')}, scale, NULL), components, id, scope, document
       FROM contents WHERE row = ?1`,
    )
    this.#document = arrays(parts.database, `SELECT ${documentColumns} FROM documents WHERE row = ?`)
  }

  async matching(
    terms: readonly string[],
    filter: PassageFilter,
    limit: number,
    signal: AbortSignal,
  ): Promise<Candidate[]> {
    const [found] = await this.#matching([terms], filter, limit, signal)
    return found ?? []
  }

  async nearest(
    embedding: Float32Array,
    filter: PassageFilter,
    limit: number,
    signal: AbortSignal,
  ): Promise<Candidate[]> {
    const [found] = await this.#nearest([embedding], filter, limit, signal)
    return found ?? []
  }

  async candidates(ask: CandidateAsk, filter: PassageFilter, signal: AbortSignal): Promise<string[]> {
    const { terms, embeddings, limitEach, limit } = ask
    const found = await Promise.all([
      terms.length === 0 ? [] : this.#matching(terms, filter, limitEach, signal),
      embeddings.length === 0 ? [] : this.#nearest(embeddings, filter, limitEach, signal),
    ])
    return fused(found.flat(), limit)
  }

  async statistics(terms: readonly string[], signal: AbortSignal): Promise<TermStatistics> {
    const answer = await this.#parts.words.ask({ kind: 'statistics', terms }, signal)
    return answer.kind === 'statistics' ? answer.statistics : { passages: 0, frequencies: new Map() }
  }

  async load(passageIds: readonly string[], filter: PassageFilter, signal: AbortSignal): Promise<StoredPassage[]> {
    const { database } = this.#parts
    return reading(database, signal, () => inSnapshot(database, () => this.#load(passageIds, filter)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.close()
  }

  async #matching(terms: readonly (readonly string[])[], filter: PassageFilter, limit: number, signal: AbortSignal) {
    const answer = await this.#parts.words.ask({ kind: 'matching', terms, filter, limit }, signal)
    return answer.kind === 'matching' ? answer.candidates.map((found) => this.#remembered(found)) : []
  }

  async #nearest(embeddings: readonly Float32Array[], filter: PassageFilter, limit: number, signal: AbortSignal) {
    const found = await this.#parts.vectors.ask({ embeddings, filter, limit }, signal)
    return found.map((some) => this.#remembered(some))
  }

  #load(passageIds: readonly string[], filter: PassageFilter): StoredPassage[] {
    const visible = this.#scopes.of(filter)
    this.#forgetOldDocuments()
    return passageIds.flatMap((id) => {
      const cells = this.#contentOf(id)
      const [scope, documentRow] = cells?.slice(-2) ?? []
      if (cells === undefined || visible[numberOf(scope)] !== 1) return []
      const document = this.#documentOf(numberOf(documentRow))
      const embedding = embeddingFrom(cells[termsColumn + 1], cells[termsColumn + 2])
      const passage: StoredPassage = {
        ...passageFrom(id, document.id, cells),
        terms: termsFrom(cells[termsColumn]),
        document,
      }
      if (embedding !== undefined) passage.embedding = embedding
      return passage
    })
  }

  #remembered(candidates: readonly PlacedCandidate[]): Candidate[] {
    if (this.#rows.size > rowsKept) this.#rows.clear()
    return candidates.map(({ passageId, score, row }) => {
      this.#rows.set(passageId, row)
      return { passageId, score }
    })
  }

  #contentOf(id: string): Cells | undefined {
    const remembered = this.#rows.get(id)
    const cells = remembered === undefined ? undefined : this.#contentAt(remembered)
    // A passage that was written anew since has another row.
    if (cells?.at(-3) === id) return cells
    const row = this.#row.get(id)?.[0]
    return typeof row === 'number' ? this.#contentAt(row) : undefined
  }

  #contentAt(row: number): Cells | undefined {
    return this.#content.get(row, this.#parts.embeddingModel ?? null)
  }

  #documentOf(row: number): Document {
    const document = this.#documents.get(row) ?? documentFrom(this.#document.get(row) ?? [])
    this.#documents.set(row, document)
    return document
  }

  #forgetOldDocuments(): void {
    const version = numberOf(this.#version.get()?.[0])
    if (version === this.#documentsVersion && this.#documents.size < documentsKept) return
    this.#documents.clear()
    this.#documentsVersion = version
  }
}
