import type { ClientEvent, ServerEvent } from '#voice-bot/protocol.ts'

/** What a link tells of itself. Nothing comes after `closed`, which comes once. */
export interface LinkListener {
  event(event: ServerEvent): void
  /** Gone, from whichever side but ours. */
  closed(): void
}

/** One connection to the server by whichever transport; when it breaks, the line makes another. */
export interface Link {
  /** Nothing happens before the first event came and after the end. */
  send(event: ClientEvent): void
  /** What was given and is still here, in bytes: it grows where nobody is at the other end. */
  readonly backlogBytes: number
  /** What the microphone hears from now on, where sound goes in a track of its own; nothing: nobody is heard. */
  listenTo(stream: MediaStream | undefined): void
  /** Nothing is told afterwards. */
  close(): void
}

/**
 * @param query What stands in the address: the conversation, or what is to be resumed.
 * @param secret Of this one connection, where the server asks who we are.
 */
export type OpenLink = (query: URLSearchParams, secret: string | undefined, listener: LinkListener) => Link
