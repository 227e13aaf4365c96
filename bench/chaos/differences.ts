import { isDeepStrictEqual } from 'node:util'
import { chunks } from '#knowledge/chunks.ts'
import { documentDigest, passageDigest } from '#knowledge/content-digest.ts'
import type { EntryContent } from '#knowledge/document-store.ts'
import { type IndexedPassage, termFields } from '#knowledge/passage.ts'
import type { Candidate, PassageFilter } from '#knowledge/passage-index.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { type OpenStore, sourceId } from './place.ts'

export interface Compared {
  documents: number
  passages: number
  /** What differs first, for people; absent: nothing does. */
  difference?: string | undefined
}

const entriesAtOnce = 100
const everybody: PassageFilter = { principal: localPrincipal }
/** Sums over the same numbers in another order end in other digits. */
const sameScore = 1e-4

/**
 * Compares what is stored entry by entry, document by document and passage by passage, and then whether every passage
 * is found by its words and by its vector as it is in the other.
 */
export async function compareContents(one: OpenStore, other: OpenStore, signal: AbortSignal): Promise<Compared> {
  const [ours, theirs] = [await entriesOf(one, signal), await entriesOf(other, signal)]
  const documents = [...theirs.values()].flatMap((content) => content.documents)
  const compared = { documents: documents.length, passages: documents.flatMap(({ passages }) => passages).length }
  for (const entry of new Set([...ours.keys(), ...theirs.keys()])) {
    const difference = differenceOf(entry, ours.get(entry), theirs.get(entry))
    if (difference !== undefined) return { ...compared, difference }
  }
  return compared
}

/** @returns What is found otherwise first; undefined: everything is found alike. */
export async function differenceInSearch(
  one: OpenStore,
  other: OpenStore,
  signal: AbortSignal,
): Promise<string | undefined> {
  const passages = await passagesOf(other, signal)
  const all = passages.length + 1
  for (const passage of passages) {
    const terms = termsOf(passage)
    const [byWords, words] = await both(({ store }) => store.index.matching(terms, everybody, all, signal))
    const wrongWords = differenceInList(byWords, words)
    if (wrongWords !== undefined) return `searched by the words of ${nameOf(passage)}: ${wrongWords}`
    const { embedding } = passage
    if (embedding === undefined) return `${nameOf(passage)} has no vector`
    const [byVector, vectors] = await both(({ store }) => store.index.nearest(embedding, everybody, all, signal))
    const wrongVectors = differenceInList(byVector, vectors)
    if (wrongVectors !== undefined) return `searched by the vector of ${nameOf(passage)}: ${wrongVectors}`
  }
  return undefined

  async function both(ask: (store: OpenStore) => Promise<Candidate[]>) {
    return await Promise.all([ask(one), ask(other)])
  }
}

/** @returns The first passage that is stored and not found; undefined: all are. What is found beyond them is no matter. */
export async function lostInSearch(opened: OpenStore, signal: AbortSignal): Promise<string | undefined> {
  const passages = await passagesOf(opened, signal)
  // Some more than there are, since leftovers come first where they fit better.
  const all = passages.length * 2
  for (const passage of passages) {
    const words = await opened.store.index.matching(termsOf(passage), everybody, all, signal)
    if (!words.some(({ passageId }) => passageId === passage.id)) return `${nameOf(passage)} is not found by its words`
    const { embedding } = passage
    const near = embedding === undefined ? [] : await opened.store.index.nearest(embedding, everybody, all, signal)
    if (!near.some(({ passageId }) => passageId === passage.id)) return `${nameOf(passage)} is not found by its vector`
  }
  return undefined
}

async function entriesOf({ store, contents }: OpenStore, signal: AbortSignal): Promise<Map<string, EntryContent>> {
  const names = [...(await store.documents.revisions(sourceId, signal)).keys()].toSorted()
  const found = new Map<string, EntryContent>()
  for (const some of chunks(names, entriesAtOnce))
    for (const content of await contents.entries(sourceId, some, signal)) found.set(content.entry, content)
  return found
}

async function passagesOf(opened: OpenStore, signal: AbortSignal): Promise<IndexedPassage[]> {
  const entries = await entriesOf(opened, signal)
  return [...entries.values()].flatMap(({ documents }) => documents.flatMap(({ passages }) => passages))
}

function differenceOf(entry: string, ours: EntryContent | undefined, theirs: EntryContent | undefined) {
  if (ours === undefined) return `${entry} is missing`
  if (theirs === undefined) return `${entry} is stored and should be gone`
  if (ours.revision !== theirs.revision) return `${entry} is stored as ${ours.revision} instead of ${theirs.revision}`
  if (ours.documents.length !== theirs.documents.length) {
    return `${entry} holds ${ours.documents.length} documents instead of ${theirs.documents.length}`
  }
  for (const [at, wanted] of theirs.documents.entries()) {
    const held = ours.documents[at]
    if (held === undefined) return `${entry} lacks ${wanted.document.id}`
    if (documentDigest(held.document) !== documentDigest(wanted.document)) {
      return `${entry}: ${fieldsThatDiffer(held.document, wanted.document)}`
    }
    if (held.passages.length !== wanted.passages.length) {
      return `${entry} has ${held.passages.length} passages instead of ${wanted.passages.length}`
    }
    for (const [ordinal, passage] of wanted.passages.entries()) {
      const stored = held.passages[ordinal]
      if (stored === undefined || passageDigest(stored) !== passageDigest(passage)) {
        return `${entry}, passage ${ordinal}: ${fieldsThatDiffer(stored ?? {}, passage)}`
      }
    }
  }
  return undefined
}

function fieldsThatDiffer(one: object, other: object): string {
  const [ours, theirs] = [new Map<string, unknown>(Object.entries(one)), new Map(Object.entries(other))]
  const wrong = [...new Set([...ours.keys(), ...theirs.keys()])].filter(
    (name) => !isDeepStrictEqual(ours.get(name), theirs.get(name)),
  )
  return wrong.map((name) => `${name} is ${shown(ours.get(name))} instead of ${shown(theirs.get(name))}`).join('; ')
}

const mostShown = 200

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, mostShown)
}

function differenceInList(found: readonly Candidate[], wanted: readonly Candidate[]): string | undefined {
  const scores = new Map(found.map(({ passageId, score }) => [passageId, score]))
  for (const { passageId, score } of wanted) {
    const ours = scores.get(passageId)
    if (ours === undefined) return `${passageId} is not found`
    if (Math.abs(ours - score) > sameScore * Math.max(1, Math.abs(score))) {
      return `${passageId} scores ${ours} instead of ${score}`
    }
    scores.delete(passageId)
  }
  const [extra] = scores.keys()
  return extra === undefined ? undefined : `${extra} is found and should not be`
}

function termsOf({ terms }: IndexedPassage): string[] {
  return [...new Set(termFields.flatMap((field) => [...terms[field]]))]
}

function nameOf({ documentId, ordinal }: IndexedPassage): string {
  return `${documentId}, passage ${ordinal}`
}
