import type { Citation } from '#knowledge/answer.ts'
import type { Turn } from '#knowledge/conversation-store.ts'
import type { Document } from '#knowledge/document.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { ActingParts } from './acting-parts.ts'
import type { Pressed } from './incoming.ts'

/** It was given to them, or to everybody in the channel where they press the button. */
export function isTheirs(
  turn: Turn,
  principal: Principal,
  { team, channel }: Pick<Pressed, 'team' | 'channel'>,
): boolean {
  return (
    turn.principal === principal.name ||
    (channel !== undefined && turn.principal.startsWith(`slack:${team}/${channel}:`))
  )
}

/** What the answer cited, as far as this principal may see it and it still says so. */
export async function citationsOf(
  { passages, documents, freshnessOf }: Pick<ActingParts, 'passages' | 'documents' | 'freshnessOf'>,
  { cited }: Turn,
  principal: Principal,
  signal: AbortSignal,
): Promise<Citation[]> {
  const found = await passages.load([...new Set(cited.map(({ passageId }) => passageId))], { principal }, signal)
  const byId = new Map(found.map((passage) => [passage.id, passage]))
  const verified = await documents.verifications([...new Set(found.map(({ documentId }) => documentId))], signal)
  return cited.flatMap(({ passageId, quote }, at) => {
    const passage = byId.get(passageId)
    if (passage === undefined) return []
    const document: Document = passage.document
    const freshness = freshnessOf(document, passage.editedAt, verified.get(document.id))
    return [{ n: at + 1, quote, passageId, heading: passage.heading, document, freshness }]
  })
}
