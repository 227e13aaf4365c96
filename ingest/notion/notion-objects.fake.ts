import {
  type Above,
  type FakeBlock,
  type FakeDataSource,
  type FakePage,
  type FakeWorkspace,
  rich,
} from './notion-workspace.fake.ts'

/** Cut to whole minutes, as Notion does. */
export function minutes(at: Date): string {
  return new Date(Math.floor(at.getTime() / 60_000) * 60_000).toISOString()
}

export function pageObject(workspace: FakeWorkspace, page: FakePage): Record<string, unknown> {
  const trashed = workspace.trashIsDeep ? workspace.isTrashed(page.id) : page.trashed
  return {
    object: 'page',
    id: page.id,
    created_time: minutes(page.createdAt),
    last_edited_time: minutes(page.editedAt),
    created_by: { object: 'user', id: page.createdBy || '00000000-0000-4000-8000-000000000000' },
    last_edited_by: { object: 'user', id: page.createdBy || '00000000-0000-4000-8000-000000000000' },
    in_trash: trashed,
    archived: trashed,
    is_locked: false,
    url: `https://www.notion.so/${page.title.replaceAll(/[^A-Za-z0-9]+/g, '-')}-${page.id.replaceAll('-', '')}`,
    public_url: null,
    icon: { type: 'emoji', emoji: '📕' },
    cover: null,
    parent: parentObject(workspace, page.above),
    properties: { title: { id: 'title', type: 'title', title: rich(page.title) }, ...page.properties },
  }
}

function parentObject(workspace: FakeWorkspace, above: Above): Record<string, unknown> {
  if (above.type === 'workspace') return { type: 'workspace', workspace: true }
  if (above.type !== 'data_source_id') return { type: above.type, [above.type]: above.id }
  return { ...above, data_source_id: above.id, database_id: workspace.dataSources.get(above.id)?.databaseId }
}

export function dataSourceObject(workspace: FakeWorkspace, dataSource: FakeDataSource): Record<string, unknown> {
  return {
    object: 'data_source',
    id: dataSource.id,
    title: rich(dataSource.title),
    description: [],
    parent: { type: 'database_id', database_id: dataSource.databaseId },
    database_parent: parentObject(workspace, dataSource.above),
    is_inline: false,
    in_trash: workspace.isTrashed(dataSource.id),
    archived: workspace.isTrashed(dataSource.id),
    created_time: '2024-01-01T00:00:00.000Z',
    last_edited_time: '2024-01-01T00:00:00.000Z',
    properties: {},
    icon: null,
    cover: null,
    url: `https://www.notion.so/${dataSource.databaseId.replaceAll('-', '')}`,
    public_url: null,
  }
}

export function databaseObject(
  workspace: FakeWorkspace,
  id: string,
  sources: readonly FakeDataSource[],
): Record<string, unknown> {
  const [first] = sources
  return {
    object: 'database',
    id,
    title: rich(first?.title ?? ''),
    description: [],
    parent: parentObject(workspace, first?.above ?? { type: 'workspace' }),
    data_sources: sources.map((source) => ({ id: source.id, name: source.title })),
    in_trash: false,
    is_inline: false,
  }
}

export function blockObject(workspace: FakeWorkspace, block: FakeBlock): Record<string, unknown> {
  const own = new Set(['child_page', 'child_database'])
  return {
    object: 'block',
    id: block.id,
    type: block.type,
    [block.type]: block.content,
    parent: parentObject(workspace, block.above),
    created_time: minutes(block.editedAt),
    last_edited_time: minutes(block.editedAt),
    created_by: { object: 'user', id: '00000000-0000-4000-8000-000000000000' },
    last_edited_by: { object: 'user', id: '00000000-0000-4000-8000-000000000000' },
    has_children: own.has(block.type) || block.children.length > 0 || block.content.synced_from != null,
    in_trash: false,
    archived: false,
  }
}
