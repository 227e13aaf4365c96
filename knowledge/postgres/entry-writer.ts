import type { Document } from '#knowledge/document.ts'
import type { EntryContent } from '#knowledge/document-store.ts'
import type { IndexedPassage } from '#knowledge/passage.ts'
import {
  betweenItems,
  type Column,
  digestOf,
  documentColumns,
  type PassageRow,
  passageColumns,
  passageRow,
  textOf,
} from './columns.ts'
import type { Query } from './connection.ts'
import { OvertakenTransaction } from './errors.ts'

/**
 * Brings these entries of one source to what they now hold, in the caller's transaction, touching only what differs.
 * @param how `mayBeDone`: this transaction may have been committed before, unknown to us, so that an entry which holds what we
 *   would write holds it by our doing. `embeddingModel`: whose the vectors are.
 * @returns The entries that were left alone.
 */
export async function replaceEntries(
  query: Query,
  source: string,
  contents: readonly EntryContent[],
  { mayBeDone, embeddingModel }: { mayBeDone: boolean; embeddingModel: string | undefined },
): Promise<string[]> {
  const held = await lockEntries(
    query,
    source,
    contents.map(({ entry }) => entry),
  )
  const overtaken = contents.filter(({ entry, revision, replaces }) => {
    const heldRevision = held.get(entry) ?? null
    return replaces !== undefined && replaces !== heldRevision && !(mayBeDone && heldRevision === revision)
  })
  const written = contents.filter((content) => !overtaken.includes(content))
  if (written.length > 0) {
    await writeRevisions(query, source, written, held)
    await writeDocuments(query, source, written)
    await writePassages(query, source, written, embeddingModel)
    await countChange(query, source)
  }
  return overtaken.map(({ entry }) => entry)
}

/** Removes these entries of one source with everything of theirs, in the caller's transaction. */
export async function removeEntries(query: Query, source: string, entries: readonly string[]): Promise<void> {
  await lockEntries(query, source, entries)
  // First the documents: one that moved to another entry meanwhile stays, and with it its passages.
  const gone = await query(
    'DELETE FROM nightdesk_documents WHERE source = $1 AND entry = ANY($2::text[]) RETURNING id',
    [source, entries],
  )
  await removePassages(
    query,
    source,
    gone.map(([id]) => textOf(id)),
  )
  await query('DELETE FROM nightdesk_entries WHERE source = $1 AND entry = ANY($2::text[])', [source, entries])
  await countChange(query, source)
}

const changeShards = 8

/** Last in its transaction, since others wait for the row from here on. */
async function countChange(query: Query, source: string): Promise<void> {
  await query(
    `INSERT INTO nightdesk_changes (source, shard, number) VALUES ($1, $2, 1)
     ON CONFLICT (source, shard) DO UPDATE SET number = nightdesk_changes.number + 1`,
    [source, Math.floor(Math.random() * changeShards)],
  )
}

/** Nobody else writes them until the transaction ends. In one order, so that no two wait for each other. */
async function lockEntries(query: Query, source: string, entries: readonly string[]): Promise<Map<string, string>> {
  const rows = await query(
    `SELECT entry, revision FROM nightdesk_entries WHERE source = $1 AND entry = ANY($2::text[])
     ORDER BY entry FOR UPDATE`,
    [source, entries],
  )
  return new Map(rows.map(([entry, revision]) => [textOf(entry), textOf(revision)]))
}

async function writeRevisions(
  query: Query,
  source: string,
  contents: readonly EntryContent[],
  held: ReadonlyMap<string, string>,
): Promise<void> {
  const insert = (some: readonly EntryContent[], onConflict: string) =>
    query(
      `INSERT INTO nightdesk_entries (source, entry, revision)
       SELECT $1, entry, revision FROM unnest($2::text[], $3::text[]) AS given (entry, revision)
       ON CONFLICT (source, entry) ${onConflict} RETURNING entry`,
      [source, some.map(({ entry }) => entry), some.map(({ revision }) => revision)],
    )
  const known = contents.filter(({ entry }) => held.has(entry))
  if (known.length > 0) await insert(known, 'DO UPDATE SET revision = excluded.revision')
  // In one order, like the locks: nobody can lock what isn't there yet.
  const unknown = contents
    .filter(({ entry }) => !held.has(entry))
    .toSorted((one, other) => (one.entry < other.entry ? -1 : 1))
  if (unknown.length === 0) return
  const inserted = await insert(unknown, 'DO NOTHING')
  if (inserted.length < unknown.length) throw new OvertakenTransaction('Somebody else wrote a new entry first')
}

