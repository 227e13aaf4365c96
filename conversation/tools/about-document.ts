import type { RankedPassage } from '#knowledge/answer.ts'
import { lastCitations } from '../last-said.ts'
import type { Scene } from '../parts.ts'

type Source = Pick<RankedPassage, 'document' | 'freshness' | 'passage'>

/** The document that is meant: the one that these words find; without words, the one that was told from last. */
export async function documentMeant(
  about: string | undefined,
  scene: Scene,
  signal: AbortSignal,
): Promise<Source | undefined> {
  const { reads, principal, parts } = scene
  if (about !== undefined && about.trim() !== '') {
    const found = await reads.search({ text: about, limit: 5, principal }, signal)
    return found.relevant ? found.passages.find(({ passage }) => !passage.suspicious) : undefined
  }
  const [citation] = await lastCitations(scene, signal)
  const [source] = citation === undefined ? [] : await parts.reading.passages([citation.passageId], principal, signal)
  return source
}

/** What a document is cited by when something is said of itself, not of its text. */
export function citationOf({ document, passage, freshness }: Source) {
  const quote = passage.text.split('\n').find((line) => line.trim() !== '') ?? passage.text
  return { n: 1, quote, passageId: passage.id, heading: passage.heading, document, freshness }
}
