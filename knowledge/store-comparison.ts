import { chunks } from './chunks.ts'
import {
  type Digest,
  documentDigest,
  entryDigest,
  feedbackDigest,
  passageDigest,
  positionDigest,
  stateDigest,
  turnDigest,
  verificationDigest,
} from './content-digest.ts'
import { DigestTally } from './digest-tally.ts'
import type { EntryContent } from './document-store.ts'
import type { KnowledgeStore } from './store.ts'
import type { StoreContents } from './store-contents.ts'

/** Something to copy from and to: what is written goes through the store, what is read comes from its contents. */
export interface Copied extends Pick<KnowledgeStore, 'documents' | 'conversations'> {
  contents: StoreContents
}

export const copiedKinds = [
  'entries',
  'documents',
  'passages',
  'source states',
  'verifications',
  'turns',
  'feedback',
  'positions',
] as const
export type CopiedKind = (typeof copiedKinds)[number]

export interface CopyProgress {
  doing: 'copying' | 'checking'
  kind: CopiedKind
  done: number
  /** Absent where nobody has counted. */
  total?: number | undefined
}

export interface CopiedRow {
  kind: CopiedKind
  origin: number
  /** How many of them the destination now holds, letter for letter. */
  arrived: number
  /** What the destination holds beyond them. */
  others: number
  /** Over everything of this kind, the same wherever it lies. */
  checksum: { origin: string; destination: string }
}

const entriesAtOnce = 100

/** Whether everything arrived. */
export function isWhole(rows: readonly CopiedRow[]): boolean {
  return rows.every(({ origin, arrived, checksum }) => origin === arrived && checksum.origin === checksum.destination)
}

/** Everything of both sides, read again. */
export async function compareStores(
  from: Copied,
  to: Copied,
  onProgress: (progress: CopyProgress) => void,
  signal: AbortSignal,
): Promise<CopiedRow[]> {
  const tallies = new Map(copiedKinds.map((kind) => [kind, { origin: tallyOf(kind), destination: tallyOf(kind) }]))
  for (const [side, store] of [
    ['origin', from],
    ['destination', to],
  ] as const) {
    for (const kind of copiedKinds) {
      const progress = counting((done) => onProgress({ doing: 'checking', kind, done }))
      for await (const [digestedKind, digest] of digests(kind, store, signal)) {
        tallies.get(digestedKind)?.[side].add(digest)
        if (digestedKind === kind) progress()
      }
    }
  }
  return [...tallies].map(([kind, { origin, destination }]) => {
    const arrived = origin.in(destination)
    return {
      kind,
      origin: origin.count,
      arrived: arrived.count,
      others: destination.count - arrived.count,
      checksum: { origin: origin.checksum, destination: arrived.checksum },
    }
  })
}

/** Documents and passages come along with their entries. */
async function* digests(
  kind: CopiedKind,
  store: Copied,
  signal: AbortSignal,
): AsyncGenerator<readonly [CopiedKind, Digest]> {
  switch (kind) {
    case 'entries':
      for await (const content of entriesOf(store, signal)) {
        yield [kind, entryDigest(content)]
        for (const { document, passages } of content.documents) {
          yield ['documents', documentDigest(document)]
          for (const passage of passages) yield ['passages', passageDigest(passage)]
        }
      }
      break
    case 'documents':
    case 'passages':
      break
    case 'source states':
      for (const source of await store.documents.sources(signal)) {
        const state = await store.documents.sourceState(source, signal)
        if (state !== undefined) yield [kind, stateDigest(state)]
      }
      break
    case 'verifications':
      for await (const each of store.contents.verifications(signal)) yield [kind, verificationDigest(each)]
      break
    case 'turns':
      for await (const each of store.contents.turns(signal)) yield [kind, turnDigest(each)]
      break
    case 'feedback':
      for await (const each of store.contents.feedback(signal)) yield [kind, feedbackDigest(each)]
      break
    case 'positions':
      for await (const each of store.contents.positions(signal)) yield [kind, positionDigest(each)]
      break
  }
}

async function* entriesOf(store: Copied, signal: AbortSignal): AsyncGenerator<EntryContent> {
  for (const source of await store.documents.sources(signal)) {
    const entries = [...(await store.documents.revisions(source, signal)).keys()]
    for (const some of chunks(entries, entriesAtOnce)) yield* await store.contents.entries(source, some, signal)
  }
}

/** Kinds of which the destination holds nothing beyond the origin's, so that sums tell enough of millions of them. */
const mirrored: ReadonlySet<CopiedKind> = new Set(['entries', 'documents', 'passages'])

function tallyOf(kind: CopiedKind): DigestTally {
  return new DigestTally(mirrored.has(kind) ? 'sum' : 'each')
}

/** Tells how many times it was called. */
export function counting(tell: (done: number) => void): () => void {
  let done = 0
  return () => tell(++done)
}
