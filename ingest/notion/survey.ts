import { inParallel } from '../in-parallel.ts'
import type { Survey, Surveyed, SurveyedEntry } from '../source.ts'
import type { NotionApi } from './api.ts'
import { readCursor, shortHash, writeCursor } from './cursor.ts'
import { addRowsOf, callsAtOnce, Found, retrieveAll, rowsOf, type SurveyParts } from './found.ts'
import { notionId } from './ids.ts'
import { searchDataSources, searchPages } from './listing.ts'
import { Places } from './places.ts'
import { isInTrash, type PageFacts } from './properties.ts'
import { missingRoots, pathOf, rootIds } from './roots.ts'

/** A page as it's read afterwards. */
export interface PlacedPage {
  facts: PageFacts
  path: string
  /** As the survey gave it. */
  revision?: string | undefined
}

export interface NotionSurvey {
  survey: Survey
  /** By entry: those that changed. */
  pages: ReadonlyMap<string, PlacedPage>
  places: Places
  /** Everything that was there, changed or not. */
  present: ReadonlySet<string>
}

/** How often all data sources are queried, to find what search doesn't. Milliseconds. */
const walkEveryMs = 24 * 60 * 60_000
/**
 * Times are whole minutes, rounded: until the minute is over and half of one more, an edit may come that doesn't change the
 * time. Such a page is read again by the next survey.
 */
const unsettledMs = 90_000
/** Where search can't list everything, so many of the others are asked for one by one in each survey. */
const checkedWhenIncomplete = 500

/**
 * Compares all pages with what is stored. Search lists them, a call for every 100, and each listed page carries all that
 * tells whether it changed, so no call is spent on pages that didn't. What search leaves out is looked for by its own id
 * before it counts as gone, and once a day every data source is queried for rows that search doesn't know.
 */
export async function surveyPages(parts: SurveyParts, known: Surveyed, signal: AbortSignal): Promise<NotionSurvey> {
  const { api, clock } = parts
  const now = clock.now()
  // One that is mistyped needs no listing to be told.
  rootIds(parts.roots)
  const scope = shortHash(JSON.stringify([parts.roots.toSorted(), parts.ownerProperties]))
  const before = readCursor(known.cursor, scope)
  const sinceWalkMs = before === undefined ? undefined : now.getTime() - before.walkedAt.getTime()
  const walks = sinceWalkMs === undefined || sinceWalkMs < 0 || sinceWalkMs >= walkEveryMs
  const places = new Places(api, walks ? {} : (before?.places ?? {}))
  const found = new Found(parts, places)
  const listing = await searchPages(api, signal)
  found.add(listing)
  if (walks) await walkDataSources(parts, found, signal)
  const lost = await missingRoots(parts, found, before !== undefined, signal)
  await lookForAbsent({ api, found, complete: listing.complete, now }, known, signal)
  const compared = await compare({ parts, found, known, now }, signal)
  const gone = [...known.revisions.keys()].filter((id) => !compared.present.has(id) && !found.unchecked.has(id))
  const cursor = { version: 1, scope, walkedAt: walks ? now : before?.walkedAt, places: places.learned } as const
  const survey: Survey = {
    changed: compared.changed,
    unchanged: compared.unchanged + found.unchecked.size,
    gone,
    cursor: writeCursor({ ...cursor, walkedAt: cursor.walkedAt ?? now }),
    skipped: [],
    warnings: [...lost, ...warningsOf(found, known)],
  }
  return { survey, pages: compared.pages, present: compared.present, places }
}

/** What is at hand before a few entries are looked at. */
export interface AtHand {
  places: Places
  /** Pages that were listed just now; they needn't be asked for again. */
  fresh: Map<string, PageFacts>
}

/** As `surveyPages`, of a few: those that a webhook named, or that another page leads to. */
export async function surveySome(
  parts: SurveyParts,
  { entries, places, fresh }: AtHand & { entries: readonly string[] },
  known: Pick<Surveyed, 'revisions'>,
  signal: AbortSignal,
): Promise<NotionSurvey> {
  const found = new Found(parts, places)
  const wanted = idsOf(entries)
  for (const id of wanted) {
    const facts = fresh.get(id)
    if (facts !== undefined) found.addFacts(facts)
    fresh.delete(id)
  }
  const unknown = wanted.filter((id) => !found.pages.has(id))
  const others = await retrieveAll(parts.api, found, unknown, signal)
  // A database may have changed as a whole.
  const containers = others.filter((id) => !known.revisions.has(id))
  for (const id of containers) await addRowsOf(parts, found, id, signal)
  const failed = new Set(parts.withComments ? wanted : [])
  const compared = await compare({ parts, found, known: { ...known, failed }, now: parts.clock.now() }, signal)
  const gone = wanted.filter((id) => known.revisions.has(id) && !compared.present.has(id))
  const { changed, unchanged, pages, present } = compared
  return { survey: { changed, unchanged, gone, skipped: [] }, pages, present, places }
}

