import type { RankedPassage } from '#knowledge/answer.ts'
import type { Principal } from '#knowledge/principal.ts'
import { trustedAt } from './disagreement.ts'
import type { DocumentSections } from './siblings.ts'

/** A document of which something was found, with all its sections as far as they can be had. */
export interface Page {
  /** The passage of it that was found first. */
  head: RankedPassage
  sections: readonly RankedPassage[]
  text: string
  /** Until when somebody stood by any part of it. */
  trustedAt: number
}

/** Reads a page once, however often it is asked for. */
export type PageReader = (head: RankedPassage) => Promise<Page>

/** Longer pages are read as far as this. */
const sectionsRead = 60

/** @param found Without sections to be had, a page is what was found of it. */
export function pageReader(
  found: readonly RankedPassage[],
  principal: Principal,
  sectionsOf: DocumentSections | undefined,
  signal: AbortSignal,
): PageReader {
  const read = new Map<string, Promise<Page>>()
  const load = async (head: RankedPassage): Promise<Page> => {
    const all = (await sectionsOf?.(head.document.id, principal, signal)) ?? []
    const sections =
      all.length === 0
        ? found.filter(({ document }) => document.id === head.document.id)
        : all.slice(0, sectionsRead).map((section) => ({ ...head, ...section, copies: [] }))
    return {
      head,
      sections,
      text: sections.map(({ passage }) => `${passage.heading.join('\n')}\n${passage.text}`).join('\n\n'),
      trustedAt: Math.max(head.document.editedAt.getTime(), trustedAt(head), ...sections.map(trustedAt)),
    }
  }
  return (head) => {
    const known = read.get(head.document.id) ?? load(head)
    read.set(head.document.id, known)
    return known
  }
}

/** The documents of these passages, each by the first of its passages. */
export function headsOf(passages: readonly RankedPassage[]): RankedPassage[] {
  const heads = new Map<string, RankedPassage>()
  for (const passage of passages) if (!heads.has(passage.document.id)) heads.set(passage.document.id, passage)
  return [...heads.values()]
}
