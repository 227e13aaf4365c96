import { OpsError } from '#runtime/errors.ts'
import {
  type Digest,
  documentDigest,
  entryDigest,
  feedbackDigest,
  passageDigest,
  positionDigest,
  stateDigest,
  sumOf,
  turnDigest,
  verificationDigest,
} from './content-digest.ts'
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

export interface CopyOptions {
  /**
   * What the destination holds otherwise is replaced, and entries that the origin hasn't are removed. Its own turns,
   * feedback and verifications of other documents stay.
   */
  overwrite: boolean
  onProgress: (progress: CopyProgress) => void
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
/** Each write waits for a disk; those of different conversations don't have to wait for each other. */
const writesAtOnce = 16

/**
 * Makes the destination hold what the origin does, and reads both again to compare. What is there already is not
 * written again, so a copy that broke off is gone on with by calling it again.
 * @throws {DestinationDiffersError} Before anything is written, when the destination holds something else.
 * @returns A row a kind; it is for the caller to look whether `arrived` and checksums agree, as they do unless somebody
 *   wrote to either side meanwhile.
 */
export async function copyStore(
  from: Copied,
  to: Copied,
  options: CopyOptions,
  signal: AbortSignal,
): Promise<CopiedRow[]> {
  const plan = await planOf(from, to, options, signal)
  await copyEntries(from, to, plan, options, signal)
  await copyVerifications(from, to, options, signal)
  await copyTurns(from, to, options, signal)
  await copyFeedback(from, to, options, signal)
  await copyPositions(from, to, options, signal)
  // Last, because where a sync got to must not be known before what it had stored.
  await copyStates(from, to, options, signal)
  return compare(from, to, options, signal)
}

/** Whether everything arrived. */
export function isWhole(rows: readonly CopiedRow[]): boolean {
  return rows.every(({ origin, arrived, checksum }) => origin === arrived && checksum.origin === checksum.destination)
}

/** The destination holds what the origin doesn't, and nobody said that it may be replaced. */
export class DestinationDiffersError extends OpsError {
  override readonly name = 'DestinationDiffersError'
  readonly code = 'destination_differs'
  readonly retryable = false
  readonly userMessage: string
  constructor(differences: readonly string[]) {
    super(`The destination holds something else: ${differences.join(', ')}`)
    this.userMessage = `The destination is not empty and holds something else: ${differences.join(', ')}. Nothing was written. Empty it, or say --overwrite to replace that.`
  }
}

/** By source, the names of entries. */
type Named = Map<string, string[]>

interface Plan {
  write: Named
  remove: Named
}

async function planOf(from: Copied, to: Copied, { overwrite }: CopyOptions, signal: AbortSignal): Promise<Plan> {
  const plan: Plan = { write: new Map(), remove: new Map() }
  let otherwise = 0
  for (const source of await sourcesOf([from, to], signal)) {
    const wanted = await from.documents.revisions(source, signal)
    const held = await to.documents.revisions(source, signal)
    const write = [...wanted].flatMap(([entry, revision]) => (held.get(entry) === revision ? [] : [entry]))
    const same = [...wanted.keys()].filter((entry) => held.get(entry) === wanted.get(entry))
    const spoilt = overwrite ? await differing(from, to, source, same, signal) : []
    plan.write.set(source, [...write, ...spoilt].toSorted())
    const gone = [...held.keys()].filter((entry) => !wanted.has(entry))
    plan.remove.set(source, gone)
    otherwise += gone.length + write.filter((entry) => held.has(entry)).length
  }
  if (overwrite) return plan
  const verified = await otherwiseVerified(from, to, signal)
  const differences = [
    ...(otherwise === 0 ? [] : [`${otherwise} entries`]),
    ...(verified === 0 ? [] : [`${verified} verifications`]),
  ]
  if (differences.length > 0) throw new DestinationDiffersError(differences)
  return plan
}

async function sourcesOf(stores: readonly Copied[], signal: AbortSignal): Promise<string[]> {
  const sources = await Promise.all(stores.map(({ documents }) => documents.sources(signal)))
  return [...new Set(sources.flat())].toSorted()
}

async function differing(
  from: Copied,
  to: Copied,
  source: string,
  entries: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const found: string[] = []
  for (const some of chunks(entries, entriesAtOnce)) {
    const there = new Map(
      (await to.contents.entries(source, some, signal)).map((content) => [content.entry, entryDigest(content)]),
    )
    for (const content of await from.contents.entries(source, some, signal)) {
      if (there.get(content.entry) !== entryDigest(content)) found.push(content.entry)
    }
  }
  return found
}

async function otherwiseVerified(from: Copied, to: Copied, signal: AbortSignal): Promise<number> {
  const wanted = new Map<string, Digest>()
  for await (const verification of from.contents.verifications(signal)) {
    wanted.set(verification.documentId, verificationDigest(verification))
  }
  let otherwise = 0
  for await (const verification of to.contents.verifications(signal)) {
    const digest = wanted.get(verification.documentId)
    if (digest !== undefined && digest !== verificationDigest(verification)) otherwise += 1
  }
  return otherwise
}

async function copyEntries(
  from: Copied,
  to: Copied,
  plan: Plan,
  { onProgress }: CopyOptions,
  signal: AbortSignal,
): Promise<void> {
  const total = [...plan.write.values()].reduce((sum, entries) => sum + entries.length, 0)
  let done = 0
  for (const [source, entries] of plan.write) {
    for (const some of chunks(entries, entriesAtOnce)) {
      await to.documents.replaceEntries(await from.contents.entries(source, some, signal), signal)
      done += some.length
      onProgress({ doing: 'copying', kind: 'entries', done, total })
    }
  }
  for (const [source, entries] of plan.remove) {
    if (entries.length > 0) await to.documents.removeEntries(source, entries, signal)
  }
}

async function copyVerifications(from: Copied, to: Copied, { onProgress }: CopyOptions, signal: AbortSignal) {
  const there = new Map<string, Digest>()
  for await (const verification of to.contents.verifications(signal)) {
    there.set(verification.documentId, verificationDigest(verification))
  }
  const progress = counting((done) => onProgress({ doing: 'copying', kind: 'verifications', done }))
  await inGroups(
    from.contents.verifications(signal),
    ({ documentId }) => documentId,
    async (verification) => {
      if (there.get(verification.documentId) !== verificationDigest(verification)) {
        await to.documents.verify(verification, signal)
      }
      progress()
    },
  )
}

async function copyTurns(from: Copied, to: Copied, { onProgress }: CopyOptions, signal: AbortSignal): Promise<void> {
  const there = new Map<string, Digest>()
  for await (const turn of to.contents.turns(signal)) there.set(turn.traceId, turnDigest(turn))
  const progress = counting((done) => onProgress({ doing: 'copying', kind: 'turns', done }))
  await inGroups(
    from.contents.turns(signal),
    ({ conversationId }) => conversationId,
    async (turn) => {
      const held = there.get(turn.traceId)
      if (held === undefined) await to.conversations.addTurn(turn, signal)
      // The answer is all that ever changes of a turn.
      else if (held !== turnDigest(turn)) await to.conversations.reviseAnswer(turn.traceId, turn.answer, signal)
      progress()
    },
  )
}

async function copyFeedback(from: Copied, to: Copied, { onProgress }: CopyOptions, signal: AbortSignal): Promise<void> {
  const there = new Tally()
  for await (const feedback of to.contents.feedback(signal)) there.add(feedbackDigest(feedback))
  const progress = counting((done) => onProgress({ doing: 'copying', kind: 'feedback', done }))
  await inGroups(
    from.contents.feedback(signal),
    ({ traceId }) => traceId,
    async (feedback) => {
      if (!there.take(feedbackDigest(feedback))) await to.conversations.addFeedback(feedback, signal)
      progress()
    },
  )
}

async function copyPositions(from: Copied, to: Copied, { onProgress }: CopyOptions, signal: AbortSignal) {
  const there = new Tally()
  for await (const position of to.contents.positions(signal)) there.add(positionDigest(position))
  const progress = counting((done) => onProgress({ doing: 'copying', kind: 'positions', done }))
  await inGroups(
    from.contents.positions(signal),
    ({ conversationId }) => conversationId,
    async (position) => {
      if (!there.take(positionDigest(position))) await to.conversations.savePosition(position, signal)
      progress()
    },
  )
}

async function copyStates(from: Copied, to: Copied, { onProgress }: CopyOptions, signal: AbortSignal): Promise<void> {
  const progress = counting((done) => onProgress({ doing: 'copying', kind: 'source states', done }))
  for (const source of await from.documents.sources(signal)) {
    const state = await from.documents.sourceState(source, signal)
    if (state !== undefined) await to.documents.saveSourceState(state, signal)
    progress()
  }
}

/** Everything of both sides, read again. */
async function compare(
  from: Copied,
  to: Copied,
  { onProgress }: CopyOptions,
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

function tallyOf(kind: CopiedKind): Tally {
  return new Tally(mirrored.has(kind) ? 'sum' : 'each')
}

/** How many digests were seen, and where wanted how often each. */
class Tally {
  count = 0
  #sum: Digest = 0n
  readonly #keeping: 'sum' | 'each'
  readonly #seen = new Map<Digest, number>()

  constructor(keeping: 'sum' | 'each' = 'each') {
    this.#keeping = keeping
  }

  get checksum(): string {
    return this.#sum.toString(16).padStart(32, '0')
  }

  add(digest: Digest, times = 1): void {
    if (times === 0) return
    this.count += times
    this.#sum = sumOf([this.#sum, digest * BigInt(times)])
    if (this.#keeping === 'each') this.#seen.set(digest, (this.#seen.get(digest) ?? 0) + times)
  }

  /** @returns Whether it was there; it counts once less then. */
  take(digest: Digest): boolean {
    const times = this.#seen.get(digest) ?? 0
    this.#seen.set(digest, Math.max(0, times - 1))
    return times > 0
  }

  /** What of this is in the other, too; of sums, all of the other. */
  in(other: Tally): Tally {
    if (this.#keeping === 'sum') return other
    const both = new Tally()
    for (const [digest, times] of this.#seen) both.add(digest, Math.min(times, other.#seen.get(digest) ?? 0))
    return both
  }
}

/** Some at a time; those of one group one after the other, in order. */
async function inGroups<Each>(
  all: AsyncIterable<Each>,
  groupOf: (each: Each) => string,
  work: (each: Each) => Promise<void>,
): Promise<void> {
  let waiting: Each[] = []
  const run = async () => {
    const groups = Map.groupBy(waiting, groupOf)
    waiting = []
    await Promise.all(
      [...groups.values()].map(async (group) => {
        for (const each of group) await work(each)
      }),
    )
  }
  for await (const each of all) {
    waiting.push(each)
    if (waiting.length >= writesAtOnce) await run()
  }
  await run()
}

function counting(tell: (done: number) => void): () => void {
  let done = 0
  return () => tell(++done)
}

function* chunks<Each>(all: readonly Each[], size: number): Generator<Each[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size)
}
