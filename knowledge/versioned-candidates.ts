import { createHash } from 'node:crypto'
import type { CandidateIndex, RepairProgress, RepairReport, Truth, WrittenEntries } from './candidate-index.ts'
import type { EntryContent } from './document-store.ts'
import { weighTerms } from './field-weights.ts'
import type { StoredPassage } from './passage.ts'
import { localPrincipal } from './principal.ts'

/** One version of a passage, as an index holds it. */
export interface HeldVersion {
  version: string
  passageId: string
}

/** Where versions of passages are kept side by side, each under a name made from what it says. */
export interface VersionedPassages extends AsyncDisposable {
  /** Each passage by its version; one that is there already is written again. */
  put(passages: ReadonlyMap<string, StoredPassage>, signal: AbortSignal): Promise<void>
  /** Every version of these entries. */
  heldOf(source: string, entries: readonly string[], signal: AbortSignal): Promise<HeldVersion[]>
  /** Those of these versions that are not there. */
  missing(versions: readonly string[], signal: AbortSignal): Promise<string[]>
  drop(versions: readonly string[], signal: AbortSignal): Promise<void>
  /** Everything that was there when it began, some at a time. */
  all(signal: AbortSignal): AsyncIterable<HeldVersion[]>
}

const everybody = { principal: localPrincipal }
const documentsAtOnce = 200
/** A reconciliation that others keep overtaking gives up after so many rounds; the last of them settles the entry. */
const mostRounds = 10

/**
 * The version of a passage: a UUID of everything that decides how and by whom it is found, but for its embedding. Two
 * versions of one passage stand in the index side by side until the older one is dropped, so that a write never spoils
 * how the stored one is found, and two writers never overwrite each other.
 */
