import type { StoredPassage } from './passage.ts'
import type { PassageFilter } from './passage-index.ts'

/** Reads passages where the documents are kept, which alone decides what exists and who may see it. */
export interface PassageLoader {
  /** In the order asked for; unknown and excluded ids are left out. */
  load(passageIds: readonly string[], filter: PassageFilter, signal: AbortSignal): Promise<StoredPassage[]>
}
