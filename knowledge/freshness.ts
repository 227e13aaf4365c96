export type FreshnessState = 'verified' | 'fresh' | 'aging' | 'stale' | 'suspect' | 'contradicted' | 'evergreen'

/** A reference in a document that no longer resolves. */
export interface BrokenReference {
  target: string
  line: number
}

/** A passage elsewhere that says otherwise and is newer or verified. */
export interface Contradiction {
  passageId: string
  documentId: string
  title: string
  /** What each side says, quoted. */
  ours: string
  theirs: string
}

/** How far a passage can be trusted to be still true, and why we think so. */
export interface Freshness {
  state: FreshnessState
  /** The passage's own last change, not the file's. */
  editedAt: Date
  documentEditedAt: Date
  verifiedAt?: Date | undefined
  verifiedBy?: string | undefined
  reviewDueAt?: Date | undefined
  /** Sentences for people, in English. */
  reasons: readonly string[]
  brokenReferences: readonly BrokenReference[]
  contradictedBy: readonly Contradiction[]
}
