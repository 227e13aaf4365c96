/** Posts into a channel that people read. */
export interface Poster {
  /**
   * @param channel As people name it; absent: where this conversation belongs.
   * @returns Where it can be seen, if that has an address.
   * @throws {OpsError} When it could not be posted.
   */
  post(
    post: { channel?: string | undefined; text: string; conversationId: string },
    signal: AbortSignal,
  ): Promise<{ url?: string | undefined }>
}
