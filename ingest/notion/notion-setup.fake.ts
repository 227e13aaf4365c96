import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import type { RawEntry, Source, Survey, Surveyed } from '../source.ts'
import type { FakeNotion } from './notion.fake.ts'
import { type NotionSourceOptions, notionSource } from './notion-source.ts'

export const ongoing = new AbortController().signal
export const nothingKnown: Surveyed = { revisions: new Map(), failed: new Set() }
/** Long after anything that the tests write, so that its times are settled. */
export const today = '2025-06-01T12:00:00Z'

/** A source over the stand-in, as a process that has just started would have it; it never really waits. */
export function sourceOn(notion: FakeNotion, options: Partial<NotionSourceOptions> = {}): Source {
  return notionSource({
    id: 'wiki',
    audience: [],
    token: notion.token,
    baseUrl: notion.baseUrl,
    log: silentLog,
    clock: fixedClock(today),
    sleep: async () => undefined,
    ...options,
  })
}

/** What a store knows after a sync that read everything. */
export function storedAfter(survey: Survey, before: Surveyed = nothingKnown): Surveyed {
  const revisions = new Map(before.revisions)
  for (const { entry, revision } of survey.changed) revisions.set(entry, revision)
  for (const entry of survey.gone) revisions.delete(entry)
  return { revisions, cursor: survey.cursor, failed: new Set() }
}

/** One sync: a survey, and everything that changed read. */
export async function syncOnce(source: Source, known: Surveyed = nothingKnown) {
  const survey = await source.survey(known, ongoing)
  const read = await Promise.all(survey.changed.map((surveyed) => source.read(surveyed, ongoing)))
  const entries = new Map(read.flatMap((entry) => (entry === 'gone' ? [] : [[entry.entry, entry] as const])))
  return { survey, entries, known: storedAfter(survey, known) }
}

/** The one page with this title path. */
export function pageAt(entries: ReadonlyMap<string, RawEntry>, path: string): RawEntry {
  const [found, ...more] = [...entries.values()].filter((entry) => entry.path === path)
  if (found === undefined || more.length > 0) {
    throw new Error(
      `${more.length + (found === undefined ? 0 : 1)} pages are ${path} of ${pathsOf(entries).join(', ')}`,
    )
  }
  return found
}

export function pathsOf(entries: ReadonlyMap<string, RawEntry>): string[] {
  return [...entries.values()].map((entry) => entry.path).toSorted()
}

export function textOf(entry: RawEntry | 'gone'): string {
  return entry === 'gone' || typeof entry.content !== 'string' ? '' : entry.content
}
