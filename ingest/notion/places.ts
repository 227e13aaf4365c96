import { maskSecrets } from '#knowledge/secrets.ts'
import type { NotionApi } from './api.ts'
import type { StoredPlace } from './cursor.ts'
import { ifAllowed } from './errors.ts'
import { factsOf, isInTrash, type PageFacts } from './properties.ts'
import { Block, Database, DataSource, Page, type Parent, plainText, type RichText } from './shapes.ts'

type Above = NonNullable<StoredPlace['above']>
type Place = StoredPlace & { trashed?: boolean | undefined }

/** What a page hangs on, from the top down to itself. */
export interface Ancestry {
  /** Pages, data sources and databases. No title: it isn't shown in paths. */
  steps: readonly { id: string; title?: string | undefined }[]
  /** One of them is in the trash, and so is everything below. */
  trashed: boolean
}

/**
 * Where everything hangs. Pages and data sources that were listed cost nothing; what wasn't is asked for once: a parent
 * that search left out, a block that a page stands in.
 */
export class Places {
  readonly #api: NotionApi
  readonly #listed = new Map<string, Place>()
  readonly #asked = new Map<string, Place>()

  constructor(api: NotionApi, stored: Readonly<Record<string, StoredPlace>>) {
    this.#api = api
    for (const [id, place] of Object.entries(stored)) this.#asked.set(id, place)
  }

  addPage({ id, title, parent }: Pick<PageFacts, 'id' | 'title' | 'parent'>): void {
    this.#listed.set(id, { kind: 'page', title: masked(title), above: aboveOf(parent) })
  }

  addDataSource(dataSource: DataSource): void {
    this.#asked.set(dataSource.id, dataSourcePlace(dataSource))
    const { database_id: database } = dataSource.parent
    if (database !== undefined && dataSource.database_parent !== undefined) {
      this.#asked.set(database, { kind: 'database', above: aboveOf(dataSource.database_parent) })
    }
  }

  addDatabase({ id, title, parent, data_sources: sources }: Database): void {
    this.#asked.set(id, { kind: 'database', title: shownTitle(title), above: aboveOf(parent) })
    for (const { id: sourceId, name } of sources) {
      if (name !== undefined)
        this.#asked.set(sourceId, { kind: 'data_source', title: masked(name), above: ['database', id] })
    }
  }

  /** What turned out not to be there for us is not asked for again. */
  addHidden(id: string): void {
    this.#asked.set(id, { kind: 'hidden' })
  }

  /** Whether it's known to be there or not to be. */
  isKnown(id: string): boolean {
    return this.#listed.has(id) || this.#asked.has(id)
  }

  titleOf(id: string): string | undefined {
    return (this.#listed.get(id) ?? this.#asked.get(id))?.title
  }

  /** Asks for the title of what nobody has listed here. */
  async learn(kind: Above[0], id: string, signal: AbortSignal): Promise<void> {
    await this.#placeOf(kind, id, signal)
  }

  /** Whether it is known to be there. */
  has(id: string): boolean {
    const place = this.#listed.get(id) ?? this.#asked.get(id)
    return place !== undefined && place.kind !== 'hidden' && place.trashed !== true
  }

  /** What was learned besides the listed pages. */
  get learned(): Record<string, StoredPlace> {
    const places = [...this.#asked].filter(([id]) => !this.#listed.has(id))
    return Object.fromEntries(places.map(([id, { kind, title, above }]) => [id, { kind, title, above }]))
  }

  async ancestry(page: Pick<PageFacts, 'id' | 'title' | 'parent'>, signal: AbortSignal): Promise<Ancestry> {
    const steps: { id: string; place: Place }[] = [{ id: page.id, place: { kind: 'page', title: page.title } }]
    const visited = new Set([page.id])
    let trashed = false
    for (let above = aboveOf(page.parent); above !== undefined && !visited.has(above[1]); ) {
      const [kind, id] = above
      visited.add(id)
      const place = await this.#placeOf(kind, id, signal)
      trashed ||= place.trashed === true
      if (place.kind !== 'block' && place.kind !== 'hidden') steps.unshift({ id, place })
      above = place.above
    }
    return { steps: steps.map(({ id, place }, at) => ({ id, title: titleAt(place, steps[at + 1]?.place) })), trashed }
  }

  async #placeOf(kind: Above[0], id: string, signal: AbortSignal): Promise<Place> {
    const known = this.#listed.get(id) ?? this.#asked.get(id)
    if (known !== undefined) return known
    const place = await this.#ask(kind, id, signal)
    this.#asked.set(id, place)
    return place
  }

  async #ask(kind: Above[0], id: string, signal: AbortSignal): Promise<Place> {
    return (await ifAllowed(this.#retrieve(kind, id, signal))) ?? { kind: 'hidden' }
  }

  async #retrieve(kind: Above[0], id: string, signal: AbortSignal): Promise<Place> {
    const api = this.#api
    if (kind === 'page') {
      const page = await api.call((notion) => notion.pages.retrieve({ page_id: id }), Page, signal)
      const { title, parent } = factsOf(page, [])
      return { kind, title: masked(title), above: aboveOf(parent), trashed: isInTrash(page) }
    }
    if (kind === 'data_source') {
      const found = await api.call((notion) => notion.dataSources.retrieve({ data_source_id: id }), DataSource, signal)
      return { ...dataSourcePlace(found), trashed: isInTrash(found) }
    }
    if (kind === 'database') {
      const database = await api.call((notion) => notion.databases.retrieve({ database_id: id }), Database, signal)
      return { kind, title: shownTitle(database.title), above: aboveOf(database.parent) }
    }
    const block = await api.call((notion) => notion.blocks.retrieve({ block_id: id }), Block, signal)
    return { kind, above: block.parent === undefined ? undefined : aboveOf(block.parent), trashed: isInTrash(block) }
  }
}

/** A database and its data source bear one name; it stands in paths once. */
function titleAt({ kind, title }: Place, below: Place | undefined): string | undefined {
  if (kind === 'database' && below?.kind === 'data_source' && below.title !== '') return undefined
  if (kind === 'data_source' && title === '') return undefined
  return title ?? ''
}

function dataSourcePlace({ title, parent, database_parent: above }: DataSource): Place {
  // Through the database where we know it, so that a root may be given by either id.
  return { kind: 'data_source', title: shownTitle(title), above: aboveOf(parent) ?? (above && aboveOf(above)) }
}

/** Titles of places are kept with the cursor, so nothing secret may be in them. */
function masked(title: string): string {
  return maskSecrets(title).text
}

function shownTitle(title: RichText | undefined): string {
  return masked(plainText(title))
}

function aboveOf(parent: Parent): Above | undefined {
  if (parent.page_id !== undefined) return ['page', parent.page_id]
  if (parent.block_id !== undefined) return ['block', parent.block_id]
  if (parent.data_source_id !== undefined) return ['data_source', parent.data_source_id]
  if (parent.database_id !== undefined) return ['database', parent.database_id]
  return undefined
}
