import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { FakeNotion } from './notion.fake.ts'
import {
  nothingKnown,
  ongoing,
  pageAt,
  pathsOf,
  sourceOn,
  storedAfter,
  syncOnce,
  textOf,
  today,
} from './notion-setup.fake.ts'
import { paragraph } from './notion-workspace.fake.ts'

describe('a survey', () => {
  it('costs a call for every hundred pages when nothing changed', async () => {
    await using notion = await FakeNotion.start()
    const { dataSourceId } = notion.workspace.addDatabase({ title: 'Services' })
    for (let n = 0; n < 250; n++) {
      notion.workspace.addPage({ title: `Page ${n}`, ...(n % 5 === 0 ? { in: dataSourceId } : {}) })
    }
    const first = await sourceOn(notion).survey(nothingKnown, ongoing)
    expect(first.changed).toHaveLength(250)
    const source = sourceOn(notion)
    const again = await source.survey(storedAfter(first), ongoing)
    expect(again).toMatchObject({ changed: [], unchanged: 250, gone: [], cursor: first.cursor })
    expect(source.apiCalls).toBe(3)
  })

  it('finds pages that search does not know: rows, and what hangs below pages that it does', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const { dataSourceId } = workspace.addDatabase({ title: 'Incidents' })
    const home = workspace.addPage({ title: 'Home' })
    const hidden = [
      workspace.addPage({ title: 'Outage', in: dataSourceId }),
      workspace.addPage({ title: 'Child', in: home }),
    ]
    for (const id of hidden) workspace.notInSearch.add(id)
    const source = sourceOn(notion)
    const { survey, entries, known } = await syncOnce(source)
    expect(pathsOf(entries)).toEqual(['Home', 'Incidents/Outage'])
    expect(pageAt(entries, 'Home').leadsTo).toEqual([hidden[1]])
    const more = await source.surveyEntries?.([hidden[1] ?? ''], known, ongoing)
    expect(more?.changed.map(({ entry }) => entry)).toEqual([hidden[1]])
    const child = await source.read(more?.changed[0] ?? { entry: '', revision: '' }, ongoing)
    expect(child).toMatchObject({ path: 'Home/Child' })
    const all = storedAfter({ ...survey, changed: [...survey.changed, ...(more?.changed ?? [])] })
    const again = await sourceOn(notion).survey(all, ongoing)
    expect(again).toMatchObject({ changed: [], unchanged: 3, gone: [] })
  })

  it('finds databases that only stand on a page, with their rows', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const home = workspace.addPage({ title: 'Home' })
    const { dataSourceId } = workspace.addDatabase({ title: 'Hosts', in: home })
    const row = workspace.addPage({ title: 'web-1', in: dataSourceId })
    for (const id of [dataSourceId, row]) workspace.notInSearch.add(id)
    const source = sourceOn(notion)
    const { entries, known } = await syncOnce(source)
    expect(pageAt(entries, 'Home').leadsTo).toEqual([row])
    const calls = source.apiCalls
    const more = await source.surveyEntries?.([row], known, ongoing)
    expect(more?.changed.map(({ entry }) => entry)).toEqual([row])
    // Its query has just listed the row.
    expect(source.apiCalls).toBe(calls)
    expect(await source.read(more?.changed[0] ?? { entry: '', revision: '' }, ongoing)).toMatchObject({
      path: 'Home/Hosts/web-1',
    })
  })

  it('gets past the ten thousandth row', async () => {
    await using notion = await FakeNotion.start({ resultLimit: 300 })
    const { workspace } = notion
    const { dataSourceId } = workspace.addDatabase({ title: 'Log' })
    for (let n = 0; n < 1000; n++) {
      const id = workspace.addPage({ title: `Row ${n}`, in: dataSourceId, createdAt: new Date(1.7e12 + n * 20_000) })
      workspace.notInSearch.add(id)
    }
    expect((await sourceOn(notion).survey(nothingKnown, ongoing)).changed).toHaveLength(1000)
  })

  it('takes nothing for gone where search stops before the end', async () => {
    await using notion = await FakeNotion.start({ resultLimit: 100 })
    const { workspace } = notion
    const ids = Array.from({ length: 400 }, (_, n) =>
      workspace.addPage({ title: `Page ${n}`, at: new Date(1.7e12 + n * 60_000) }),
    )
    const revisions = new Map(ids.map((id) => [id, 'old']))
    workspace.page(ids[200] ?? '').trashed = true
    const survey = await sourceOn(notion).survey({ revisions, failed: new Set() }, ongoing)
    expect(survey.gone).toEqual([ids[200]])
    expect(survey.warnings?.join()).toContain('10,000')
  })

  it('says what was deleted, unshared or put below something that was', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const [kept = '', deleted = '', unshared = ''] = ['Kept', 'Deleted', 'Unshared'].map((title) =>
      workspace.addPage({ title }),
    )
    const below = [deleted, unshared].map((place) => workspace.addPage({ title: 'Below', in: place }))
    const { known } = await syncOnce(sourceOn(notion))
    workspace.page(deleted).trashed = true
    workspace.unshared.add(unshared)
    const survey = await sourceOn(notion).survey(known, ongoing)
    expect(survey.gone.toSorted()).toEqual([deleted, unshared, ...below].toSorted())
    expect(survey).toMatchObject({ changed: [], unchanged: 1 })
    expect(known.revisions.has(kept)).toBe(true)
  })

  it('takes what lies below something in the trash for gone, even if it does not say so itself', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const home = workspace.addPage({ title: 'Home' })
    const page = workspace.addPage({ title: 'Page', in: home })
    const { known } = await syncOnce(sourceOn(notion))
    workspace.page(home).trashed = true
    workspace.trashIsDeep = false
    const survey = await sourceOn(notion).survey(known, ongoing)
    expect(survey.gone.toSorted()).toEqual([home, page].toSorted())
    expect(await sourceOn(notion).read({ entry: page, revision: '' }, ongoing)).toBe('gone')
  })

  it('keeps what search only forgot', async () => {
    await using notion = await FakeNotion.start()
    const id = notion.workspace.addPage({ title: 'Page' })
    notion.workspace.addPage({ title: 'Other' })
    const { known } = await syncOnce(sourceOn(notion))
    notion.workspace.notInSearch.add(id)
    expect(await sourceOn(notion).survey(known, ongoing)).toMatchObject({ changed: [], unchanged: 2, gone: [] })
  })

  it('lets go of the last page that was shared, and says that none is', async () => {
    await using notion = await FakeNotion.start()
    const id = notion.workspace.addPage({ title: 'Page' })
    const { known } = await syncOnce(sourceOn(notion))
    notion.workspace.unshared.add(id)
    const survey = await sourceOn(notion).survey(known, ongoing)
    expect(survey.gone).toEqual([id])
    expect(survey.warnings).toEqual([expect.stringContaining('No page is shared')])
  })

  it('keeps the identity of a page that was moved or renamed, and follows its path', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const [team, archive] = [workspace.addPage({ title: 'Team' }), workspace.addPage({ title: 'Archive' })]
    const page = workspace.addPage({ title: 'Redis', in: team })
    const below = workspace.addPage({ title: 'Failover', in: page })
    const { entries, known } = await syncOnce(sourceOn(notion))
    expect(entries.get(below)?.path).toBe('Team/Redis/Failover')
    workspace.move(page, archive, new Date('2025-01-01T00:00:00Z'))
    workspace.page(archive).title = 'Old'
    const next = await syncOnce(sourceOn(notion), known)
    expect(next.survey.gone).toEqual([])
    expect([...next.entries.keys()].toSorted()).toEqual([archive, page, below].toSorted())
    expect(next.entries.get(below)?.path).toBe('Old/Redis/Failover')
  })

  it('reads a page again whose minute was not over, and only that', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const clock = fixedClock(today)
    workspace.addPage({ title: 'Settled', at: new Date('2025-06-01T11:50:00Z') })
    const page = workspace.addPage({ title: 'Fresh', blocks: [paragraph('one')], at: new Date('2025-06-01T11:59:40Z') })
    const first = await syncOnce(sourceOn(notion, { clock }))
    // In the same minute, so that Notion's time for it stays the same.
    workspace.setBlocks(page, [paragraph('two')], new Date('2025-06-01T11:59:55Z'))
    clock.advance(600_000)
    const second = await syncOnce(sourceOn(notion, { clock }), first.known)
    expect([...second.entries.values()].map(textOf)).toEqual(['two\n'])
    const third = await sourceOn(notion, { clock }).survey(second.known, ongoing)
    expect(third).toMatchObject({ changed: [], unchanged: 2 })
  })

  it('walks through the data sources again after a day', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const clock = fixedClock(today)
    const { dataSourceId } = workspace.addDatabase({ title: 'Log' })
    const { known } = await syncOnce(sourceOn(notion, { clock }))
    const row = workspace.addPage({ title: 'Row', in: dataSourceId })
    workspace.notInSearch.add(row)
    expect((await sourceOn(notion, { clock }).survey(known, ongoing)).changed).toEqual([])
    clock.advance(25 * 3_600_000)
    const survey = await sourceOn(notion, { clock }).survey(known, ongoing)
    expect(survey.changed.map(({ entry }) => entry)).toEqual([row])
  })

  it('passes malformed pages by, and loses none of them', async () => {
    await using notion = await FakeNotion.start()
    const [good, bad] = ['Good', 'Bad'].map((title) => notion.workspace.addPage({ title }))
    const { known } = await syncOnce(sourceOn(notion))
    notion.malformed.add(bad ?? '')
    const source = sourceOn(notion)
    const survey = await source.survey(known, ongoing)
    expect(survey).toMatchObject({ changed: [{ entry: bad }], unchanged: 1, gone: [] })
    const [entry = { entry: '', revision: '' }] = survey.changed
    await expect(source.read(entry, ongoing)).rejects.toMatchObject({ code: 'notion_answer_invalid' })
    expect(known.revisions.has(good ?? '')).toBe(true)
  })

  it('does not go round in circles with a list that never ends', async () => {
    await using notion = await FakeNotion.start()
    const body = { object: 'list', results: [], has_more: true, next_cursor: 'again' }
    notion.fail(/^\/search$/, { kind: 'body', body }, 99)
    const survey = sourceOn(notion).survey(nothingKnown, ongoing)
    await expect(survey).rejects.toMatchObject({ code: 'notion_answer_invalid' })
  })

  it('stops in the middle of a listing', async () => {
    await using notion = await FakeNotion.start()
    for (let n = 0; n < 300; n++) notion.workspace.addPage()
    const stop = new AbortController()
    notion.tempt(() => {
      stop.abort(new Error('enough'))
      return undefined
    })
    await expect(sourceOn(notion).survey(nothingKnown, stop.signal)).rejects.toThrow('enough')
    expect(notion.requests).toHaveLength(1)
  })
})

