import { maskSecrets } from '#knowledge/secrets.ts'
import { urlOfId } from './ids.ts'
import { markdownOf } from './rich-text.ts'
import { type Page, type Parent, type Property, plainText, type RichText, type User } from './shapes.ts'

/** What we keep of a page between listing and reading it. */
export interface PageFacts {
  id: string
  url: string
  title: string
  parent: Parent
  createdAt: Date
  editedAt: Date
  owners: readonly (User | string)[]
  creator?: User | undefined
  /** Who changed it last. */
  editor?: User | undefined
  verification?: { at: Date; by?: User | undefined } | undefined
  /** Of a database's row; [] for other pages. */
  fields: readonly Field[]
}

export interface Field {
  name: string
  value: string
  /** Pages whose titles are its value. */
  related?: readonly string[] | undefined
}

/** @param ownerNames Properties that name the owners; absent: those that are usually called so. */
export function factsOf(page: Page, ownerNames: readonly string[] | undefined): PageFacts {
  const { id, url, parent, created_time: createdAt, last_edited_time: editedAt, created_by: creator } = page
  const editor = page.last_edited_by
  const title = titleOf(page)
  const isRow = parent.data_source_id !== undefined || parent.database_id !== undefined
  return {
    id,
    url: url === undefined || holdsSecret(title) || holdsSecret(url) ? urlOfId(id) : url,
    title,
    parent,
    createdAt,
    editedAt,
    owners: ownersIn(page, ownerNames),
    creator,
    editor,
    verification: verificationOf(page),
    fields: isRow ? fieldsOf(page) : [],
  }
}

/** The title is a part of the address, with hyphens in it; the id alone leads there too. */
function holdsSecret(text: string): boolean {
  return maskSecrets(text).count > 0
}

export function isInTrash({ in_trash, archived }: { in_trash?: boolean | undefined; archived?: boolean | undefined }) {
  return in_trash ?? archived ?? false
}

/** What the property that names the owners is called where nobody says. */
const usualOwnerNames =
  /^(?:(?:page |doc(?:ument)? )?owners?|maintainers?|dri|responsible|担当者?|オーナー|責任者|管理者)$/i

function titleOf({ properties }: Page): string {
  return plainText(Object.values(properties).find((property) => property.type === 'title')?.title)
}

/** Those who own a page, by its properties: people as Notion knows them, or names as they were written. */
function ownersIn({ properties }: Page, names: readonly string[] | undefined): (User | string)[] {
  const wanted = names === undefined ? undefined : new Set(names.map((name) => name.toLowerCase()))
  return Object.entries(properties).flatMap(([name, property]) => {
    if (wanted === undefined) return usualOwnerNames.test(name.trim()) ? ownersOf(property) : []
    return wanted.has(name.toLowerCase()) ? ownersOf(property) : []
  })
}

function ownersOf(property: Property): (User | string)[] {
  const { people, created_by: creator, last_edited_by: editor, email, select, multi_select: many } = property
  if (people !== undefined) return people
  const person = creator ?? editor
  if (person !== undefined) return [person]
  const names = [email, select?.name, ...(many ?? []).map(({ name }) => name), plainText(property.rich_text)]
  return names.filter((name) => typeof name === 'string' && name !== '').map(String)
}

/** The verification that a page has now; one that is expired says nothing any more. */
function verificationOf({ properties }: Page): PageFacts['verification'] {
  for (const { verification } of Object.values(properties)) {
    if (verification?.state !== 'verified' || typeof verification.date?.start !== 'string') continue
    const at = new Date(verification.date.start)
    if (!Number.isNaN(at.getTime())) return { at, by: verification.verified_by ?? undefined }
  }
  return undefined
}

/** The fields of a row; what only Notion needs (its own times, buttons) is left out. */
function fieldsOf({ properties }: Page): Field[] {
  return Object.entries(properties).flatMap(([name, property]): Field[] => {
    const related = property.relation?.map(({ id }) => id) ?? []
    if (related.length > 0) return [{ name, value: '', related }]
    const value = textOf(property)
    return value === '' ? [] : [{ name, value }]
  })
}

/** As a list, which is how such a row reads best. */
export function fieldLines(fields: readonly Field[], titleOfPage: (id: string) => string | undefined): string[] {
  return fields.flatMap(({ name, value, related }) => {
    const text = related === undefined ? value : related.flatMap((id) => titleOfPage(id) ?? []).join(', ')
    return text === '' ? [] : [`- ${name}: ${text}`]
  })
}

function textOf(property: Property): string {
  switch (property.type) {
    case 'rich_text':
      return oneLine(property.rich_text)
    case 'people':
      return named(property.people)
    case 'select':
      return property.select?.name ?? ''
    case 'status':
      return property.status?.name ?? ''
    case 'multi_select':
      return named(property.multi_select)
    case 'files':
      return named(property.files)
    case 'date':
      return [property.date?.start, property.date?.end].filter((date) => typeof date === 'string').join(' → ')
    case 'checkbox':
      return property.checkbox === true ? 'yes' : 'no'
    case 'number':
      return typeof property.number === 'number' ? String(property.number) : ''
    case 'email':
      return property.email ?? ''
    case 'phone_number':
      return property.phone_number ?? ''
    case 'url':
      return property.url ?? ''
    case 'unique_id':
      return [property.unique_id?.prefix, property.unique_id?.number].filter((part) => part != null).join('-')
    case 'formula':
      return formulaOf(property)
    case 'place':
      return property.place?.name ?? property.place?.address ?? ''
    default:
      return ''
  }
}

function formulaOf({ formula }: Property): string {
  const value = formula?.string ?? formula?.number ?? formula?.date?.start ?? formula?.boolean
  return value === undefined || value === null ? '' : oneLineText(String(value))
}

function named(things: readonly { name?: string | null | undefined }[] | undefined): string {
  return (things ?? []).flatMap(({ name }) => name ?? []).join(', ')
}

function oneLine(text: RichText | undefined): string {
  return oneLineText(markdownOf(text))
}

function oneLineText(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').trim()
}
