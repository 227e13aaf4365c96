import type { Clock } from '#runtime/clock.ts'
import type { Document, Verification } from './document.ts'
import type { DocumentStore } from './document-store.ts'
import type { Principal } from './principal.ts'
import { maskSecrets } from './secrets.ts'

/**
 * Records that somebody declares a document still true, secrets masked.
 * @returns What was recorded of which document; undefined: there is none of this id that the principal may see.
 */
export async function verifyDocument(
  { documents, clock }: { documents: DocumentStore; clock: Clock },
  { documentId, by, evergreenReason }: Omit<Verification, 'at'>,
  principal: Principal,
  signal: AbortSignal,
): Promise<{ document: Document; verification: Verification } | undefined> {
  const document = await documents.document(documentId, principal, signal)
  if (document === undefined) return undefined
  const verification: Verification = {
    documentId,
    by: maskSecrets(by).text,
    at: clock.now(),
    ...(evergreenReason !== undefined && { evergreenReason: maskSecrets(evergreenReason).text }),
  }
  await documents.verify(verification, signal)
  return { document, verification }
}
