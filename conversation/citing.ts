import type { Citation } from '#knowledge/answer.ts'
import type { Turn } from '#knowledge/conversation-store.ts'
import type { Scene } from './parts.ts'

/**
 * The citations of an earlier turn, as they are today: a document that was changed, deleted or closed to this principal
 * since isn't cited any more.
 */
export async function citationsOf(turn: Turn, scene: Scene, signal: AbortSignal): Promise<Citation[]> {
  const { reading } = scene.parts
  const ids = [...new Set(turn.cited.map(({ passageId }) => passageId))]
  const found = new Map(
    (await reading.passages(ids, scene.principal, signal)).map((each) => [each.passage.id, each] as const),
  )
  const citations: Citation[] = []
  for (const [at, { passageId, quote }] of turn.cited.entries()) {
    const source = found.get(passageId)
    if (source === undefined) continue
    const text = await textAround(source.document.id, source.passage.text, quote, scene, signal)
    if (!text.includes(quote)) continue
    scene.reads.read([{ id: passageId, text }])
    const { document, freshness, passage } = source
    citations.push({
      n: at + 1,
      quote,
      passageId,
      heading: passage.heading,
      document,
      freshness,
      anchor: passage.anchor,
    })
  }
  return citations
}

/** A quote may run on into the neighbours of the passage that it is cited by. */
async function textAround(
  documentId: string,
  text: string,
  quote: string,
  scene: Scene,
  signal: AbortSignal,
): Promise<string> {
  if (text.includes(quote)) return text
  const whole = await scene.parts.reading.document(documentId, scene.principal, signal)
  return whole?.passages.map(({ passage }) => passage.text).join('\n') ?? ''
}
