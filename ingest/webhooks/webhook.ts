/** What somebody posted to one of our webhook addresses, nothing of it trusted yet. */
export interface Delivery {
  /** By lower-case name. */
  header: (name: string) => string | undefined
  /** As it came over the wire: signatures are over these bytes. */
  body: Uint8Array
}

/** A source to look at again: named entries of it, or all. */
export interface SyncRequest {
  source: string
  entries: readonly string[] | 'all'
}

/** What a delivery means, before anything is done about it. */
export type Reading =
  | { kind: 'refused'; code: RefusalCode; detail: string }
  | { kind: 'ignored'; detail: string }
  | { kind: 'changed'; requests: readonly SyncRequest[]; detail: string }

export type RefusalCode =
  | 'webhook_not_configured'
  | 'webhook_signature_invalid'
  | 'webhook_malformed'
  | 'webhook_replayed'

/** What is answered; `detail` is a sentence for whoever looks at the sender's list of deliveries. */
export type Reply =
  | { kind: 'accepted'; detail: string }
  | { kind: 'ignored'; detail: string }
  | { kind: 'refused'; code: RefusalCode; detail: string }

/** Takes deliveries of one sender. It only notes what to look at: the looking is the queue's, so that it answers at once. */
export type ReceiveWebhook = (delivery: Delivery, signal: AbortSignal) => Promise<Reply>
