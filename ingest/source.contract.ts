import { expect, it } from 'vitest'
import { OpsError } from '#runtime/errors.ts'
import type { RawEntry, Source, Survey, Surveyed } from './source.ts'

/** The place that a source reads, as a test changes it. */
export interface SourceHarness extends AsyncDisposable {
  /** A source over the place, as a process that has just started would have it. */
  open(settings?: { audience?: readonly string[] }): Promise<Source>
  /** Creates or changes a document. `at`: when, for places that can be told. */
  write(path: string, content: string, at?: Date): Promise<void>
  remove(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Nothing of the place can be reached any more. */
  takeAway(): Promise<void>
  /** From now on this document can't be read, while it is still listed. */
  breakEntry?(path: string): Promise<void>
  /** From now on this document can be read again. */
  mendEntry?(path: string): Promise<void>
}

/** What not every source can do. */
export interface SourceAbilities {
  /** Knows when each line last changed. */
  datesLines: boolean
  /** Reads owners from a CODEOWNERS file. */
  readsCodeowners: boolean
}

const ongoing = new AbortController().signal
const nothingKnown: Surveyed = { revisions: new Map(), failed: new Set() }

/** What it means to be a Source. */
export function sourceContract(begin: () => Promise<SourceHarness>, abilities: SourceAbilities): void {
  it('lists every document the first time, and reads it', async () => {
    await using place = await begin()
    await place.write('README.md', '# Hello\n')
    await place.write('runbooks/redis.md', '# Redis\n\nフェイルオーバー\n')
    await using source = await place.open()
    const survey = await source.survey(nothingKnown, ongoing)
    expect(names(survey)).toEqual(['README.md', 'runbooks/redis.md'])
    expect(survey).toMatchObject({ unchanged: 0, gone: [] })
    const entry = await readOf(source, survey, 'runbooks/redis.md')
    expect(textOf(entry)).toBe('# Redis\n\nフェイルオーバー\n')
    expect(entry).toMatchObject({ entry: 'runbooks/redis.md', path: 'runbooks/redis.md' })
    expect(URL.canParse(entry.url)).toBe(true)
    expect(entry.editedAt.getTime()).toBeGreaterThan(0)
  })

  it('finds nothing to do when nothing changed, also after a restart', async () => {
    await using place = await begin()
    await place.write('a.md', 'A\n')
    await place.write('b.md', 'B\n')
    const known = after(await surveyOnce(place, nothingKnown))
    const again = await surveyOnce(place, known)
    expect(again).toMatchObject({ changed: [], unchanged: 2, gone: [] })
    expect(again.cursor).toBe(known.cursor)
  })

  it('finds just the document that was edited', async () => {
    await using place = await begin()
    await place.write('a.md', 'A\n', new Date('2024-01-01T00:00:00Z'))
    await place.write('b.md', 'B\n', new Date('2024-01-01T00:00:00Z'))
    const known = after(await surveyOnce(place, nothingKnown))
    await place.write('b.md', 'Better\n', new Date('2024-06-01T00:00:00Z'))
    await using source = await place.open()
    const survey = await source.survey(known, ongoing)
    expect(survey).toMatchObject({ unchanged: 1, gone: [] })
    expect(names(survey)).toEqual(['b.md'])
    expect(textOf(await readOf(source, survey, 'b.md'))).toBe('Better\n')
  })

  it('notices an edit that leaves the length as it was', async () => {
    await using place = await begin()
    await place.write('a.md', 'page bob\n')
    const known = after(await surveyOnce(place, nothingKnown))
    await place.write('a.md', 'page eve\n')
    expect(names(await surveyOnce(place, known))).toEqual(['a.md'])
  })

  it('finds a document that was added', async () => {
    await using place = await begin()
    await place.write('a.md', 'A\n')
    const known = after(await surveyOnce(place, nothingKnown))
    await place.write('new.md', 'New\n')
    const survey = await surveyOnce(place, known)
    expect(names(survey)).toEqual(['new.md'])
    expect(survey).toMatchObject({ unchanged: 1, gone: [] })
  })

  it('says what is gone', async () => {
    await using place = await begin()
    await place.write('a.md', 'A\n')
    await place.write('b.md', 'B\n')
    const known = after(await surveyOnce(place, nothingKnown))
    await place.remove('a.md')
    expect(await surveyOnce(place, known)).toMatchObject({ changed: [], unchanged: 1, gone: ['a.md'] })
  })

  it('takes a renamed document for one gone and one new', async () => {
    await using place = await begin()
    await place.write('old.md', 'The same words.\n')
    const known = after(await surveyOnce(place, nothingKnown))
    await place.rename('old.md', 'new.md')
    await using source = await place.open()
    const survey = await source.survey(known, ongoing)
    expect(survey.gone).toEqual(['old.md'])
    expect(names(survey)).toEqual(['new.md'])
    expect(textOf(await readOf(source, survey, 'new.md'))).toBe('The same words.\n')
  })

  it('lists again what failed, and what we hold in an outdated form', async () => {
    await using place = await begin()
    for (const name of ['failed', 'fine', 'outdated']) await place.write(`${name}.md`, `${name}\n`)
    const known = after(await surveyOnce(place, nothingKnown))
    const failed = await surveyOnce(place, { ...known, failed: new Set(['failed.md']) })
    expect(names(failed)).toEqual(['failed.md'])
    const revisions = new Map([...known.revisions, ['outdated.md', ''] as const])
    expect(names(await surveyOnce(place, { revisions, failed: new Set() }))).toEqual(['outdated.md'])
  })

  it('does the rest after a sync that was cut off half-way', async () => {
    await using place = await begin()
    for (const name of ['a', 'b', 'c']) await place.write(`${name}.md`, `${name}\n`)
    const whole = await surveyOnce(place, nothingKnown)
    const half = whole.changed.slice(0, 1)
    const revisions = new Map(half.map(({ entry, revision }) => [entry, revision]))
    const survey = await surveyOnce(place, { revisions, failed: new Set() })
    expect(names(survey)).toEqual(
      whole.changed
        .slice(1)
        .map(({ entry }) => entry)
        .toSorted(),
    )
    expect(survey).toMatchObject({ unchanged: 1, gone: [] })
  })

  it('reads what another process has surveyed, also where it knows of an earlier state', async () => {
    await using place = await begin()
    await place.write('a.md', 'A\n', new Date('2024-01-01T00:00:00Z'))
    await using reader = await place.open()
    await using newcomer = await place.open()
    const before = after(await reader.survey(nothingKnown, ongoing))
    await place.write('a.md', 'Better\n', new Date('2024-06-01T00:00:00Z'))
    await place.write('b.md', 'B\n', new Date('2024-06-01T00:00:00Z'))
    await using surveyor = await place.open()
    const survey = await surveyor.survey(before, ongoing)
    const expected = await readOf(surveyor, survey, 'a.md')
    for (const source of [reader, newcomer]) {
      const entry = await readOf(source, survey, 'a.md')
      expect(textOf(entry)).toBe('Better\n')
      expect(entry).toMatchObject({ path: expected.path, url: expected.url, editedAt: expected.editedAt })
      expect(textOf(await readOf(source, survey, 'b.md'))).toBe('B\n')
    }
  })

  it('says so when a document went between survey and reading', async () => {
    await using place = await begin()
    await place.write('a.md', 'A\n')
    await place.write('b.md', 'B\n')
    await using source = await place.open()
    const survey = await source.survey(nothingKnown, ongoing)
    await place.remove('a.md')
    const [entry] = survey.changed.filter((surveyed) => surveyed.entry === 'a.md')
    if (entry === undefined) throw new Error('the survey has no a.md')
    // A source that reads from a snapshot may still have it.
    const read = await source.read(entry, ongoing)
    expect(read === 'gone' ? 'A\n' : textOf(read)).toBe('A\n')
    expect(textOf(await readOf(source, survey, 'b.md'))).toBe('B\n')
  })

  it('never reports anything gone when it cannot be reached', async () => {
    await using place = await begin()
    await place.write('a.md', 'A\n')
    const known = after(await surveyOnce(place, nothingKnown))
    await place.takeAway()
    await using source = await place.open()
    const failed = await source.survey(known, ongoing).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(OpsError)
  })

  it('stops when it is told to', async () => {
    await using place = await begin()
    await place.write('a.md', 'A\n')
    await using source = await place.open()
    const survey = await source.survey(nothingKnown, ongoing)
    const stopped = AbortSignal.abort(new Error('shutting down'))
    await expect(source.survey(nothingKnown, stopped)).rejects.toThrow('shutting down')
    const [entry] = survey.changed
    if (entry === undefined) throw new Error('the survey is empty')
    await expect(source.read(entry, stopped)).rejects.toThrow('shutting down')
  })

  it('carries the audience that it was set up with', async () => {
    await using place = await begin()
    await using closed = await place.open({ audience: ['sre', 'dba'] })
    expect(closed.audience).toEqual(['sre', 'dba'])
    await using open = await place.open()
    expect(open.audience).toEqual([])
  })

  it('keeps to one document what goes wrong with it', async ({ skip }) => {
    await using place = await begin()
    await place.write('good.md', 'good\n')
    await place.write('bad.md', 'bad\n')
    if (place.breakEntry === undefined) return skip('the place cannot be made to fail for one document')
    await place.breakEntry('bad.md')
    await using source = await place.open()
    const survey = await source.survey(nothingKnown, ongoing)
    expect(names(survey)).toEqual(['bad.md', 'good.md'])
    await expect(readOf(source, survey, 'bad.md')).rejects.toBeInstanceOf(OpsError)
    expect(textOf(await readOf(source, survey, 'good.md'))).toBe('good\n')
    await place.mendEntry?.('bad.md')
    const known = after(survey)
    const retry = await source.survey({ ...known, failed: new Set(['bad.md']) }, ongoing)
    expect(textOf(await readOf(source, retry, 'bad.md'))).toBe('bad\n')
  })

  it.runIf(abilities.readsCodeowners)('knows the owners, and notices when they change', async () => {
    await using place = await begin()
    await place.write('CODEOWNERS', '* @acme/everybody\n/db/ @acme/dba bob@acme.example\n')
    await place.write('db/redis.md', 'Redis\n')
    await place.write('other.md', 'Other\n')
    await using source = await place.open()
    const survey = await source.survey(nothingKnown, ongoing)
    expect((await readOf(source, survey, 'db/redis.md')).owners).toEqual(['@acme/dba', 'bob@acme.example'])
    expect((await readOf(source, survey, 'other.md')).owners).toEqual(['@acme/everybody'])
    await place.write('CODEOWNERS', '* @acme/everybody\n/db/ @acme/storage\n')
    const next = await source.survey(after(survey), ongoing)
    expect(names(next)).toEqual(['db/redis.md'])
    expect((await readOf(source, next, 'db/redis.md')).owners).toEqual(['@acme/storage'])
  })

  it.runIf(abilities.datesLines)('dates each line by its own last change', async () => {
    await using place = await begin()
    const [first, second] = [new Date('2023-02-03T04:05:06Z'), new Date('2025-06-07T08:09:10Z')]
    await place.write('a.md', 'one\ntwo\nthree\n', first)
    await place.write('untouched.md', 'one\n', first)
    await place.write('a.md', 'one\nTWO\nthree\n', second)
    await using source = await place.open()
    const survey = await source.survey(nothingKnown, ongoing)
    const entry = await readOf(source, survey, 'a.md')
    expect([1, 2, 3, 99].map((line) => entry.lineDates?.at(line))).toEqual([first, second, first, second])
    expect(entry.editedAt).toEqual(second)
    expect((await readOf(source, survey, 'untouched.md')).editedAt).toEqual(first)
  })

  it.runIf(abilities.datesLines)('keeps the dates of a document that was only renamed', async () => {
    await using place = await begin()
    const [first, second] = [new Date('2023-02-03T04:05:06Z'), new Date('2025-06-07T08:09:10Z')]
    await place.write('old.md', 'one\ntwo\nthree\n', first)
    await place.write('other.md', 'other\n', second)
    await place.rename('old.md', 'moved/new.md')
    await using source = await place.open()
    const survey = await source.survey(nothingKnown, ongoing)
    const entry = await readOf(source, survey, 'moved/new.md')
    expect(entry.editedAt).toEqual(first)
    expect(entry.lineDates?.at(2) ?? entry.editedAt).toEqual(first)
  })
}

/** What a store would know after a sync that read everything. */
function after(survey: Survey, before: Surveyed = nothingKnown): Surveyed {
  const revisions = new Map(before.revisions)
  for (const { entry, revision } of survey.changed) revisions.set(entry, revision)
  for (const entry of survey.gone) revisions.delete(entry)
  return { revisions, cursor: survey.cursor, failed: new Set() }
}

async function surveyOnce(place: SourceHarness, known: Surveyed): Promise<Survey> {
  await using source = await place.open()
  return await source.survey(known, ongoing)
}

async function readOf(source: Source, survey: Survey, name: string): Promise<RawEntry> {
  const surveyed = survey.changed.find(({ entry }) => entry === name)
  if (surveyed === undefined) throw new Error(`the survey does not list ${name}`)
  const entry = await source.read(surveyed, ongoing)
  if (entry === 'gone') throw new Error(`${name} is gone`)
  return entry
}

function names(survey: Survey): string[] {
  return survey.changed.map(({ entry }) => entry).toSorted()
}

function textOf(entry: RawEntry): string {
  return typeof entry.content === 'string' ? entry.content : new TextDecoder().decode(entry.content)
}
