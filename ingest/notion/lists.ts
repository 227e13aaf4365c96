import type { Client } from '@notionhq/client'
import type { NotionApi } from './api.ts'
import { NotionAnswerError } from './errors.ts'
import { List } from './shapes.ts'

/** How a list goes on; the most that Notion gives at a time. */
export interface Start {
  page_size: number
  start_cursor?: string
}

/**
 * The pages of a list, one after the other.
 * @throws {NotionAnswerError} Where Notion would go round in circles.
 */
export async function* listPages(
  api: NotionApi,
  ask: (notion: Client, start: Start) => Promise<unknown>,
  signal: AbortSignal,
): AsyncGenerator<List> {
  const seen = new Set<string>()
  for (let start: Start = { page_size: 100 }; ; ) {
    const list = await api.call((notion) => ask(notion, start), List, signal)
    yield list
    const cursor = list.has_more ? list.next_cursor : undefined
    if (cursor === undefined || cursor === null) return
    if (seen.has(cursor)) throw new NotionAnswerError('a list comes back to where it was')
    seen.add(cursor)
    start = { page_size: 100, start_cursor: cursor }
  }
}
