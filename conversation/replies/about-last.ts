import type { Citation } from '#knowledge/answer.ts'
import { ageStatement, ownerStatement } from '#retrieval/answering.ts'
import { lastCitations } from '../last-said.ts'
import type { Scene } from '../parts.ts'
import { ownReply, type Reply, type ReplyPiece } from '../scene.ts'
import { said } from '../words.ts'

const mostTold = 4

/** "How old is that?": when what was said last was edited, by whom it was confirmed, and whose it is. */
export async function* ageOfLast(scene: Scene, signal: AbortSignal): Reply {
  const now = scene.parts.clock.now()
  yield* stated(scene, await lastCitations(scene, signal), (citation, n) =>
    ageStatement({ ...citation, passage: { heading: citation.heading } }, n, now, scene.lang),
  )
}

/** "Who owns it?": by the record of the documents that it was said from. */
export async function* ownerOfLast(scene: Scene, signal: AbortSignal): Reply {
  const citations = await lastCitations(scene, signal)
  const documents = [...new Map(citations.map((citation) => [citation.document.id, citation])).values()]
  yield* stated(scene, documents, (citation, n) => ownerStatement(citation, n, scene.lang))
}

function* stated(
  scene: Scene,
  citations: readonly Citation[],
  statement: (citation: Citation, n: number) => string,
): Generator<ReplyPiece> {
  const places = new Map(citations.map((citation) => [citation.passageId, citation]))
  const shown = [...places.values()].slice(0, mostTold).map((citation, at) => ({ ...citation, n: at + 1 }))
  const statements = shown.map((citation) => statement(citation, citation.n))
  const [first] = statements
  if (first === undefined) return yield* ownReply(scene, { text: said('which-document', scene.lang), abstained: true })
  const spoken = first.replace(/\s*\[\d+\]|\*| \([^()]*\/[^()]*\)/g, '')
  yield* ownReply(scene, { text: statements.join('\n\n'), spoken, citations: shown })
}