describe('roots', () => {
  it('keep to what is below them, whichever way they are given', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const company = workspace.addPage({ title: 'Company' })
    const ops = workspace.addPage({ title: 'Ops', in: company })
    workspace.addPage({ title: 'Redis', in: ops })
    workspace.addPage({ title: 'Canteen', in: company })
    const { databaseId, dataSourceId } = workspace.addDatabase({ title: 'Incidents', in: company })
    workspace.addPage({ title: 'Outage', in: dataSourceId })
    const pathsWith = async (...roots: string[]) => pathsOf((await syncOnce(sourceOn(notion, { roots }))).entries)
    expect(await pathsWith(ops)).toEqual(['Ops', 'Ops/Redis'])
    expect(await pathsWith(`https://www.notion.so/acme/Ops-${ops.replaceAll('-', '')}?v=1`)).toEqual([
      'Ops',
      'Ops/Redis',
    ])
    expect(await pathsWith(dataSourceId)).toEqual(['Incidents/Outage'])
    expect(await pathsWith(databaseId, ops.toUpperCase())).toEqual(['Incidents/Outage', 'Ops', 'Ops/Redis'])
  })

  it('that nobody can see fail the survey, which then deletes nothing', async () => {
    await using notion = await FakeNotion.start()
    notion.workspace.addPage({ title: 'Page' })
    const code = 'notion_root_not_found'
    for (const root of ['0123456789abcdef0123456789abcdef', 'no id']) {
      await expect(sourceOn(notion, { roots: [root] }).survey(nothingKnown, ongoing)).rejects.toMatchObject({ code })
    }
    expect(notion.countOf(/^\/search$/)).toBe(2)
  })

  it('that are unshared later take what was below with them, with a warning', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const root = workspace.addPage({ title: 'Ops' })
    const page = workspace.addPage({ title: 'Redis', in: root })
    workspace.addPage({ title: 'Elsewhere' })
    const { known } = await syncOnce(sourceOn(notion, { roots: [root] }))
    workspace.unshared.add(root)
    const survey = await sourceOn(notion, { roots: [root] }).survey(known, ongoing)
    expect(survey.gone.toSorted()).toEqual([root, page].toSorted())
    expect(survey.warnings).toEqual([expect.stringContaining(root)])
  })
})

