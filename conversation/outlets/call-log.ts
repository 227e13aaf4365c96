/** Where what is said on a call is written down, for those who are not on it. */
export interface CallLog {
  /**
   * A turn of that conversation was taken aloud, and is stored. Whoever is not interested in the conversation does
   * nothing; what fails is theirs to make up for.
   */
  said(conversationId: string, signal: AbortSignal): Promise<void>
}
