import type { Clock } from '#runtime/clock.ts'
import { inParallel } from '../in-parallel.ts'
import type { NotionApi } from './api.ts'
import { ifThere, NotionAnswerError } from './errors.ts'
import { type Listing, queryRows } from './listing.ts'
import type { Places } from './places.ts'
import { factsOf, isInTrash, type PageFacts } from './properties.ts'
import { Database, DataSource, Page } from './shapes.ts'

export interface SurveyParts {
  api: NotionApi
  clock: Clock
  /** Ids or addresses: only what hangs below these pages, databases and data sources; none: everything. */
  roots: readonly string[]
  ownerProperties: readonly string[] | undefined
  /** Comments don't change a page's times: one that is asked for by name is read whatever they say. */
  withComments: boolean
}

/** Calls of a survey that are under way at once. */
export const callsAtOnce = 4

/** What a survey has found so far. */
export class Found {
  readonly pages = new Map<string, PageFacts>()
  readonly malformed = new Set<string>()
  readonly places: Places
  /** Neither listed nor asked for this time. */
  readonly unchecked = new Set<string>()
  #truncated = false
  readonly #parts: SurveyParts

  constructor(parts: SurveyParts, places: Places) {
    this.#parts = parts
    this.places = places
  }

  get truncated(): boolean {
    return this.#truncated
  }

  add({ items, malformed, complete }: Listing<Page>): void {
    this.addPages(items)
    for (const id of malformed) this.malformed.add(id)
    this.#truncated ||= !complete
  }

  addPages(pages: readonly Page[]): void {
    for (const page of pages) {
      if (isInTrash(page)) continue
      this.addFacts(factsOf(page, this.#parts.ownerProperties))
    }
  }

  addFacts(facts: PageFacts): void {
    this.pages.set(facts.id, facts)
    this.malformed.delete(facts.id)
    this.places.addPage(facts)
  }
}

/** @returns Those that are not there as pages. */
export async function retrieveAll(
  api: NotionApi,
  found: Found,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const others: string[] = []
  const retrieve = async (id: string) => ({ id, page: await retrievePage(api, id, signal) })
  for await (const { id, page } of inParallel(ids, callsAtOnce, retrieve, signal)) {
    if (page === 'malformed') found.malformed.add(id)
    else if (page === undefined) others.push(id)
    else found.addPages([page])
  }
  return others
}

/** Undefined when it is gone or no longer shared. */
async function retrievePage(api: NotionApi, id: string, signal: AbortSignal): Promise<Page | 'malformed' | undefined> {
  try {
    return await ifThere(api.call((notion) => notion.pages.retrieve({ page_id: id }), Page, signal))
  } catch (error) {
    if (error instanceof NotionAnswerError) return 'malformed'
    throw error
  }
}

/** Undefined for one that can't be queried: not shared after all, or synced from elsewhere. */
export async function rowsOf(api: NotionApi, id: string, signal: AbortSignal): Promise<Listing<Page> | undefined> {
  return await ifThere(queryRows(api, id, signal))
}

/** The rows of a data source, or of all that a database has. @returns Whether there is such a thing. */
export async function addRowsOf({ api }: SurveyParts, found: Found, id: string, signal: AbortSignal): Promise<boolean> {
  const ids = await dataSourcesOf(api, found, id, signal)
  for (const each of ids ?? []) {
    const rows = await rowsOf(api, each, signal)
    if (rows !== undefined) found.add(rows)
  }
  return ids !== undefined
}

async function dataSourcesOf(api: NotionApi, found: Found, id: string, signal: AbortSignal) {
  const database = await ifThere(api.call((notion) => notion.databases.retrieve({ database_id: id }), Database, signal))
  if (database !== undefined) {
    if (isInTrash(database)) return undefined
    found.places.addDatabase(database)
    return database.data_sources.map((each) => each.id)
  }
  const dataSource = await ifThere(
    api.call((notion) => notion.dataSources.retrieve({ data_source_id: id }), DataSource, signal),
  )
  if (dataSource === undefined || isInTrash(dataSource)) return undefined
  found.places.addDataSource(dataSource)
  return [id]
}
