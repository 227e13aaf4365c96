import type { Client } from '@notionhq/client'
import type { NotionApi } from './api.ts'
import { type DatedLine, indented, linesOf } from './dated-lines.ts'
import { listPages, type Start } from './lists.ts'
import type { People } from './people.ts'
import { markdownOf } from './rich-text.ts'
import { Comment } from './shapes.ts'

/**
 * The open comments on a page as a section of it. Those on single blocks would cost a call a block; Notion lists them only
 * there, so they aren't read.
 */
export async function commentLines(
  { api, people }: { api: NotionApi; people: People },
  pageId: string,
  signal: AbortSignal,
): Promise<DatedLine[]> {
  const lines: DatedLine[] = []
  const ask = (notion: Client, start: Start) => notion.comments.list({ block_id: pageId, ...start })
  for await (const { results } of listPages(api, ask, signal)) {
    for (const result of results) {
      const comment = Comment.safeParse(result)
      if (!comment.success) continue
      const { created_time: made, last_edited_time: edited, created_by: by, display_name: shown } = comment.data
      const name =
        shown?.resolved_name ?? (by === undefined ? undefined : await people.nameOf(by, signal)) ?? 'Somebody'
      const text = `${name} (${made.toISOString().slice(0, 10)}): ${markdownOf(comment.data.rich_text)}`
      lines.push(...indented(linesOf(text, edited ?? made), '  ', '- '))
    }
  }
  if (lines.length === 0) return []
  const at = lines[0]?.at
  return [{ text: '# Comments', at }, { text: '', at }, ...lines]
}
