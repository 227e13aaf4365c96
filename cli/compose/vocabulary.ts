import { openVocabularyBook, type VocabularyBook } from '#graph/vocabulary-book.ts'
import type { KnowledgeStore } from '#knowledge/store.ts'
import type { Config } from '#runtime/config/config.ts'
import type { Log } from '#runtime/log.ts'

/** The names that are spoken of in what is stored; nothing is read before somebody talks. */
export function openVocabulary(
  store: Pick<KnowledgeStore, 'documents'>,
  { settings }: Config,
  log: Log,
): VocabularyBook {
  const configured = new Map(settings.sources.map(({ id, audience }) => [id, audience]))
  return openVocabularyBook({ documents: store.documents, audienceOf: (source) => configured.get(source), log })
}
