export interface PageCall {
  /** As the document names them: handles, addresses, names. */
  owners: readonly string[]
  /** What it is about, in the asker's words. */
  about: string
  document?: { title: string; url: string } | undefined
  by: string
  conversationId: string
}

/** `paged`: they were called, and come by themselves; `transferred`: whoever is on the telephone talks to them. */
export type Reached = 'paged' | 'transferred'

/** Calls people, or hands a conversation over to them. */
export interface Pager {
  /** How these would be reached if it were done now. */
  wayTo(call: Pick<PageCall, 'owners' | 'conversationId'>): Reached
  /** Resolves when the call was taken by what delivers it. @throws {OpsError} When it was not. */
  page(call: PageCall, signal: AbortSignal): Promise<Reached>
}
