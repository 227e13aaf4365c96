import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { weighTerms } from '#knowledge/field-weights.ts'
import {
  contentColumns,
  documentColumns,
  documentValues,
  type PassageColumns,
  termsColumn,
  termsFrom,
} from './columns.ts'
import { type ArrayStatement, arrays, bytesOf, type Cells, numberOf, textOf } from './connection.ts'
import type { QuantizedVector } from './quantized-vector.ts'
import { SegmentWriter } from './segment-writer.ts'
import { numberOfModel } from './vector-models.ts'
import type { EntryColumns } from './writer-asks.ts'

/** So many changes are kept for readers to catch up on; one that is further behind reads everything anew. */
const changesKept = 100_000

interface Held {
  row: number
  scope: number
}

/** Brings documents and passages to what an entry now holds, touching only what differs. */
export class EntryWriter {
  readonly #statements: ReturnType<typeof prepared>
  readonly #segment: SegmentWriter
  readonly #scopes = new Map<string, number>()
  readonly #modelNumber: () => number | null
  /** Undefined until it is known in this transaction. */
  #model: number | null | undefined
  /** Rows that went in this transaction. */
  #gone: number[] = []

  /** @param embeddingModel Whose vectors come; absent: nobody says. */
  constructor(database: DatabaseSync, embeddingModel?: string) {
    this.#statements = prepared(database)
    this.#modelNumber = () => (embeddingModel === undefined ? null : numberOfModel(database, embeddingModel))
    this.#segment = new SegmentWriter(database)
  }

  /** To be called in a transaction; after a rollback, call `forget`. */
  replace(entries: readonly EntryColumns[]): string[] {
    const overtaken: string[] = []
    for (const entry of entries) {
      if (this.#isOvertaken(entry)) overtaken.push(entry.entry)
      else this.#replaceEntry(entry)
    }
    this.#settle()
    return overtaken
  }

  /** To be called in a transaction; after a rollback, call `forget`. */
  remove(source: string, entries: readonly string[]): void {
    for (const entry of entries) {
      for (const [row] of this.#statements.documentsOfEntry.all(source, entry)) this.#removeDocument(numberOf(row))
      this.#statements.deleteEntry.run(source, entry)
    }
    this.#settle()
  }

  /** Forgets what a rolled back transaction had gathered. */
  forget(): void {
    this.#segment.forget()
    this.#scopes.clear()
    this.#gone = []
    this.#model = undefined
  }

  #isOvertaken({ source, entry, replaces }: EntryColumns): boolean {
    if (replaces === undefined) return false
    const held = this.#statements.revisionOfEntry.get(source, entry)?.[0]
    return (held === undefined ? null : textOf(held)) !== replaces
  }

  #replaceEntry({ source, entry, revision, documents }: EntryColumns): void {
    const ids = new Set(documents.map(({ document }) => document.id))
    for (const [row, id] of this.#statements.documentsOfEntry.all(source, entry)) {
      if (!ids.has(textOf(id))) this.#removeDocument(numberOf(row))
    }
    for (const { document, passages } of documents) {
      const values = documentValues(document)
      const known = this.#statements.documentRow.get(document.id)?.[0]
      const row = known === undefined ? this.#insertDocument(values) : numberOf(known)
      if (known !== undefined) this.#statements.updateDocument.run(...values, row)
      this.#replacePassages(row, passages, (lang) =>
        this.#scope(document.source, lang, JSON.stringify(document.audience.toSorted())),
      )
    }
    this.#statements.putEntry.run(source, entry, revision)
  }

  #insertDocument(values: SQLInputValue[]): number {
    return Number(this.#statements.insertDocument.run(...values).lastInsertRowid)
  }

  #replacePassages(document: number, passages: readonly PassageColumns[], scopeOf: (lang: string) => number): void {
    const held = new Map<string, Held>()
    for (const [row, scope, id] of this.#statements.passagesOfDocument.all(document)) {
      held.set(textOf(id), { row: numberOf(row), scope: numberOf(scope) })
    }
    const kept = new Set(passages.map(({ id }) => id))
    for (const [id, { row }] of held) if (!kept.has(id)) this.#removePassage(row)
    for (const passage of passages) {
      const scope = scopeOf(String(passage.contents[2]))
      const before = held.get(passage.id)
      if (before === undefined || !this.#updated(before, passage, scope)) this.#insertPassage(document, passage, scope)
    }
  }

  /** @returns False when it has to be written anew, because it is found by other words or another vector. */
  #updated(held: Held, passage: PassageColumns, scope: number): boolean {
    const cells = this.#statements.content.get(held.row) ?? []
    if (cells[termsColumn] !== passage.contents[termsColumn] || !this.#sameVector(cells, passage)) {
      this.#removePassage(held.row)
      return false
    }
    if (passage.contents.some((value, index) => value !== cells[index])) {
      this.#statements.updateContent.run(...passage.contents, held.row)
    }
    if (scope !== held.scope) {
      this.#statements.updateScope.run(scope, held.row)
      this.#statements.updateContentScope.run(scope, held.row)
      this.#statements.addChange.run(held.row)
    }
    return true
  }

  #insertPassage(document: number, passage: PassageColumns, scope: number): void {
    const terms = weighTerms(termsFrom(passage.contents[termsColumn]))
    const elsewhere = this.#statements.passageRow.get(passage.id)?.[0]
    if (elsewhere !== undefined) this.#removePassage(numberOf(elsewhere))
    const inserted = this.#statements.insertPassage.run(scope, terms.length, document, passage.id)
    const row = Number(inserted.lastInsertRowid)
    const { vector: given } = passage
    const vector = given === undefined ? [null, null, null] : [given.scale, bytesIn(given), this.#modelOf()]
    this.#statements.insertContent.run(row, passage.id, document, scope, ...passage.contents, ...vector)
    if (given !== undefined) this.#statements.insertVector.run(row, ...vector)
    this.#segment.add(row, terms)
  }

  #sameVector(cells: Cells, { vector }: PassageColumns): boolean {
    const [scale, components, model] = cells.slice(-3)
    if (vector === undefined || scale === null) return vector === undefined && scale === null
    const isSame = scale === vector.scale && Buffer.compare(bytesOf(components), bytesIn(vector)) === 0
    return isSame && model === this.#modelOf()
  }

  #modelOf(): number | null {
    if (this.#model === undefined) this.#model = this.#modelNumber()
    return this.#model
  }

  #removeDocument(document: number): void {
    for (const [row] of this.#statements.passagesOfDocument.all(document)) this.#removePassage(numberOf(row))
    this.#statements.deleteDocument.run(document)
  }

  #removePassage(row: number): void {
    this.#statements.deletePassage.run(row)
    this.#statements.deleteContent.run(row)
    this.#statements.deleteVector.run(row)
    this.#gone.push(row)
  }

  /** What is due once, at the end of a transaction. */
  #settle(): void {
    this.#segment.flush()
    for (const row of this.#gone) {
      this.#statements.addChange.run(row)
      this.#statements.countDead.run(row)
    }
    if (this.#gone.length > 0) this.#statements.trimChanges.run(changesKept)
    this.#gone = []
  }

  #scope(source: string, lang: string, audience: string): number {
    const key = JSON.stringify([source, lang, audience])
    let row = this.#scopes.get(key)
    if (row === undefined) {
      this.#statements.insertScope.run(source, lang, audience)
      row = numberOf(this.#statements.scopeRow.get(source, lang, audience)?.[0])
      this.#scopes.set(key, row)
    }
    return row
  }
}

