import type { RankedPassage } from '#knowledge/answer.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import type { Passage } from '#knowledge/passage.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { ReadQuestion } from './question.ts'
import { cosine, type JudgingParts } from './scoring.ts'
import { wantedPlace } from './wantedness.ts'

/** All passages of a document in reading order, with how fresh each is. */
export type DocumentSections = (
  documentId: string,
  principal: Principal,
  signal: AbortSignal,
) => Promise<readonly { passage: Passage; freshness: Freshness }[]>

const siblingLimits = {
  documents: 2,
  each: 4,
  /** Of the score of the passage that was found. */
  share: 0.7,
}

/**
 * Other sections of the documents that were found first: the search often finds what an alert means when the question
 * is what to do about it.
 */
export async function siblingsOf(
  found: readonly RankedPassage[],
  question: ReadQuestion,
  principal: Principal,
  parts: JudgingParts & { sectionsOf?: DocumentSections | undefined },
  signal: AbortSignal,
): Promise<RankedPassage[]> {
  const { sectionsOf, embedder } = parts
  if (sectionsOf === undefined || embedder === undefined) return []
  const [asked] = await embedder.embed([question.text], signal)
  const heads = [...new Map(found.toReversed().map((passage) => [passage.document.id, passage])).values()]
    .toReversed()
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, siblingLimits.documents)
  const siblings: RankedPassage[] = []
  for (const head of heads) {
    if (head.document.kind === 'alert') continue
    const sections = await sectionsOf(head.document.id, principal, signal)
    const others = sections.filter(({ passage }) => !found.some((other) => covers(other.passage, passage)))
    const vectors = await embedder.embed(
      others.map(
        ({ passage }) => `${head.document.title} ${passage.heading.at(-1) ?? ''} ${passage.text.slice(0, 1500)}`,
      ),
      signal,
    )
    siblings.push(
      ...others
        .map((section, at) => ({
          ...section,
          likeness: likeness(section.passage, question, cosine(asked, vectors[at])),
        }))
        .toSorted((a, b) => b.likeness - a.likeness)
        .slice(0, siblingLimits.each)
        .map(({ passage, freshness }, at) => ({
          rank: head.rank + at + 1,
          score: head.score * siblingLimits.share,
          passage,
          document: head.document,
          freshness,
        })),
    )
  }
  return siblings
}

function likeness(passage: Passage, question: ReadQuestion, meaning: number): number {
  return meaning + 0.2 * wantedPlace([], passage.heading.at(-1) ?? '', false, question.wants)
}

function covers(found: Passage, passage: Passage): boolean {
  return found.documentId === passage.documentId && found.fromLine <= passage.fromLine && found.toLine >= passage.toLine
}