async function writeDocuments(query: Query, source: string, contents: readonly EntryContent[]): Promise<void> {
  const documents = contents.flatMap((content) => content.documents.map(({ document }) => document))
  const ids = documents.map(({ id }) => id)
  const entries = contents.map(({ entry }) => entry)
  const gone = await query(
    `DELETE FROM nightdesk_documents
     WHERE source = $1 AND entry = ANY($2::text[]) AND NOT (id = ANY($3::text[])) RETURNING id`,
    [source, entries, ids],
  )
  await removePassages(
    query,
    source,
    gone.map(([id]) => textOf(id)),
  )
  const digests = await query('SELECT id, digest FROM nightdesk_documents WHERE source = $1 AND id = ANY($2::text[])', [
    source,
    ids,
  ])
  const held = new Map(digests.map(([id, digest]) => [textOf(id), textOf(digest)]))
  const changed = documents
    .map((document) => ({ row: document, digest: digestOf(documentColumns, document) }))
    .filter(({ row, digest }) => held.get(row.id) !== digest)
  await upsert<Document>(
    query,
    { table: 'nightdesk_documents', key: ['source', 'id'], columns: documentColumns },
    changed,
  )
}

async function writePassages(
  query: Query,
  source: string,
  contents: readonly EntryContent[],
  embeddingModel: string | undefined,
): Promise<void> {
  const documents = contents.flatMap((content) => content.documents)
  const documentIds = documents.map(({ document }) => document.id)
  const digests = await query(
    'SELECT document_id, id, digest FROM nightdesk_passages WHERE source = $1 AND document_id = ANY($2::text[])',
    [source, documentIds],
  )
  const held = new Map(digests.map(([documentId, id, digest]) => [[documentId, id].join(betweenItems), digest]))
  const changed: Changed<PassageRow>[] = []
  for (const { document, passages } of documents) {
    for (const passage of lastOfEach(passages)) {
      const row = passageRow(source, { ...passage, documentId: document.id }, embeddingModel)
      const digest = digestOf(passageColumns, row)
      const key = [document.id, passage.id].join(betweenItems)
      if (held.get(key) !== digest) changed.push({ row, digest })
      held.delete(key)
    }
  }
  const gone = [...held.keys()].map((key) => key.split(betweenItems))
  if (gone.length > 0) {
    await query(
      `DELETE FROM nightdesk_passages
       WHERE source = $1 AND document_id = ANY($2::text[]) AND id = ANY($3::text[])`,
      [source, [...new Set(gone.map(([documentId]) => documentId))], gone.map(([, id]) => id)],
    )
  }
  const into = { table: 'nightdesk_passages', key: ['source', 'document_id', 'id'], columns: passageColumns }
  await upsert<PassageRow>(query, into, changed)
}

function lastOfEach(passages: readonly IndexedPassage[]): Iterable<IndexedPassage> {
  return new Map(passages.map((passage) => [passage.id, passage])).values()
}

async function removePassages(query: Query, source: string, documentIds: readonly string[]): Promise<void> {
  if (documentIds.length === 0) return
  await query('DELETE FROM nightdesk_passages WHERE source = $1 AND document_id = ANY($2::text[])', [
    source,
    documentIds,
  ])
}

interface Changed<Row> {
  row: Row
  digest: string
}

interface Into<Row> {
  table: string
  key: readonly string[]
  columns: readonly Column<Row>[]
}

/** All rows in one statement, each column as one array: a statement a row would take a round trip each. */
async function upsert<Row>(
  query: Query,
  { table, key, columns }: Into<Row>,
  changed: readonly Changed<Row>[],
): Promise<void> {
  if (changed.length === 0) return
  const names = [...columns.map(({ name }) => name), 'digest']
  const arrays = [...columns.map(({ type }) => type), 'text'].map((type, index) => `$${index + 1}::${type}[]`)
  const separator = `$${arrays.length + 1}`
  const selected = [
    ...columns.map(({ name, list }) => (list === true ? `string_to_array(${name}, ${separator}::text)` : name)),
    'digest',
  ]
  const updated = names.filter((name) => !key.includes(name)).map((name) => `${name} = excluded.${name}`)
  const hasLists = columns.some(({ list }) => list === true)
  await query(
    `INSERT INTO ${table} (${names.join(', ')})
     SELECT ${selected.join(', ')} FROM unnest(${arrays.join(', ')}) AS given (${names.join(', ')})
     ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${updated.join(', ')}`,
    [
      ...columns.map(({ of }) => changed.map(({ row }) => of(row))),
      changed.map(({ digest }) => digest),
      ...(hasLists ? [betweenItems] : []),
    ],
  )
}
