import { NotionRootNotFoundError } from './errors.ts'
import { addRowsOf, type Found, retrieveAll, type SurveyParts } from './found.ts'
import { notionId } from './ids.ts'
import type { Ancestry } from './places.ts'

/** @throws {NotionRootNotFoundError} For one that can't be an id. */
export function rootIds(roots: readonly string[]): string[] {
  return roots.map((root) => {
    const id = notionId(root)
    if (id !== undefined) return id
    throw new NotionRootNotFoundError(root)
  })
}

/** Titles from the root down, or from the top; undefined below no root. */
export function pathOf({ steps }: Ancestry, roots: readonly string[]): string | undefined {
  const from = roots.length === 0 ? 0 : steps.findIndex(({ id }) => roots.includes(id))
  if (from === -1) return undefined
  // A slash in a title is no step.
  const titles = steps.slice(from).flatMap(({ title }) => (title === undefined ? [] : [title.replaceAll('/', '∕')]))
  return titles.map((title) => title || 'Untitled').join('/')
}

/**
 * @returns Warnings for roots that were there before.
 * @throws {NotionRootNotFoundError} For one that never was: it's mistyped, or not shared yet.
 */
export async function missingRoots(
  parts: SurveyParts,
  found: Found,
  wereThere: boolean,
  signal: AbortSignal,
): Promise<string[]> {
  const warnings: string[] = []
  for (const root of rootIds(parts.roots)) {
    if (found.places.has(root)) continue
    const [isNoPage] = await retrieveAll(parts.api, found, [root], signal)
    if (isNoPage === undefined || (await addRowsOf(parts, found, root, signal))) continue
    if (!wereThere) throw new NotionRootNotFoundError(root)
    warnings.push(`Notion no longer shows the root ${root}: it was deleted, or is not shared any more.`)
  }
  return warnings
}
