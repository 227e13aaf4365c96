import { type Clock, systemClock } from '#runtime/clock.ts'
import { OpsError, reasonOf } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import type { CandidateIndex, RepairProgress, RepairReport, Truth } from './candidate-index.ts'
import type { ConversationStore } from './conversation-store.ts'
import type { DocumentStore } from './document-store.ts'
import type { PassageIndex } from './passage-index.ts'
import type { PassageLoader } from './passage-loader.ts'
import type { KnowledgeStore } from './store.ts'

export interface ScaleOutParts {
  documents: DocumentStore
  /** Reads passages from the same engine as `documents`. */
  passages: PassageLoader
  conversations: ConversationStore
  candidates: CandidateIndex
  /** Searched instead while `candidates` can't be reached; absent: there is no search then. */
  fallback?: Searching | undefined
  /** A sentence for people about what `fallback` can't do; absent: it is as good. */
  fallbackShortfall?: string | undefined
  clock?: Clock | undefined
  log: Log
}

type Searching = Pick<PassageIndex, 'matching' | 'nearest' | 'candidates' | 'statistics'>
type Telling = Searching & Required<Pick<PassageIndex, 'shortfall'>>

/** So long an index that can't be reached is left alone, so that not every question waits for it. */
const restMs = 5000

export interface ScaleOutStore extends KnowledgeStore {
  /** Compares the index of candidates with the documents and mends what differs. */
  repair(onProgress: (progress: RepairProgress) => void, signal: AbortSignal): Promise<RepairReport>
}

/**
 * Documents in one engine, what finds them in another. Something new is put into the index, then its documents are
 * stored, then what it replaces is taken out of the index; so whenever a process dies, every stored passage can be found,
 * and what is found beyond that is dropped when it's loaded. The leftovers go at the next write of their entry, or with
 * `repair`.
 */
export function openScaleOutStore(parts: ScaleOutParts): ScaleOutStore {
  const { candidates, passages } = parts
  const truth: Truth = { documents: parts.documents, passages }
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= (async () => {
      await candidates[Symbol.asyncDispose]()
      await Promise.all([parts.documents[Symbol.asyncDispose](), parts.conversations[Symbol.asyncDispose]()])
    })()
    return closing
  }
  return {
    documents: documentsWith(parts, truth, close),
    index: {
      ...searchingWith(parts),
      load: (...asked) => passages.load(...asked),
      [Symbol.asyncDispose]: close,
    },
    conversations: conversationsOf(parts.conversations, close),
    repair: (onProgress, signal) => candidates.repair(truth, onProgress, signal),
    [Symbol.asyncDispose]: close,
  }
}

function searchingWith({ candidates, fallback, fallbackShortfall, log, clock = systemClock }: ScaleOutParts): Telling {
  let restsUntil = 0
  const search = async <Result>(ask: (index: Searching) => Promise<Result>, signal: AbortSignal): Promise<Result> => {
    if (fallback === undefined) return await ask(candidates)
    if (clock.now().getTime() < restsUntil) return await ask(fallback)
    try {
      return await ask(candidates)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof OpsError && error.retryable)) throw error
      const now = clock.now().getTime()
      if (now >= restsUntil)
        log.warn({ reason: reasonOf(error) }, 'the passage index is out of reach, searching where the documents are')
      restsUntil = now + restMs
      return await ask(fallback)
    }
  }
  return {
    shortfall: () => (clock.now().getTime() < restsUntil ? fallbackShortfall : undefined),
    matching: (...asked) => search((index) => index.matching(...asked), asked[3]),
    nearest: (...asked) => search((index) => index.nearest(...asked), asked[3]),
    candidates: (...asked) => search((index) => index.candidates(...asked), asked[2]),
    statistics: (...asked) => search((index) => index.statistics(...asked), asked[1]),
  }
}

function documentsWith(
  { documents, candidates, log }: ScaleOutParts,
  truth: Truth,
  close: () => Promise<void>,
): DocumentStore {
  /** The documents are stored, so the caller has what it asked for; leftovers in the index are never shown. */
  const tidy = async (work: Promise<void>, signal: AbortSignal) => {
    try {
      await work
    } catch (err) {
      signal.throwIfAborted()
      log.warn({ reason: reasonOf(err) }, 'the passage index was not tidied, its next repair does that')
    }
  }
  return {
    revisions: (...asked) => documents.revisions(...asked),
    async replaceEntries(entries, signal) {
      signal.throwIfAborted()
      await candidates.put(entries, signal)
      const left = new Set(await documents.replaceEntries(entries, signal))
      const written = entries.filter(({ entry }) => !left.has(entry))
      const overtaken = entries.filter(({ entry }) => left.has(entry))
      await tidy(candidates.settle({ written, overtaken }, truth, signal), signal)
      return [...left]
    },
    async removeEntries(source, entries, signal) {
      await documents.removeEntries(source, entries, signal)
      await tidy(candidates.remove(source, entries, truth, signal), signal)
    },
    document: (...asked) => documents.document(...asked),
    documents: (...asked) => documents.documents(...asked),
    passagesOf: (...asked) => documents.passagesOf(...asked),
    counts: (...asked) => documents.counts(...asked),
    sourceState: (...asked) => documents.sourceState(...asked),
    saveSourceState: (...asked) => documents.saveSourceState(...asked),
    sources: (...asked) => documents.sources(...asked),
    verify: (...asked) => documents.verify(...asked),
    verifications: (...asked) => documents.verifications(...asked),
    [Symbol.asyncDispose]: close,
  }
}

function conversationsOf(conversations: ConversationStore, close: () => Promise<void>): ConversationStore {
  return {
    addTurn: (...asked) => conversations.addTurn(...asked),
    turns: (...asked) => conversations.turns(...asked),
    turn: (...asked) => conversations.turn(...asked),
    addFeedback: (...asked) => conversations.addFeedback(...asked),
    feedback: (...asked) => conversations.feedback(...asked),
    reviseAnswer: (...asked) => conversations.reviseAnswer(...asked),
    savePosition: (...asked) => conversations.savePosition(...asked),
    position: (...asked) => conversations.position(...asked),
    forgetTurn: (...asked) => conversations.forgetTurn(...asked),
    forget: (...asked) => conversations.forget(...asked),
    forgetBefore: (...asked) => conversations.forgetBefore(...asked),
    [Symbol.asyncDispose]: close,
  }
}
