import type { NotionApi } from './api.ts'
import { BlockContent } from './block-content.ts'
import { type BlockNode, readBlocks } from './block-tree.ts'
import { enhancedBlocks } from './enhanced-markdown.ts'
import { ifThere } from './errors.ts'
import type { PageFacts } from './properties.ts'
import { Block, PageMarkdown } from './shapes.ts'

export interface ContentParts {
  api: NotionApi
  /** `page`: one date for the whole page is enough. */
  datesOf: 'blocks' | 'page'
}

/** When a page was made and last changed within this, its blocks can't be of different ages. Milliseconds. */
const oneDayMs = 24 * 60 * 60_000
/** Refusals of the markdown endpoint without one answer, after which it is taken not to be there. */
const refusalsToGiveUp = 3

/**
 * Reads what stands on a page, by the cheapest way that still dates its passages (docs/decisions/0006-notion-content.md).
 * Block by block costs a call for a page and one more for each block that holds others; the markdown endpoint costs one
 * call whatever the page holds, and forgets when its blocks were changed. So it is asked where that doesn't matter.
 */
export class PageContents {
  readonly #parts: ContentParts
  #markdownAnswers = 0
  #markdownRefusals = 0

  constructor(parts: ContentParts) {
    this.#parts = parts
  }

  /** @throws {NotionNotFoundError} When the page is gone. */
  async read(
    page: Pick<PageFacts, 'id' | 'createdAt' | 'editedAt'>,
    signal: AbortSignal,
  ): Promise<readonly BlockNode[]> {
    const { api, datesOf } = this.#parts
    const ageMs = page.editedAt.getTime() - page.createdAt.getTime()
    const isThere = this.#markdownAnswers > 0 || this.#markdownRefusals < refusalsToGiveUp
    if (isThere && (datesOf === 'page' || ageMs < oneDayMs)) {
      const nodes = await this.#byMarkdown(page.id, signal)
      if (nodes !== undefined) return nodes
    }
    return await readBlocks(api, page.id, signal)
  }

  /** Undefined where the endpoint doesn't answer for this page. */
  async #byMarkdown(pageId: string, signal: AbortSignal): Promise<readonly BlockNode[] | undefined> {
    const { api } = this.#parts
    // Where it isn't there, the page itself may be gone; then the blocks will say so.
    const nodes = await ifThere(markdownBlocks(api, pageId, new Set([pageId]), signal))
    if (nodes === undefined) this.#markdownRefusals++
    else this.#markdownAnswers++
    return nodes
  }
}

/** A page or a part of one, with the parts that its answer left out. */
async function markdownBlocks(
  api: NotionApi,
  id: string,
  seen: Set<string>,
  signal: AbortSignal,
): Promise<readonly BlockNode[]> {
  const answer = await api.call((notion) => notion.pages.retrieveMarkdown({ page_id: id }), PageMarkdown, signal)
  const nodes = enhancedBlocks(answer.markdown)
  const leftOut = new Set(answer.unknown_block_ids)
  const found = new Map<string, readonly BlockNode[]>()
  for (const unknown of [...leftOut, ...unknownIds(nodes)]) {
    if (seen.has(unknown)) continue
    seen.add(unknown)
    const read = leftOut.has(unknown)
      ? await ifThere(markdownBlocks(api, unknown, seen, signal))
      : await ifThere(singleBlock(api, unknown, signal))
    if (read !== undefined) found.set(unknown, read)
  }
  const placed = replaced(nodes, found)
  // What was cut off at the end has no place to stand in for it.
  const unplaced = [...found].filter(([part]) => !placed.used.has(part)).flatMap(([, part]) => part)
  return [...placed.nodes, ...unplaced]
}

function unknownIds(nodes: readonly BlockNode[]): string[] {
  return nodes.flatMap((node) => [
    ...(node.type === 'unknown' && node.id !== '' ? [node.id] : []),
    ...unknownIds(node.children),
  ])
}

/** A kind of block that the markdown format doesn't have, from the blocks' own endpoint. */
async function singleBlock(api: NotionApi, id: string, signal: AbortSignal): Promise<readonly BlockNode[]> {
  const block = await api.call((notion) => notion.blocks.retrieve({ block_id: id }), Block, signal)
  const content = BlockContent.catch({}).parse(block[block.type] ?? {})
  const children = block.has_children ? await readBlocks(api, id, signal) : []
  return [{ id, type: block.type, content, editedAt: block.last_edited_time, children }]
}

function replaced(nodes: readonly BlockNode[], found: ReadonlyMap<string, readonly BlockNode[]>) {
  const used = new Set<string>()
  const walk = (level: readonly BlockNode[]): BlockNode[] =>
    level.flatMap((node) => {
      const replacement = node.type === 'unknown' ? found.get(node.id) : undefined
      if (replacement === undefined) return [{ ...node, children: walk(node.children) }]
      used.add(node.id)
      return [...replacement]
    })
  return { nodes: walk(nodes), used }
}

/** The pages and databases that stand on it. */
export function documentsBelow(nodes: readonly BlockNode[]): { pages: string[]; databases: string[] } {
  const pages: string[] = []
  const databases: string[] = []
  const walk = (level: readonly BlockNode[]) => {
    for (const { type, id, children } of level) {
      if (type === 'child_page' && id !== '') pages.push(id)
      if (type === 'child_database' && id !== '') databases.push(id)
      walk(children)
    }
  }
  walk(nodes)
  return { pages, databases }
}

/** What it links to by an id alone. */
export function linkedFrom(nodes: readonly BlockNode[]): (readonly ['page' | 'database', string])[] {
  return nodes.flatMap(({ type, content, children }) => {
    const { page_id: page, database_id: database } = type === 'link_to_page' ? content : {}
    return [
      ...(page === undefined ? [] : [['page', page] as const]),
      ...(database === undefined ? [] : [['database', database] as const]),
      ...linkedFrom(children),
    ]
  })
}
