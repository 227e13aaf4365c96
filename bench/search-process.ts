import { freshnessRules } from '#freshness/rules.ts'
import { freshnessOf } from '#freshness/state.ts'
import type { Search } from '#knowledge/answer.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import type { StoredPassage } from '#knowledge/passage.ts'
import type { KnowledgeStore } from '#knowledge/store.ts'
import { loadOpsEmbed, type OpsEmbed } from '#providers/embedder/ops-embed/ops-embed.ts'
import { loadThesaurus } from '#retrieval/query/thesaurus.ts'
import { SoftMatch } from '#retrieval/ranking/soft-match.ts'
import { createSearch } from '#retrieval/search.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { readSeeds } from './grow.ts'
import { benchSearch } from './search.ts'

/**
 * The whole of search over one store, in a process of its own whose memory can be told:
 * `node search-process.ts CORPUS PASSAGES QUESTIONS DIRECTORY`.
 */
const [corpus = '', passages = '', questions = '', directory = ''] = process.argv.slice(2)
const signal = new AbortController().signal
await using embedder = await loadOpsEmbed()

/** Everything that `nightdesk search` has, with the defaults. */
function searchOver(model: OpsEmbed, { index, documents }: KnowledgeStore): Search {
  const rules = freshnessRules({})
  const dated = async (found: readonly StoredPassage[], stop: AbortSignal): Promise<Freshness[]> => {
    const verifications = await documents.verifications([...new Set(found.map(({ documentId }) => documentId))], stop)
    return found.map(({ document, documentId, editedAt }) =>
      freshnessOf({
        passageEditedAt: editedAt,
        document,
        verification: verifications.get(documentId),
        rules,
        now: systemClock.now(),
      }),
    )
  }
  return createSearch({
    index,
    embedder: model,
    softMatch: new SoftMatch(model),
    thesaurus: loadThesaurus(),
    freshnessOf: dated,
    log: silentLog,
  })
}

const seeds = await readSeeds(corpus, (texts, stop) => embedder.embed(texts, stop), signal)
const [row] = await benchSearch(
  {
    seeds,
    sizes: [Number(passages)],
    questions: Number(questions),
    directory,
    searchOver: (store) => searchOver(embedder, store),
  },
  signal,
)
process.stdout.write(JSON.stringify(row))
