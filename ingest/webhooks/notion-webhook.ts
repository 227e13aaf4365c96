import { z } from 'zod'
import { jsonOf } from './json-body.ts'
import { isSigned } from './signature.ts'
import type { Delivery, Reading } from './webhook.ts'

const Event = z.object({
  id: z.string(),
  type: z.string(),
  timestamp: z.string().optional(),
  entity: z.object({ id: z.string(), type: z.string() }),
  data: z.object({ page_id: z.string().optional(), parent: z.object({ id: z.string() }).optional() }).optional(),
})

/** It isn't signed and is shown to a person, so nothing that a terminal would obey may be in it. */
const Handshake = z.object({ verification_token: z.string().regex(/^[!-~]{1,200}$/) })

export interface NotionWebhookParts {
  /** The subscription's verification token; absent until somebody has set it. */
  secret: string | undefined
  /** Ids of the sources that read from Notion. */
  sources: readonly string[]
  /** Told the token that Notion sends when a subscription is made: a person has to give it back to Notion, and to us. */
  onVerificationToken: (token: string) => void
}

/**
 * Reads deliveries of Notion: X-Notion-Signature over the raw body, keyed by the subscription's verification token
 * (developers.notion.com/reference/webhooks). Events carry no content: they name what to look at.
 */
export function notionWebhook({ secret, sources, onVerificationToken }: NotionWebhookParts) {
  return ({ header, body }: Delivery): Reading => {
    if (secret === undefined) {
      const handshake = Handshake.safeParse(jsonOf(body))
      if (handshake.success) {
        onVerificationToken(handshake.data.verification_token)
        return { kind: 'ignored', detail: 'The verification token has been written to the output of Nightdesk.' }
      }
      return {
        kind: 'refused',
        code: 'webhook_not_configured',
        detail: 'Set NOTION_WEBHOOK_SECRET to the verification token of the subscription.',
      }
    }
    if (!isSigned(body, secret, header('x-notion-signature'))) {
      return {
        kind: 'refused',
        code: 'webhook_signature_invalid',
        detail:
          'X-Notion-Signature does not fit the body: NOTION_WEBHOOK_SECRET has to be the verification token of this subscription.',
      }
    }
    const event = Event.safeParse(jsonOf(body))
    if (!event.success) {
      return { kind: 'refused', code: 'webhook_malformed', detail: "The body is no event of Notion's." }
    }
    const looks = looksAt(event.data)
    if (sources.length === 0 || looks.length === 0) {
      return { kind: 'ignored', detail: 'This changes nothing that is synced.' }
    }
    return {
      kind: 'changed',
      requests: sources.flatMap((source) => looks.map((entries) => ({ source, entries }))),
      detail: `Looking at ${looks.map((entries) => (entries === 'all' ? 'everything' : entries.join(', '))).join(', then at ')}.`,
    }
  }
}

/** What comes or goes with all that is below it, of which Notion tells nothing. */
const takesOthersAlong = new Set(['page.deleted', 'page.undeleted', 'page.moved'])

/** The page that an event is about, and 'all' where it may be about many. */
function looksAt({ type, entity, data }: z.infer<typeof Event>): (readonly string[] | 'all')[] {
  if (takesOthersAlong.has(type)) return [[entity.id], 'all']
  if (type.startsWith('page.')) return [[entity.id]]
  if (type.startsWith('comment.')) return data?.page_id === undefined ? [] : [[data.page_id]]
  if (type.startsWith('data_source.') || type.startsWith('database.')) return ['all']
  return []
}
