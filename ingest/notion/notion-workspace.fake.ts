export interface FakeBlockSpec {
  type: string
  /** What stands under the name of its type. */
  content?: Record<string, unknown>
  children?: readonly FakeBlockSpec[]
  /** Last edited; absent: with its page. */
  at?: Date
}

export interface FakeBlock {
  id: string
  type: string
  content: Record<string, unknown>
  children: FakeBlock[]
  editedAt: Date
  above: Above
}

export type Above =
  | { type: 'workspace' }
  | { type: 'page_id' | 'block_id' | 'data_source_id' | 'database_id'; id: string }

export interface FakePage {
  id: string
  title: string
  above: Above
  properties: Record<string, unknown>
  createdAt: Date
  editedAt: Date
  createdBy: string
  trashed: boolean
  blocks: FakeBlock[]
}

export interface FakeDataSource {
  id: string
  databaseId: string
  title: string
  /** Of its database. */
  above: Above
  trashed: boolean
}

export interface FakeComment {
  pageId: string
  text: string
  by: string
  at: Date
}

export interface NewPage {
  title?: string
  /** Id of a page, block or data source; absent: the top of the workspace. */
  in?: string
  blocks?: readonly FakeBlockSpec[]
  properties?: Record<string, unknown>
  createdAt?: Date
  at?: Date
  createdBy?: string
}

/** What a workspace holds. Whoever changes it says when. */
export class FakeWorkspace {
  readonly pages = new Map<string, FakePage>()
  readonly blocks = new Map<string, FakeBlock>()
  readonly dataSources = new Map<string, FakeDataSource>()
  readonly users = new Map<string, string>()
  readonly comments: FakeComment[] = []
  /** Not shared, with everything below. */
  readonly unshared = new Set<string>()
  /** There, but search doesn't know them. */
  readonly notInSearch = new Set<string>()
  /** False: what lies in the trash with its parent doesn't say so itself. */
  trashIsDeep = true
  #made = 0

  newId(): string {
    this.#made++
    return `${this.#made.toString(16).padStart(8, '0')}-0000-4000-8000-${(this.#made * 7919).toString(16).padStart(12, '0')}`
  }

  addUser(name: string): string {
    const id = this.newId()
    this.users.set(id, name)
    return id
  }

  addPage(page: NewPage = {}): string {
    const id = this.newId()
    const at = page.at ?? page.createdAt ?? new Date('2024-05-01T10:00:00Z')
    this.pages.set(id, {
      id,
      title: page.title ?? '',
      above: this.#above(page.in),
      properties: page.properties ?? {},
      createdAt: page.createdAt ?? at,
      editedAt: at,
      createdBy: page.createdBy ?? '',
      trashed: false,
      blocks: [],
    })
    this.setBlocks(id, page.blocks ?? [], at)
    if (page.in !== undefined) this.#showIn(page.in, id, page.title ?? '', at)
    return id
  }

  addDatabase({ title, in: place, at = new Date('2024-05-01T10:00:00Z') }: { title: string; in?: string; at?: Date }) {
    const [databaseId, id] = [this.newId(), this.newId()]
    this.dataSources.set(id, { id, databaseId, title, above: this.#above(place), trashed: false })
    if (place !== undefined) this.#showIn(place, databaseId, title, at, 'child_database')
    return { databaseId, dataSourceId: id }
  }

  setBlocks(pageId: string, specs: readonly FakeBlockSpec[], at: Date): void {
    const page = this.page(pageId)
    page.blocks = specs.map((spec) => this.#block(spec, { type: 'page_id', id: pageId }, at))
    page.editedAt = at
  }

  page(id: string): FakePage {
    const page = this.pages.get(id)
    if (page === undefined) throw new Error(`the fake has no page ${id}`)
    return page
  }

  move(pageId: string, place: string | undefined, at: Date): void {
    const page = this.page(pageId)
    page.above = this.#above(place)
    page.editedAt = at
  }

  /** Whether the integration sees it. */
  isVisible(id: string): boolean {
    const above = this.aboveOf(id)
    if (this.unshared.has(id) || above === undefined) return false
    return above.type === 'workspace' || this.isVisible(above.id)
  }

  isTrashed(id: string): boolean {
    const itself = this.pages.get(id)?.trashed ?? this.dataSources.get(id)?.trashed ?? false
    const above = this.aboveOf(id)
    return itself || (above !== undefined && above.type !== 'workspace' && this.isTrashed(above.id))
  }

  aboveOf(id: string): Above | undefined {
    const dataSource = this.dataSources.get(id)
    if (dataSource !== undefined) return { type: 'database_id', id: dataSource.databaseId }
    const ofDatabase = this.dataSourcesOf(id)[0]?.above
    return this.pages.get(id)?.above ?? this.blocks.get(id)?.above ?? ofDatabase
  }

  dataSourcesOf(databaseId: string): FakeDataSource[] {
    return [...this.dataSources.values()].filter((each) => each.databaseId === databaseId)
  }

  #above(id: string | undefined): Above {
    if (id === undefined) return { type: 'workspace' }
    if (this.pages.has(id)) return { type: 'page_id', id }
    if (this.blocks.has(id)) return { type: 'block_id', id }
    if (this.dataSources.has(id)) return { type: 'data_source_id', id }
    throw new Error(`the fake has nothing called ${id}`)
  }

  #showIn(place: string, id: string, title: string, at: Date, type = 'child_page'): void {
    const list = this.pages.get(place)?.blocks ?? this.blocks.get(place)?.children
    const above = this.#above(place)
    list?.push({ id, type, content: { title }, children: [], editedAt: at, above })
  }

  #block(spec: FakeBlockSpec, above: Above, at: Date): FakeBlock {
    const id = this.newId()
    const editedAt = spec.at ?? at
    const block: FakeBlock = { id, type: spec.type, content: spec.content ?? {}, children: [], editedAt, above }
    this.blocks.set(id, block)
    block.children = (spec.children ?? []).map((child) => this.#block(child, { type: 'block_id', id }, editedAt))
    return block
  }
}

/** Rich text as the API writes it. */
export function rich(text: string, annotations: Record<string, boolean> = {}, href: string | null = null): unknown[] {
  const plain = { bold: false, italic: false, strikethrough: false, underline: false, code: false, color: 'default' }
  const link = href === null ? null : { url: href }
  return text === ''
    ? []
    : [
        {
          type: 'text',
          text: { content: text, link },
          annotations: { ...plain, ...annotations },
          plain_text: text,
          href,
        },
      ]
}

/** A block of a type that holds rich text. */
export function textBlock(
  type: string,
  text: string,
  more: { children?: readonly FakeBlockSpec[]; at?: Date; content?: Record<string, unknown> } = {},
): FakeBlockSpec {
  return { ...more, type, content: { rich_text: rich(text), color: 'default', ...more.content } }
}

export function paragraph(text: string, at?: Date): FakeBlockSpec {
  return textBlock('paragraph', text, at === undefined ? {} : { at })
}