/** The rows of a database that no survey knew, each of them at hand afterwards. */
export async function rowsBelow(
  parts: SurveyParts,
  { places, fresh }: AtHand,
  databaseId: string,
  signal: AbortSignal,
): Promise<string[]> {
  const found = new Found(parts, places)
  const isThere = await addRowsOf(parts, found, databaseId, signal)
  if (!isThere) places.addHidden(databaseId)
  for (const [id, facts] of found.pages) fresh.set(id, facts)
  return [...found.pages.keys()]
}

function idsOf(entries: readonly string[]): string[] {
  return [...new Set(entries.flatMap((entry) => notionId(entry) ?? []))]
}

async function walkDataSources({ api }: SurveyParts, found: Found, signal: AbortSignal): Promise<void> {
  const { items } = await searchDataSources(api, signal)
  const living = items.filter((each) => !isInTrash(each))
  for (const dataSource of living) found.places.addDataSource(dataSource)
  const query = (id: string) => rowsOf(api, id, signal)
  const rows = inParallel(
    living.map(({ id }) => id),
    callsAtOnce,
    query,
    signal,
  )
  for await (const listing of rows) if (listing !== undefined) found.add(listing)
}

/** Search isn't exhaustive: what it leaves out may only be late. */
async function lookForAbsent(
  { api, found, complete, now }: { api: NotionApi; found: Found; complete: boolean; now: Date },
  known: Surveyed,
  signal: AbortSignal,
): Promise<void> {
  const absent = [...known.revisions.keys()].filter((id) => !found.pages.has(id) && !found.malformed.has(id))
  // Another part of them every hour.
  const hour = Math.floor(now.getTime() / 3_600_000)
  const start = absent.length === 0 ? 0 : (hour * checkedWhenIncomplete) % absent.length
  const turned = [...absent.slice(start), ...absent.slice(0, start)]
  const checked = complete ? absent : turned.slice(0, checkedWhenIncomplete)
  for (const id of turned) if (!complete) found.unchecked.add(id)
  for (const id of checked) found.unchecked.delete(id)
  await retrieveAll(api, found, checked, signal)
}

interface Comparison {
  parts: SurveyParts
  found: Found
  known: Pick<Surveyed, 'revisions' | 'failed'>
  now: Date
}

async function compare({ parts, found, known, now }: Comparison, signal: AbortSignal) {
  const changed: SurveyedEntry[] = []
  const pages = new Map<string, PlacedPage>()
  const present = new Set<string>()
  let unchanged = 0
  for await (const { facts, path } of placed(parts, found, signal)) {
    if (path === undefined) continue
    present.add(facts.id)
    const revision = revisionOf(facts, path, now)
    if (known.revisions.get(facts.id) === revision && !known.failed.has(facts.id)) {
      unchanged++
      continue
    }
    changed.push({ entry: facts.id, revision })
    pages.set(facts.id, { facts, path, revision })
  }
  // What can't be understood is read on its own, so that its failure is told, and what is stored of it stays.
  for (const id of found.malformed) {
    present.add(id)
    changed.push({ entry: id, revision: 'malformed' })
  }
  return { changed, unchanged, pages, present }
}

/** Pages with their paths; without one, it's outside of the roots or below something in the trash. */
async function* placed(
  { roots }: SurveyParts,
  { pages, places }: Found,
  signal: AbortSignal,
): AsyncGenerator<{ facts: PageFacts; path?: string | undefined }> {
  const ids = rootIds(roots)
  for (const facts of pages.values()) {
    const ancestry = await places.ancestry(facts, signal)
    yield { facts, path: ancestry.trashed ? undefined : pathOf(ancestry, ids) }
  }
}

/** Changes with everything that a listed page tells of what we store. */
function revisionOf(facts: PageFacts, path: string, now: Date): string {
  const { editedAt, url, owners, verification } = facts
  const about = shortHash(JSON.stringify([path, url, owners, verification]))
  const ageMs = now.getTime() - editedAt.getTime()
  const unsettled = ageMs < unsettledMs ? `~${now.getTime()}` : ''
  return `${editedAt.toISOString()}.${about}${unsettled}`
}

function warningsOf(found: Found, known: Surveyed): string[] {
  const warnings: string[] = []
  if (found.pages.size === 0) {
    const what = known.revisions.size > 0 ? 'any more' : 'yet'
    warnings.push(
      `No page is shared with the integration ${what}: add it to a page in that page's menu, under Connections.`,
    )
  }
  if (found.truncated) {
    warnings.push(
      'Notion lists 10,000 pages at a time and there are more: what nobody edited lately is found through its parents, and deletions may take longer to be seen.',
    )
  }
  return warnings
}
