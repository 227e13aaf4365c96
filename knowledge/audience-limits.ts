import type { Document } from './document.ts'
import { cursorAfter } from './document-cursor.ts'
import type { DocumentStore } from './document-store.ts'
import type { PassageIndex } from './passage-index.ts'
import { maySee, type Principal } from './principal.ts'
import type { KnowledgeStore } from './store.ts'

/** Who may see the documents of a source, as it is configured now; undefined: nothing is said of it. */
export type AudienceOf = (source: string) => readonly string[] | undefined

/**
 * The same store, that shows nobody what the configuration of this process doesn't let them see. What is stored carries
 * the audience of its last sync, which may be long ago where the source can't be reached; so both have to agree.
 */
export function limitedByAudience(store: KnowledgeStore, audienceOf: AudienceOf): KnowledgeStore {
  const allows = (principal: Principal, { source }: Pick<Document, 'source'>) =>
    maySee(principal, audienceOf(source) ?? [])
  return {
    documents: limitedDocuments(store.documents, allows),
    index: limitedIndex(store.index, allows),
    conversations: store.conversations,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

type Allows = (principal: Principal, document: Pick<Document, 'source'>) => boolean

function limitedDocuments(documents: DocumentStore, allows: Allows): DocumentStore {
  const document: DocumentStore['document'] = async (id, principal, signal) => {
    const found = await documents.document(id, principal, signal)
    return found !== undefined && allows(principal, found) ? found : undefined
  }
  return {
    document,
    async documents(filter, cursor, limit, signal) {
      if (filter.principal.audiences === 'all') return await documents.documents(filter, cursor, limit, signal)
      const shown: Document[] = []
      let next = cursor
      do {
        const page = await documents.documents(filter, next, limit, signal)
        shown.push(...page.documents.filter((each) => allows(filter.principal, each)))
        next = page.nextCursor
      } while (next !== undefined && shown.length <= limit)
      // A cursor names the document that it comes after, so it has to be one that may be seen.
      const last = shown[limit - 1]
      const hasMore = shown.length > limit && last !== undefined
      return { documents: shown.slice(0, limit), ...(hasMore ? { nextCursor: cursorAfter(last) } : {}) }
    },
    async passagesOf(id, principal, signal) {
      if (principal.audiences !== 'all' && (await document(id, principal, signal)) === undefined) return []
      return await documents.passagesOf(id, principal, signal)
    },
    revisions: (...asked) => documents.revisions(...asked),
    replaceEntries: (...asked) => documents.replaceEntries(...asked),
    removeEntries: (...asked) => documents.removeEntries(...asked),
    counts: (...asked) => documents.counts(...asked),
    sourceState: (...asked) => documents.sourceState(...asked),
    saveSourceState: (...asked) => documents.saveSourceState(...asked),
    sources: (...asked) => documents.sources(...asked),
    verify: (...asked) => documents.verify(...asked),
    verifications: (...asked) => documents.verifications(...asked),
    [Symbol.asyncDispose]: () => documents[Symbol.asyncDispose](),
  }
}

/** Candidates are names without content: nothing is shown before it's loaded. */
function limitedIndex(index: PassageIndex, allows: Allows): PassageIndex {
  return {
    async load(ids, filter, signal) {
      const found = await index.load(ids, filter, signal)
      return found.filter(({ document }) => allows(filter.principal, document))
    },
    matching: (...asked) => index.matching(...asked),
    nearest: (...asked) => index.nearest(...asked),
    candidates: (...asked) => index.candidates(...asked),
    statistics: (...asked) => index.statistics(...asked),
    shortfall: () => index.shortfall?.(),
    [Symbol.asyncDispose]: () => index[Symbol.asyncDispose](),
  }
}