describe('entries that a webhook names', () => {
  it('cost a call each, and what their paths still need', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const home = workspace.addPage({ title: 'Home' })
    const ids = ['Edited', 'Same', 'Deleted'].map((title) => workspace.addPage({ title, in: home }))
    const { known } = await syncOnce(sourceOn(notion))
    const [edited = '', same = '', deleted = ''] = ids
    workspace.setBlocks(edited, [paragraph('New.')], new Date('2025-01-01T00:00:00Z'))
    workspace.page(deleted).trashed = true
    const added = workspace.addPage({ title: 'Added', in: home })
    const source = sourceOn(notion)
    const survey = await source.surveyEntries?.([edited, same, deleted, added], known, ongoing)
    expect(survey?.changed.map(({ entry }) => entry).toSorted()).toEqual([edited, added].toSorted())
    expect(survey).toMatchObject({ unchanged: 1, gone: [deleted] })
    expect(source.apiCalls).toBe(5)
    const entry = await source.read(survey?.changed[0] ?? { entry: '', revision: '' }, ongoing)
    expect(entry).toMatchObject({ path: 'Home/Edited', content: 'New.\n' })
  })

  it('are nothing when they are no page of ours', async () => {
    await using notion = await FakeNotion.start()
    const root = notion.workspace.addPage({ title: 'Root' })
    const other = notion.workspace.addPage({ title: 'Other' })
    const entries = [other, '00000000-0000-4000-8000-00000000dead', 'nonsense']
    const survey = await sourceOn(notion, { roots: [root] }).surveyEntries?.(entries, nothingKnown, ongoing)
    expect(survey).toMatchObject({ changed: [], unchanged: 0, gone: [] })
  })

  it('may be a data source, whose rows are then compared', async () => {
    await using notion = await FakeNotion.start()
    const { dataSourceId } = notion.workspace.addDatabase({ title: 'Log' })
    const row = notion.workspace.addPage({ title: 'Row', in: dataSourceId })
    const survey = await sourceOn(notion).surveyEntries?.([dataSourceId], nothingKnown, ongoing)
    expect(survey?.changed.map(({ entry }) => entry)).toEqual([row])
  })
})
