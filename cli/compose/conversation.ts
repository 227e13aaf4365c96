import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { IncidentMemory } from '#conversation/incidents/incident-memory.ts'
import type { LiveCalls } from '#conversation/outlets/live-calls.ts'
import type { ConversationParts } from '#conversation/parts.ts'
import type { VocabularyBook } from '#graph/vocabulary-book.ts'
import type { Search } from '#knowledge/answer.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import type { StoredPassage } from '#knowledge/passage.ts'
import type { KnowledgeStore } from '#knowledge/store.ts'
import type { DocumentSections } from '#retrieval/answering/siblings.ts'
import { type AnsweringParts, createAnswering } from '#retrieval/answering.ts'
import { systemClock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config/config.ts'
import type { Log } from '#runtime/log.ts'
import { openPager } from './pager.ts'
import { type Providers, providedAsk } from './providers.ts'
import { openPoster } from './slack-poster.ts'

export interface LoopParts {
  store: KnowledgeStore
  incidents: IncidentMemory
  /** Which of them are on the telephone. */
  liveCalls: LiveCalls
  names: Pick<VocabularyBook, 'of'>
  search: Search
  /** All that answering is made of, but what each turn brings. */
  answering: Omit<AnsweringParts, 'search' | 'conversations' | 'sectionsOf' | 'llm'>
  sectionsOf: DocumentSections
  freshnessOfPassages: (passages: readonly StoredPassage[], signal: AbortSignal) => Promise<Freshness[]>
  providers: Pick<Providers, 'llm' | 'spending' | 'watching' | 'usedUp' | 'telemetry' | 'turns'>
  config: Config
  log: Log
}

/** What the conversation loop is made of. */
export function conversationParts(parts: LoopParts): ConversationParts {
  const {
    store,
    incidents,
    liveCalls,
    names,
    search,
    answering,
    sectionsOf,
    freshnessOfPassages,
    providers,
    config,
    log,
  } = parts
  return {
    answering: (turn) =>
      providedAsk(providers, (llm) =>
        createAnswering({
          ...answering,
          llm,
          search: turn.search,
          conversations: turn.conversations,
          sectionsOf: async (...asked) => {
            const sections = await sectionsOf(...asked)
            turn.read(sections.map(({ passage }) => passage))
            return sections
          },
        }),
      ),
    search,
    reading: {
      async passages(ids, principal, signal) {
        const found = await store.index.load(ids, { principal }, signal)
        const freshness = await freshnessOfPassages(found, signal)
        return found.flatMap((passage, at) => {
          const dated = freshness[at]
          return dated === undefined ? [] : [{ passage, document: passage.document, freshness: dated }]
        })
      },
      async document(id, principal, signal) {
        const document = await store.documents.document(id, principal, signal)
        if (document === undefined) return undefined
        return { document, passages: await sectionsOf(id, principal, signal) }
      },
    },
    conversations: store.conversations,
    incidents,
    vocabulary: (principal) => names.of(principal),
    llm: providers.llm,
    poster: openPoster(config, { documents: store.documents, log }),
    pager: openPager(config, { calls: liveCalls, log }),
    clock: systemClock,
    wait: (ms, signal) => pause(ms, undefined, { signal }),
    newId: () => randomBytes(16).toString('hex'),
    log,
    telemetry: providers.telemetry,
    onTurn: (turn) => providers.turns.took(turn),
  }
}
