import { silentLog } from '#runtime/log.ts'
import type { RawEntry, Source, Survey, Surveyed } from '../source.ts'
import type { FakeGithub } from './github.fake.ts'
import { type GithubSourceOptions, githubSource } from './github-source.ts'

export const token = 'ghp_nightdesk'
export const ongoing = new AbortController().signal
export const nothingKnown: Surveyed = { revisions: new Map(), failed: new Set() }

/** A source over the stand-in, as a process that has just started would have it; it never really waits. */
export function sourceOn(github: FakeGithub, options: Partial<GithubSourceOptions> = {}): Source {
  return githubSource({
    id: 'runbooks',
    owner: github.owner,
    repo: github.repo,
    labels: [],
    audience: [],
    token,
    apiUrl: github.apiUrl,
    log: silentLog,
    sleep: async () => undefined,
    ...options,
  })
}

/** What a store knows after a sync that read everything. */
export function after(survey: Survey, before: Surveyed = nothingKnown): Surveyed {
  const revisions = new Map(before.revisions)
  for (const { entry, revision } of survey.changed) revisions.set(entry, revision)
  for (const entry of survey.gone) revisions.delete(entry)
  return { revisions, cursor: survey.cursor, failed: new Set() }
}

export async function readAll(source: Source, survey: Survey, signal = ongoing): Promise<Map<string, RawEntry>> {
  const read = await Promise.all(survey.changed.map((surveyed) => source.read(surveyed, signal)))
  return new Map(read.flatMap((entry) => (entry === 'gone' ? [] : [[entry.entry, entry] as const])))
}

/** One sync: a survey, and everything that changed read. */
export async function syncOnce(source: Source, known: Surveyed) {
  const survey = await source.survey(known, ongoing)
  const entries = await readAll(source, survey)
  return { survey, entries, known: after(survey, known) }
}

export function names(survey: Survey): string[] {
  return survey.changed.map(({ entry }) => entry).toSorted()
}

export function textOf(entry: RawEntry | undefined): string {
  if (entry === undefined) return ''
  return typeof entry.content === 'string' ? entry.content : new TextDecoder().decode(entry.content)
}
