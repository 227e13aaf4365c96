import type { Client } from '@notionhq/client'
import { z } from 'zod'
import type { NotionApi } from './api.ts'
import { listPages, type Start } from './lists.ts'
import { DataSource, Id, type List, Page } from './shapes.ts'

/** What search or a query gave, malformed results told apart. */
export interface Listing<Item> {
  items: readonly Item[]
  /** Ids of results that can't be understood; they are there all the same. */
  malformed: readonly string[]
  /** False where Notion stopped before the end. */
  complete: boolean
}

const OnlyId = z.object({ id: Id })

/** Every page that the integration can see, as far as search knows them, the last edited first. */
export async function searchPages(api: NotionApi, signal: AbortSignal): Promise<Listing<Page>> {
  const newest = await searched(api, { object: 'page', direction: 'descending' }, Page, signal)
  if (newest.complete) return newest
  // It stops after 10,000. From the other end it gives 10,000 more; what was edited lately is among the first anyway.
  const oldest = await searched(api, { object: 'page', direction: 'ascending' }, Page, signal)
  return {
    items: [...newest.items, ...oldest.items],
    malformed: [...newest.malformed, ...oldest.malformed],
    complete: false,
  }
}

export async function searchDataSources(api: NotionApi, signal: AbortSignal): Promise<Listing<DataSource>> {
  return await searched(api, { object: 'data_source', direction: 'descending' }, DataSource, signal)
}

interface Search {
  object: 'page' | 'data_source'
  direction: 'ascending' | 'descending'
}

async function searched<Item>(
  api: NotionApi,
  { object, direction }: Search,
  shape: z.ZodType<Item>,
  signal: AbortSignal,
): Promise<Listing<Item>> {
  const ask = (notion: Client, start: Start) =>
    notion.search({
      filter: { property: 'object', value: object },
      sort: { timestamp: 'last_edited_time', direction },
      ...start,
    })
  return await gathered(listPages(api, ask, signal), shape)
}

/**
 * All rows of a data source. A query ends after 10,000 with `request_status: incomplete`; it is asked again for those made
 * since the last row that it gave.
 */
export async function queryRows(api: NotionApi, dataSourceId: string, signal: AbortSignal): Promise<Listing<Page>> {
  const rows = new Map<string, Page>()
  const malformed = new Set<string>()
  let since: { on_or_after: string } | { after: string } | undefined
  let isWhole = true
  for (;;) {
    const filter = since === undefined ? {} : { filter: { timestamp: 'created_time' as const, created_time: since } }
    const ask = (notion: Client, start: Start) =>
      notion.dataSources.query({
        data_source_id: dataSourceId,
        sorts: [{ timestamp: 'created_time', direction: 'ascending' }],
        ...filter,
        ...start,
      })
    const part = await gathered(listPages(api, ask, signal), Page)
    const before = rows.size
    for (const row of part.items) rows.set(row.id, row)
    for (const id of part.malformed) malformed.add(id)
    const last = part.items.at(-1)?.created_time.toISOString()
    if (part.complete || last === undefined) {
      return { items: [...rows.values()], malformed: [...malformed], complete: isWhole && part.complete }
    }
    // More rows of one minute than a query gives: the rest of that minute is out of reach.
    if (rows.size === before) isWhole = false
    since = rows.size === before ? { after: last } : { on_or_after: last }
  }
}

async function gathered<Item>(lists: AsyncIterable<List>, shape: z.ZodType<Item>): Promise<Listing<Item>> {
  const items: Item[] = []
  const malformed: string[] = []
  let complete = true
  for await (const list of lists) {
    for (const result of list.results) {
      const read = shape.safeParse(result)
      if (read.success) items.push(read.data)
      else malformed.push(...idIn(result))
    }
    complete = list.request_status?.type !== 'incomplete'
  }
  return { items, malformed, complete }
}

function idIn(result: unknown): string[] {
  const read = OnlyId.safeParse(result)
  return read.success ? [read.data.id] : []
}