export function versionOf(passage: StoredPassage): string {
  const { document } = passage
  const { counts, length } = weighTerms(passage.terms)
  const said = [passage.id, document.id, document.source, document.entry, passage.lang, document.audience.toSorted()]
  const hash = createHash('sha256').update(JSON.stringify([said, length]))
  for (const [term, count] of [...counts].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    hash.update(`\0${term}\0${count}`)
  }
  const bytes = hash.digest().subarray(0, 16)
  // Version 8, for one's own ways of making them (RFC 9562).
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The writing side of a CandidateIndex over passages kept by version. */
export function writingVersions(
  index: VersionedPassages,
): Pick<CandidateIndex, 'put' | 'settle' | 'remove' | 'repair'> {
  return {
    put: (entries, signal) => index.put(versionsOf(entries.flatMap(passagesOf)), signal),
    settle: (entries, truth, signal) => settle(index, entries, truth, signal),
    async remove(source, entries, truth, signal) {
      await reconcile(index, await index.heldOf(source, entries, signal), truth, signal)
    },
    repair: (truth, onProgress, signal) => repair(index, truth, onProgress, signal),
  }
}

function versionsOf(passages: readonly StoredPassage[]): Map<string, StoredPassage> {
  return new Map(passages.map((passage) => [versionOf(passage), passage]))
}

function passagesOf({ documents }: EntryContent): StoredPassage[] {
  return documents.flatMap(({ document, passages }) => passages.map((passage) => ({ ...passage, document })))
}

/**
 * Whoever tidied up after another write of these entries may have taken our versions for leftovers before they were
 * stored, so what is missing is put again; and what seems left over to us may have been put for a write that is
 * stored in this moment.
 */
async function settle(
  index: VersionedPassages,
  { written, overtaken }: WrittenEntries,
  truth: Truth,
  signal: AbortSignal,
): Promise<void> {
  const wanted = versionsOf(lastOfEach(written).flatMap(passagesOf))
  for (const [source, entries] of bySource([...written, ...overtaken])) {
    const held = await index.heldOf(source, entries, signal)
    const there = new Set(held.map(({ version }) => version))
    const lost = [...wanted].filter(([version, { document }]) => document.source === source && !there.has(version))
    if (lost.length > 0) await reconcile(index, lost.map(heldFrom), truth, signal)
    await reconcile(
      index,
      held.filter(({ version }) => !wanted.has(version)),
      truth,
      signal,
    )
  }
}

/** Where a batch holds an entry twice, the later one is what is stored. */
function lastOfEach(entries: readonly EntryContent[]): EntryContent[] {
  return [...new Map(entries.map((content) => [JSON.stringify([content.source, content.entry]), content])).values()]
}

function heldFrom([version, { id }]: [string, StoredPassage]): HeldVersion {
  return { version, passageId: id }
}

function bySource(entries: readonly EntryContent[]): Map<string, string[]> {
  const grouped = new Map<string, string[]>()
  for (const { source, entry } of entries) grouped.set(source, [...(grouped.get(source) ?? []), entry])
  return grouped
}

/**
 * Brings these versions in line with the truth, and with what the truth has become meanwhile.
 * @returns How many were put, and how many dropped.
 */
async function reconcile(
  index: VersionedPassages,
  versions: readonly HeldVersion[],
  truth: Truth,
  signal: AbortSignal,
): Promise<{ added: number; dropped: number }> {
  const done = { added: 0, dropped: 0 }
  if (versions.length === 0) return done
  const ids = [...new Set(versions.map(({ passageId }) => passageId))]
  const disputed = new Set(versions.map(({ version }) => version))
  let before: ReadonlyMap<string, StoredPassage> | undefined
  for (let round = 0; round < mostRounds; round++) {
    const now = versionsOf(await truth.passages.load(ids, everybody, signal))
    if (before !== undefined && sameKeys(before, now)) return done
    const lost = new Set(await index.missing([...now.keys()], signal))
    const revived = new Map([...now].filter(([version]) => lost.has(version)))
    const stale = [...disputed].filter((version) => !now.has(version) && (before === undefined || before.has(version)))
    if (revived.size > 0) await index.put(revived, signal)
    if (stale.length > 0) await index.drop(stale, signal)
    for (const version of now.keys()) disputed.add(version)
    done.added += revived.size
    done.dropped += stale.length
    if (revived.size === 0 && stale.length === 0) return done
    before = now
  }
  return done
}

function sameKeys(one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): boolean {
  return one.size === other.size && [...one.keys()].every((key) => other.has(key))
}

async function repair(
  index: VersionedPassages,
  truth: Truth,
  onProgress: (progress: RepairProgress) => void,
  signal: AbortSignal,
): Promise<RepairReport> {
  const report: RepairReport = { passages: 0, added: 0, dropped: 0 }
  const known = new Set<number>()
  let done = 0
  for await (const { passages, documents, total } of truthByDocuments(truth, signal)) {
    const versions = versionsOf(passages)
    for (const version of versions.keys()) known.add(shortened(version))
    const missing = new Set(await index.missing([...versions.keys()], signal))
    const lost = [...versions].filter(([version]) => missing.has(version)).map(heldFrom)
    report.added += (await reconcile(index, lost, truth, signal)).added
    report.passages += passages.length
    done += documents
    onProgress({ done, total: Math.max(total, done) })
  }
  for await (const some of index.all(signal)) {
    const leftOver = some.filter(({ version }) => !known.has(shortened(version)))
    report.dropped += (await reconcile(index, leftOver, truth, signal)).dropped
  }
  return report
}

/** 52 bits of a version: a million of them take some 40 MB, and two alike only leave a leftover in place. */
function shortened(version: string): number {
  return Number.parseInt(version.replaceAll('-', '').slice(19), 16)
}

async function* truthByDocuments({ documents, passages }: Truth, signal: AbortSignal) {
  const { documents: total } = await documents.counts(signal)
  let cursor: string | undefined
  do {
    const page = await documents.documents({ principal: localPrincipal }, cursor, documentsAtOnce, signal)
    const ids: string[] = []
    for (const { id } of page.documents) {
      for (const passage of await documents.passagesOf(id, localPrincipal, signal)) ids.push(passage.id)
    }
    yield { passages: await passages.load(ids, everybody, signal), documents: page.documents.length, total }
    cursor = page.nextCursor
  } while (cursor !== undefined)
}
