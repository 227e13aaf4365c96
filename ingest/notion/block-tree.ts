import type { Client } from '@notionhq/client'
import type { NotionApi } from './api.ts'
import { BlockContent } from './block-content.ts'
import { ifThere } from './errors.ts'
import { listPages, type Start } from './lists.ts'
import { Block } from './shapes.ts'

/** A block with everything below it. */
export interface BlockNode {
  id: string
  type: string
  content: BlockContent
  editedAt?: Date | undefined
  children: readonly BlockNode[]
}

/** Other documents: what stands below them is not the page's. */
const ownDocuments = new Set(['child_page', 'child_database'])

const noContent: BlockContent = {}

/**
 * The blocks of a page, nested to any depth. What a synced block holds is read where the page shows it first, and left out
 * of its copies.
 * @throws {NotionNotFoundError} When the page is gone.
 */
export async function readBlocks(api: NotionApi, pageId: string, signal: AbortSignal): Promise<BlockNode[]> {
  return await nodesBelow({ api, seen: new Set([pageId]) }, pageId, signal)
}

interface Walk {
  api: NotionApi
  /** Blocks whose children were read; no page is so odd that it needs any twice. */
  seen: Set<string>
}

async function nodesBelow(walk: Walk, parentId: string, signal: AbortSignal): Promise<BlockNode[]> {
  const nodes: BlockNode[] = []
  const ask = (notion: Client, start: Start) => notion.blocks.children.list({ block_id: parentId, ...start })
  for await (const { results } of listPages(walk.api, ask, signal)) {
    for (const result of results) {
      const read = Block.safeParse(result)
      if (!read.success) nodes.push({ id: '', type: 'malformed', content: noContent, children: [] })
      else if (read.data.in_trash !== true) nodes.push(await nodeOf(walk, read.data, signal))
    }
  }
  return nodes
}

async function nodeOf(walk: Walk, block: Block, signal: AbortSignal): Promise<BlockNode> {
  const { id, type, last_edited_time: editedAt } = block
  const content = BlockContent.catch(noContent).parse(block[type] ?? {})
  const children: BlockNode[] = []
  for (const parent of parentsOf(block, content)) children.push(...(await childrenOf(walk, parent, signal)))
  return { id, type, content, editedAt, children }
}

/** The blocks that hold what this one shows. */
function parentsOf({ id, type, has_children: hasChildren }: Block, content: BlockContent): string[] {
  if (ownDocuments.has(type)) return []
  // A transcript is left out: what was said word by word drowns what was decided.
  const { summary_block_id: summary, notes_block_id: notes } = content.children ?? {}
  const sections = [summary, notes].filter((section) => section !== undefined)
  if (sections.length > 0) return sections
  const original = content.synced_from?.block_id
  if (original !== undefined) return [original]
  return hasChildren ? [id] : []
}

async function childrenOf(walk: Walk, parentId: string, signal: AbortSignal): Promise<BlockNode[]> {
  if (walk.seen.has(parentId)) return []
  walk.seen.add(parentId)
  // Deleted since its parent was listed, or the original of a synced block on a page that isn't shared with us.
  return (await ifThere(nodesBelow(walk, parentId, signal))) ?? []
}
