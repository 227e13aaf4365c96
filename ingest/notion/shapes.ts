import { z } from 'zod'
import { notionId } from './ids.ts'

/** What of Notion's objects we use; everything else may be there or not. */

export const Id = z.string().transform((text, context) => {
  const id = notionId(text)
  if (id !== undefined) return id
  context.addIssue(`${text.slice(0, 50)} is no id`)
  return z.NEVER
})

const Time = z.iso.datetime({ offset: true }).transform((text) => new Date(text))

export const RichText = z.array(
  z.object({
    type: z.string().catch('text'),
    plain_text: z.string().catch(''),
    href: z.string().nullish().catch(undefined),
    annotations: z
      .object({
        bold: z.boolean().catch(false),
        italic: z.boolean().catch(false),
        strikethrough: z.boolean().catch(false),
        code: z.boolean().catch(false),
      })
      .catch({ bold: false, italic: false, strikethrough: false, code: false }),
    mention: z
      .object({
        type: z.string(),
        page: z.object({ id: Id }).optional().catch(undefined),
        database: z.object({ id: Id }).optional().catch(undefined),
        user: z.object({ id: Id }).optional().catch(undefined),
      })
      .optional()
      .catch(undefined),
    equation: z.object({ expression: z.string() }).optional().catch(undefined),
  }),
)
export type RichText = z.infer<typeof RichText>

/** Where a page, a database or a block hangs. */
export const Parent = z
  .object({
    type: z.string().optional(),
    page_id: Id.optional().catch(undefined),
    block_id: Id.optional().catch(undefined),
    data_source_id: Id.optional().catch(undefined),
    database_id: Id.optional().catch(undefined),
  })
  .catch({ type: 'unknown' })
export type Parent = z.infer<typeof Parent>

export const User = z.object({ id: Id, name: z.string().nullish().catch(undefined) })
export type User = z.infer<typeof User>

const Verification = z.object({
  state: z.string(),
  date: z.object({ start: z.string() }).nullish().catch(undefined),
  verified_by: User.nullish().catch(undefined),
})

const Choice = z.object({ name: z.string() })

/** A property's value by its type; what has an unknown form is as if it were empty. */
export const Property = z.object({
  type: z.string(),
  title: RichText.optional().catch(undefined),
  rich_text: RichText.optional().catch(undefined),
  people: z.array(User).optional().catch(undefined),
  created_by: User.optional().catch(undefined),
  last_edited_by: User.optional().catch(undefined),
  email: z.string().nullish().catch(undefined),
  phone_number: z.string().nullish().catch(undefined),
  url: z.string().nullish().catch(undefined),
  number: z.number().nullish().catch(undefined),
  checkbox: z.boolean().optional().catch(undefined),
  select: Choice.nullish().catch(undefined),
  status: Choice.nullish().catch(undefined),
  multi_select: z.array(Choice).optional().catch(undefined),
  date: z.object({ start: z.string(), end: z.string().nullish() }).nullish().catch(undefined),
  files: z.array(Choice).optional().catch(undefined),
  relation: z
    .array(z.object({ id: Id }))
    .optional()
    .catch(undefined),
  unique_id: z.object({ prefix: z.string().nullish(), number: z.number().nullish() }).nullish().catch(undefined),
  formula: z
    .object({
      string: z.string().nullish().catch(undefined),
      number: z.number().nullish().catch(undefined),
      boolean: z.boolean().nullish().catch(undefined),
      date: z.object({ start: z.string() }).nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
  place: z.object({ name: z.string().nullish(), address: z.string().nullish() }).nullish().catch(undefined),
  verification: Verification.nullish().catch(undefined),
})
export type Property = z.infer<typeof Property>

export const Page = z.object({
  object: z.literal('page'),
  id: Id,
  created_time: Time,
  last_edited_time: Time,
  in_trash: z.boolean().optional(),
  archived: z.boolean().optional(),
  url: z.string().optional().catch(undefined),
  parent: Parent,
  properties: z.record(z.string(), Property.catch({ type: 'unknown' })),
  last_edited_by: User.optional().catch(undefined),
  created_by: User.optional().catch(undefined),
})
export type Page = z.infer<typeof Page>

export const DataSource = z.object({
  object: z.literal('data_source'),
  id: Id,
  title: RichText.catch([]),
  /** The database that it is a source of, which has no place of its own in paths. */
  parent: Parent,
  /** Where that database hangs. */
  database_parent: Parent.optional(),
  in_trash: z.boolean().optional(),
  archived: z.boolean().optional(),
})
export type DataSource = z.infer<typeof DataSource>

export const Database = z.object({
  id: Id,
  title: RichText.catch([]),
  parent: Parent,
  in_trash: z.boolean().optional(),
  data_sources: z.array(z.object({ id: Id, name: z.string().optional().catch(undefined) })).catch([]),
})
export type Database = z.infer<typeof Database>

/** A block as it is listed; what it says stands under the name of its type. */
export const Block = z.looseObject({
  id: Id,
  type: z.string(),
  last_edited_time: Time.optional().catch(undefined),
  has_children: z.boolean().catch(false),
  in_trash: z.boolean().optional(),
  parent: Parent.optional(),
})
export type Block = z.infer<typeof Block>

/** One page of a list; each result is looked at on its own, so that a malformed one spoils no other. */
export const List = z.object({
  results: z.array(z.unknown()),
  next_cursor: z.string().nullish(),
  has_more: z.boolean().catch(false),
  request_status: z.object({ type: z.string() }).optional().catch(undefined),
})
export type List = z.infer<typeof List>

export const PageMarkdown = z.object({
  markdown: z.string(),
  truncated: z.boolean().catch(false),
  unknown_block_ids: z.array(Id).catch([]),
})

export const Comment = z.object({
  id: Id,
  created_time: Time,
  last_edited_time: Time.optional().catch(undefined),
  created_by: User.optional().catch(undefined),
  rich_text: RichText,
  display_name: z.object({ resolved_name: z.string().nullish() }).optional().catch(undefined),
})

/** The words of rich text, in one line. */
export function plainText(text: RichText | undefined): string {
  return (text ?? [])
    .map((run) => run.plain_text)
    .join('')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
