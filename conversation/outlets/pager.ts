/** A call for the people who own a document. */
export interface PageCall {
  owners: readonly string[]
  /** What it is about, in the words of whoever asks. */
  about: string
  document?: { title: string; url: string } | undefined
  by: string
  conversationId: string
}

/** Calls people, or hands a conversation over to them. */
export interface Pager {
  /** Resolves when the call was taken by what delivers it. @throws {OpsError} When it was not. */
  page(call: PageCall, signal: AbortSignal): Promise<void>
}