function bytesIn({ components }: QuantizedVector): Uint8Array {
  return new Uint8Array(components.buffer, components.byteOffset, components.length)
}

function prepared(database: DatabaseSync) {
  const run = (sql: string): StatementSync => database.prepare(sql)
  const read = (sql: string): ArrayStatement => arrays(database, sql)
  const contents = contentColumns.split(', ')
  const documents = documentColumns.split(', ')
  return {
    putEntry: run('INSERT OR REPLACE INTO entries (source, entry, revision) VALUES (?, ?, ?)'),
    revisionOfEntry: arrays(database, 'SELECT revision FROM entries WHERE source = ? AND entry = ?'),
    deleteEntry: run('DELETE FROM entries WHERE source = ? AND entry = ?'),
    documentsOfEntry: read('SELECT row, id FROM documents WHERE source = ? AND entry = ?'),
    documentRow: read('SELECT row FROM documents WHERE id = ?'),
    insertDocument: run(`INSERT INTO documents (${documentColumns}) VALUES (${marks(documents.length)})`),
    updateDocument: run(`UPDATE documents SET (${documentColumns}) = (${marks(documents.length)}) WHERE row = ?`),
    deleteDocument: run('DELETE FROM documents WHERE row = ?'),
    insertScope: run('INSERT INTO scopes (source, lang, audience) VALUES (?, ?, ?) ON CONFLICT DO NOTHING'),
    scopeRow: read('SELECT row FROM scopes WHERE source = ? AND lang = ? AND audience = ?'),
    passagesOfDocument: read('SELECT row, scope, id FROM passages WHERE document = ?'),
    passageRow: read('SELECT row FROM passages WHERE id = ?'),
    insertPassage: run('INSERT INTO passages (scope, length, document, id) VALUES (?, ?, ?, ?)'),
    updateScope: run('UPDATE passages SET scope = ? WHERE row = ?'),
    deletePassage: run('DELETE FROM passages WHERE row = ?'),
    updateContentScope: run('UPDATE contents SET scope = ? WHERE row = ?'),
    content: read(`SELECT ${contentColumns}, scale, components, model FROM contents WHERE row = ?`),
    insertContent: run(
      `INSERT INTO contents (row, id, document, scope, ${contentColumns}, scale, components, model)
       VALUES (?, ?, ?, ?, ${marks(contents.length)}, ?, ?, ?)`,
    ),
    updateContent: run(`UPDATE contents SET (${contentColumns}) = (${marks(contents.length)}) WHERE row = ?`),
    deleteContent: run('DELETE FROM contents WHERE row = ?'),
    insertVector: run('INSERT INTO vectors (row, scale, components, model) VALUES (?, ?, ?, ?)'),
    deleteVector: run('DELETE FROM vectors WHERE row = ?'),
    addChange: run('INSERT INTO changes (row) VALUES (?)'),
    trimChanges: run('DELETE FROM changes WHERE number <= (SELECT max(number) FROM changes) - ?'),
    countDead: run("UPDATE segments SET dead = dead + 1 WHERE state = 'live' AND ? BETWEEN first_row AND last_row"),
  }
}

function marks(count: number): string {
  return Array(count).fill('?').join(', ')
}
