import { setImmediate as nextTick, setTimeout as sleep } from 'node:timers/promises'
import type { Document } from '#knowledge/document.ts'
import type { DocumentStore } from '#knowledge/document-store.ts'
import { localPrincipal, maySee, type Principal } from '#knowledge/principal.ts'
import type { Log } from '#runtime/log.ts'
import { NameCounts } from './name-counts.ts'
import { namesIn } from './names-in.ts'
import { generalVocabulary, vocabularyOf } from './spoken-vocabulary.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface VocabularyBookParts {
  documents: Pick<DocumentStore, 'documents' | 'passagesOf' | 'revisions' | 'sources' | 'sourceState'>
  /** Who may see a source's documents, as it is configured now; undefined: nothing is said of it. */
  audienceOf: (source: string) => readonly string[] | undefined
  log: Log
  /** What changed is looked for so often. Default 20 seconds. */
  lookEveryMs?: number | undefined
}

/** What is spoken of, for each set of audiences. */
export interface VocabularyBook extends AsyncDisposable {
  /**
   * Only of documents that this principal may see; until they were read the first time, what everybody knows. The first
   * call begins the reading.
   */
  of(principal: Principal): Vocabulary
  /** The same, once all that is stored now was read. */
  ready(principal: Principal, signal: AbortSignal): Promise<Vocabulary>
}

const defaultLookMs = 20_000
/** The same until there is anything: a first sync is under way. */
const firstLookMs = 1_000
/** So long others wait at most while documents are read. */
const sliceMs = 4
/** Reading takes no more than this part of the time. */
const shareOfTime = 0.5
const documentsPerPage = 200
/** Sets of audiences kept ready; there are few in a company. */
const mostVocabularies = 20

/**
 * Reads all documents in the background, a few milliseconds at a time, and afterwards those that changed.
 */
export function openVocabularyBook(parts: VocabularyBookParts): VocabularyBook {
  return new ReadingBook(parts)
}

const nothingKnown: Vocabulary = {
  keyterms: () => [],
  correct: (text) => ({ text, corrections: [], doubts: [] }),
}

/** Documents whose names the same people may see. */
interface Group {
  source: string
  audience: readonly string[]
}

interface EntryRead {
  revision: string
  documents: ReadonlyMap<string, Group>
}

class ReadingBook {
  readonly #parts: VocabularyBookParts
  #general: Vocabulary = nothingKnown
  readonly #closing = new AbortController()
  readonly #counts = new NameCounts()
  /** By source and entry. */
  readonly #read = new Map<string, Map<string, EntryRead>>()
  readonly #vocabularies = new Map<string, { vocabulary: Vocabulary; version: number }>()
  readonly #building = new Map<string, Promise<void>>()
  #running: Promise<void> | undefined
  #refreshing: Promise<void> = Promise.resolve()
  #version = 0
  #sliceStartedAt = performance.now()
  #seen = ''

  constructor(parts: VocabularyBookParts) {
    this.#parts = parts
  }

