import { localPrincipal } from '#knowledge/principal.ts'
import { verifyDocument } from '#knowledge/verify-document.ts'
import { systemClock } from '#runtime/clock.ts'
import { OpsError } from '#runtime/errors.ts'
import { freshnessToWire } from '#server/wire.ts'
import { openNightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import { writeJson, writeLine } from '../output.ts'

export interface VerifyOptions {
  by: string
  evergreen?: string
}

class DocumentUnknownError extends OpsError {
  override readonly name = 'DocumentUnknownError'
  readonly code = 'document_unknown'
  readonly retryable = false
  readonly userMessage = 'No document has this id. `nightdesk search` and GET /v1/documents show the ids.'
}

export async function verifyCommand(invocation: Invocation, id: string, options: VerifyOptions): Promise<void> {
  const { output, signal } = invocation
  await using nightdesk = await openNightdesk(invocation)
  const { documents } = nightdesk.store
  const said = { documentId: id, by: options.by, evergreenReason: options.evergreen }
  const verified = await verifyDocument({ documents, clock: systemClock }, said, localPrincipal, signal)
  if (verified === undefined) throw new DocumentUnknownError(`no document ${id}`)
  const { document, verification } = verified
  const freshness = nightdesk.freshnessOf(document, document.editedAt, verification)
  if (output.json) writeJson(output, freshnessToWire(freshness))
  else writeLine(output, `${document.title} is ${freshness.state}: ${freshness.reasons.join(' ')}`)
}
