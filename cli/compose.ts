import { type AskLoop, askByLoop } from '#conversation/ask.ts'
import type { IncidentMemory } from '#conversation/incidents/incident-memory.ts'
import { StoredIncidentMemory } from '#conversation/incidents/stored-incident-memory.ts'
import { LiveCalls } from '#conversation/outlets/live-calls.ts'
import type { ConversationParts } from '#conversation/parts.ts'
import { freshnessRules } from '#freshness/rules.ts'
import { freshnessOf as datedFreshness } from '#freshness/state.ts'
import type { VocabularyBook } from '#graph/vocabulary-book.ts'
import type { Source } from '#ingest/source.ts'
import { createSync, type SyncOptions } from '#ingest/sync.ts'
import type { SyncReport } from '#ingest/sync-report.ts'
import type { Search } from '#knowledge/answer.ts'
import { limitedByAudience } from '#knowledge/audience-limits.ts'
import type { Document, Verification } from '#knowledge/document.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import type { StoredPassage } from '#knowledge/passage.ts'
import type { KnowledgeStore } from '#knowledge/store.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import { createEmbedderGateway } from '#providers/gateway/embedder-gateway.ts'
import type { DocumentSections } from '#retrieval/answering/siblings.ts'
import { loadThesaurus } from '#retrieval/query/thesaurus.ts'
import { OwnVectors } from '#retrieval/ranking/own-vectors.ts'
import { SoftMatch } from '#retrieval/ranking/soft-match.ts'
import { createSearch } from '#retrieval/search.ts'
import { systemClock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config/config.ts'
import { openBoard, sharing } from './compose/board.ts'
import { conversationParts } from './compose/conversation.ts'
import { openEmbedder } from './compose/embedder.ts'
import { openProviders, type Providers } from './compose/providers.ts'
import { type OpenedStore, openConfiguredStore, openEmbeddedStore } from './compose/store.ts'
import { openTelemetry, tracedSync } from './compose/telemetry.ts'
import { openVocabulary } from './compose/vocabulary.ts'
import type { Invocation } from './invocation.ts'
import { configuredSources, folderSources, type SourceParts, sampleSource } from './sources.ts'

/** Everything that a command may use, put together; disposing of it closes the store. */
export interface Nightdesk extends AsyncDisposable {
  store: KnowledgeStore
  /** What the store consists of, for people. */
  engines: string
  /** Where passages are found by Qdrant. */
  qdrant: OpenedStore['qdrant']
  /** Compares what finds the passages with the passages and mends what differs; undefined: they can't differ. */
  repair: OpenedStore['repair']
  ask: AskLoop
  /** What conversations are made of. */
  conversation: ConversationParts
  /** What is known of incidents, whoever works on them by whatever channel. */
  incidents: IncidentMemory
  /** Which conversations are on the telephone now, so that they can be put through to somebody. */
  liveCalls: LiveCalls
  /** What is spoken of, for each principal. */
  names: VocabularyBook
  search: Search
  freshnessOf: (document: Document, editedAt: Date, verification: Verification | undefined) => Freshness
  /** One sync of a source; a source can be synced by one process at a time. */
  sync: (source: Source, options: SyncOptions, signal: AbortSignal) => Promise<SyncReport>
  /** What is configured and named on the command line; where nothing is, and nothing is stored, the samples. */
  sources: (docs: readonly string[], signal: AbortSignal) => Promise<{ sources: Source[]; samples: boolean }>
  sourceParts: SourceParts
  embedder: Embedder | undefined
  providers: Providers
}

export interface NightdeskOptions {
  /** A store of its own in this file, whatever is configured. */
  storePath?: string | undefined
  /** Dates by line; false is faster. */
  blame?: boolean | undefined
  /** Told when a source has to be left alone for a while. */
  onPause?: SourceParts['onPause']
}

/** The only place where adapters are made. @throws {OpsError} When the store or the model can't be opened. */
export async function openNightdesk(invocation: Invocation, options: NightdeskOptions = {}): Promise<Nightdesk> {
  const { config, log } = invocation
  const { embedder, tokens } = await openEmbedder(config, log)
  const parts = { config, log, embedder }
  const opened =
    options.storePath === undefined
      ? await openConfiguredStore(parts, invocation.signal)
      : openEmbeddedStore(parts, options.storePath)
  const configured = new Map(config.settings.sources.map(({ id, audience }) => [id, audience]))
  const store = limitedByAudience(opened.store, (source) => configured.get(source))
  const rules = freshnessRules(config.settings.freshness)
  const freshnessOf: Nightdesk['freshnessOf'] = (document, editedAt, verification) =>
    datedFreshness({ passageEditedAt: editedAt, document, verification, rules, now: systemClock.now() })
  const freshnessOfPassages = async (passages: readonly StoredPassage[], signal: AbortSignal): Promise<Freshness[]> => {
    const ids = [...new Set(passages.map((passage) => passage.documentId))]
    const verifications = await store.documents.verifications(ids, signal)
    return passages.map(({ document, editedAt, documentId }) =>
      freshnessOf(document, editedAt, verifications.get(documentId)),
    )
  }
  await using opening = new AsyncDisposableStack()
  const { telemetry } = opening.use(await openTelemetry(config))
  const board = opening.use(await openBoard(config, log))
  const providers = await openProviders(config, { clock: systemClock, log, board, telemetry })
  opening.use(await sharing(providers.share, log))
  const questions = questionEmbedder(embedder, config, providers)
  const thesaurus = loadThesaurus()
  const softMatch = tokens === undefined ? undefined : new SoftMatch(tokens)
  const search = createSearch({
    index: store.index,
    embedder: questions,
    ownVectors: tokens === undefined || tokens === embedder ? undefined : new OwnVectors(tokens),
    softMatch,
    thesaurus,
    freshnessOf: freshnessOfPassages,
    log,
  })
  const sectionsOf: DocumentSections = async (documentId, principal, signal) => {
    const document = await store.documents.document(documentId, principal, signal)
    if (document === undefined) return []
    const sections = await store.documents.passagesOf(documentId, principal, signal)
    const verification = (await store.documents.verifications([documentId], signal)).get(documentId)
    return sections.map((passage) => ({ passage, freshness: freshnessOf(document, passage.editedAt, verification) }))
  }
  const names = opening.use(openVocabulary(store, config, log))
  const remembering = { conversations: store.conversations, llm: providers.llm, clock: systemClock, log }
  const liveCalls = new LiveCalls()
  const incidents = opening.use(new StoredIncidentMemory(remembering))
  const conversation = conversationParts({
    store,
    incidents,
    liveCalls,
    names,
    search,
    answering: { embedder: tokens, softMatch, thesaurus, clock: systemClock, log, telemetry },
    sectionsOf,
    freshnessOfPassages,
    providers,
    config,
    log,
  })
  const sync = createSync({ documents: store.documents, embedder, clock: systemClock, log })
  const kept = opening.move()
  const sourceParts: SourceParts = { config, log, blame: options.blame, onPause: options.onPause }
  return {
    store,
    engines: opened.engines,
    qdrant: opened.qdrant,
    repair: opened.repair,
    ask: askByLoop(conversation),
    conversation,
    incidents,
    liveCalls,
    names,
    search,
    freshnessOf,
    sync: (source, how, signal) => tracedSync(telemetry, source.id, () => sync.run(source, how, signal)),
    sources: (docs, signal) => chosenSources(sourceParts, store, docs, signal),
    sourceParts,
    embedder,
    providers,
    [Symbol.asyncDispose]: async () => {
      await kept.disposeAsync()
      await opened[Symbol.asyncDispose]()
      await embedder?.[Symbol.asyncDispose]()
    },
  }
}

/** A model in the process isn't held to a deadline: it can't be away, and waiting for it is its own fault. */
function questionEmbedder(
  embedder: Embedder | undefined,
  { env: { EMBEDDING_MODEL: model } }: Config,
  { gatewayParts, pools }: Providers,
): Embedder | undefined {
  if (embedder === undefined || model === undefined || model.startsWith('local:')) return embedder
  const gateway = createEmbedderGateway(embedder, gatewayParts)
  pools.push(gateway.pool)
  return gateway
}

/** Ids of sources that were synced by hand hold a colon; those stay until they are removed by hand. */
function isByHand(source: string): boolean {
  return source.includes(':')
}

async function chosenSources(
  parts: SourceParts,
  store: KnowledgeStore,
  docs: readonly string[],
  signal: AbortSignal,
): Promise<{ sources: Source[]; samples: boolean }> {
  const sources = [...configuredSources(parts), ...folderSources(docs, parts)]
  const stored = await store.documents.sources(signal)
  const samples = sources.length === 0 && !stored.some(isByHand)
  if (samples) sources.push(sampleSource(parts))
  await forget(
    store,
    stored.filter((id) => !isByHand(id) && !sources.some((source) => source.id === id)),
    signal,
  )
  return { sources, samples }
}

/** What is no longer configured is no longer cited. */
async function forget(store: KnowledgeStore, ids: readonly string[], signal: AbortSignal): Promise<void> {
  for (const id of ids) {
    const entries = [...(await store.documents.revisions(id, signal)).keys()]
    await store.documents.removeEntries(id, entries, signal)
    await store.documents.saveSourceState({ source: id, failures: [] }, signal)
  }
}
