import type { Principal } from '#knowledge/principal.ts'

/** Posts into a channel that people read. */
export interface Poster {
  /**
   * @param channel As people name it; absent: where this conversation belongs.
   * @returns Where it can be seen, if that has an address.
   * @throws {OpsError} When it could not be posted.
   */
  post(
    post: {
      channel?: string | undefined
      text: string
      conversationId: string
      /** For whom it is posted, who has to be allowed to. */
      by: Principal
      /** What it cites: whoever reads there has to be allowed to read these. */
      documentIds: readonly string[]
    },
    signal: AbortSignal,
  ): Promise<{ url?: string | undefined }>
}
