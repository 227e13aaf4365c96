import { z } from 'zod'
import { Id, RichText } from './shapes.ts'

/** What a block says, whichever its type: the fields that the API's types have, each only where it is. */
export const BlockContent = z.object({
  rich_text: RichText.optional().catch(undefined),
  caption: RichText.optional().catch(undefined),
  /** Of pages and databases a string, of meeting notes rich text. */
  title: z.union([z.string(), RichText]).optional().catch(undefined),
  language: z.string().optional().catch(undefined),
  checked: z.boolean().optional().catch(undefined),
  expression: z.string().optional().catch(undefined),
  url: z.string().nullish().catch(undefined),
  name: z.string().optional().catch(undefined),
  external: z.object({ url: z.string() }).optional().catch(undefined),
  file: z.object({ url: z.string() }).optional().catch(undefined),
  list_start_index: z.number().optional().catch(undefined),
  has_column_header: z.boolean().optional().catch(undefined),
  cells: z.array(RichText).optional().catch(undefined),
  icon: z.object({ emoji: z.string().optional() }).nullish().catch(undefined),
  page_id: Id.optional().catch(undefined),
  database_id: Id.optional().catch(undefined),
  comment_id: Id.optional().catch(undefined),
  synced_from: z.object({ block_id: Id }).nullish().catch(undefined),
  block_type: z.string().optional().catch(undefined),
  children: z.object({ summary_block_id: Id.optional(), notes_block_id: Id.optional() }).optional().catch(undefined),
})
export type BlockContent = z.infer<typeof BlockContent>