  of(principal: Principal): Vocabulary {
    this.#running ??= this.#keepUp().catch(() => undefined)
    const groups = this.#groupsFor(principal)
    const key = groups.join('\n')
    const known = this.#vocabularies.get(key)
    if (known?.version !== this.#version) this.#build(key, groups)
    return known?.vocabulary ?? this.#general
  }

  async ready(principal: Principal, signal: AbortSignal): Promise<Vocabulary> {
    await this.#refresh(signal)
    this.of(principal)
    while (this.#building.size > 0) await Promise.all(this.#building.values())
    return this.of(principal)
  }

  /** One look after the other. */
  async #refresh(signal: AbortSignal): Promise<void> {
    const next = this.#refreshing.then(() => this.#look(signal))
    this.#refreshing = next.catch(() => undefined)
    await next
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error('the vocabulary is being closed'))
    await Promise.all([this.#running, this.#refreshing, ...this.#building.values()])
  }

  async #keepUp(): Promise<void> {
    const { signal } = this.#closing
    this.#general = await generalVocabulary((stop) => this.#breathe(stop), signal)
    for (;;) {
      try {
        await this.#refresh(signal)
      } catch (err) {
        signal.throwIfAborted()
        this.#parts.log.warn({ err }, 'the vocabulary could not be read from the documents')
      }
      const everyMs = this.#parts.lookEveryMs ?? defaultLookMs
      const waitMs = this.#counts.groups().length === 0 ? Math.min(firstLookMs, everyMs) : everyMs
      await sleep(waitMs, undefined, { signal, ref: false })
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { documents } = this.#parts
    const sources = await documents.sources(signal)
    const states = await Promise.all(sources.map((source) => documents.sourceState(source, signal)))
    const seen = JSON.stringify(sources.map((source, at) => [source, states[at]?.finishedAt, states[at]?.cursor]))
    if (seen === this.#seen) return
    let changes = 0
    for (const source of new Set([...sources, ...this.#read.keys()])) changes += await this.#lookInto(source, signal)
    this.#seen = seen
    if (changes === 0) return
    this.#version += 1
    // Those that are in use are brought up to date before they are asked for again.
    for (const key of this.#vocabularies.keys()) this.#build(key, key === '' ? [] : key.split('\n'))
  }

  /** @returns How many entries changed. */
  async #lookInto(source: string, signal: AbortSignal): Promise<number> {
    const { documents } = this.#parts
    const revisions = await documents.revisions(source, signal)
    const read = this.#read.get(source) ?? new Map<string, EntryRead>()
    this.#read.set(source, read)
    const changed = new Set(
      [...revisions].filter(([entry, revision]) => read.get(entry)?.revision !== revision).map(([entry]) => entry),
    )
    const gone = [...read.keys()].filter((entry) => !revisions.has(entry))
    for (const entry of gone) this.#forget(read, entry)
    if (changed.size === 0) return gone.length
    const found = new Map<string, Map<string, Group>>()
    let cursor: string | undefined
    do {
      const page = await documents.documents({ principal: localPrincipal, source }, cursor, documentsPerPage, signal)
      for (const document of page.documents) {
        if (!changed.has(document.entry)) continue
        const before = found.get(document.entry)
        if (before === undefined) {
          this.#forget(read, document.entry)
          found.set(document.entry, new Map([[document.id, groupOf(document)]]))
        } else before.set(document.id, groupOf(document))
        const passages = await documents.passagesOf(document.id, localPrincipal, signal)
        this.#counts.add(document.id, groupKey(groupOf(document)), namesIn(document, passages))
        await this.#breathe(signal)
      }
      cursor = page.nextCursor
    } while (cursor !== undefined)
    for (const entry of changed) {
      if (!found.has(entry)) this.#forget(read, entry)
      read.set(entry, { revision: revisions.get(entry) ?? '', documents: found.get(entry) ?? new Map() })
    }
    return changed.size + gone.length
  }

  #forget(read: Map<string, EntryRead>, entry: string): void {
    for (const [documentId, group] of read.get(entry)?.documents ?? []) this.#counts.remove(documentId, groupKey(group))
    read.delete(entry)
  }

  /** Keys of the groups that a principal may see, as stored and as configured now. */
  #groupsFor(principal: Principal): string[] {
    return this.#counts
      .groups()
      .filter((key) => {
        const { source, audience } = groupFrom(key)
        return maySee(principal, audience) && maySee(principal, this.#parts.audienceOf(source) ?? [])
      })
      .toSorted()
  }

  #build(key: string, groups: readonly string[]): void {
    if (this.#building.has(key)) return
    const version = this.#version
    const { signal } = this.#closing
    const pause = (stop: AbortSignal): Promise<void> => this.#breathe(stop)
    const building = this.#counts
      .of(groups, pause, signal)
      .then((counted) => vocabularyOf(counted, pause, signal))
      .then((vocabulary) => {
        this.#vocabularies.delete(key)
        this.#vocabularies.set(key, { vocabulary, version })
        for (const oldest of this.#vocabularies.keys()) {
          if (this.#vocabularies.size <= mostVocabularies) break
          this.#vocabularies.delete(oldest)
        }
      })
      .catch((err: unknown) => {
        if (!signal.aborted) this.#parts.log.warn({ err }, 'a vocabulary could not be made')
      })
      .finally(() => {
        this.#building.delete(key)
        if (version !== this.#version && !signal.aborted) this.#build(key, groups)
      })
    this.#building.set(key, building)
  }

  /** Others get their turn after each slice, and half of the time. */
  async #breathe(signal: AbortSignal): Promise<void> {
    const tookMs = performance.now() - this.#sliceStartedAt
    if (tookMs < sliceMs) return
    signal.throwIfAborted()
    await nextTick()
    await sleep((tookMs * (1 - shareOfTime)) / shareOfTime, undefined, { signal })
    this.#sliceStartedAt = performance.now()
  }
}

function groupOf({ source, audience }: Document): Group {
  return { source, audience }
}

function groupKey({ source, audience }: Group): string {
  return JSON.stringify([source, ...audience.toSorted()])
}

function groupFrom(key: string): Group {
  const [source = '', ...audience]: string[] = JSON.parse(key)
  return { source, audience }
}
