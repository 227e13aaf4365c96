import { OpsError } from '#runtime/errors.ts'
import { chunks } from './chunks.ts'
import {
  type Digest,
  entryDigest,
  feedbackDigest,
  positionDigest,
  turnDigest,
  verificationDigest,
} from './content-digest.ts'
import { DigestTally } from './digest-tally.ts'
import { type Copied, type CopiedRow, type CopyProgress, compareStores, counting } from './store-comparison.ts'

export interface CopyOptions {
  /**
   * What the destination holds otherwise is replaced, and entries that the origin hasn't are removed. Its own turns,
   * feedback and verifications of other documents stay.
   */
  overwrite: boolean
  onProgress: (progress: CopyProgress) => void
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
  return compareStores(from, to, options.onProgress, signal)
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
  const there = new DigestTally()
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
  const there = new DigestTally()
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
