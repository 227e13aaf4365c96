import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { prepareEntry } from '../index-entry.ts'
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
import { paragraph, rich, textBlock } from './notion-workspace.fake.ts'

const people = (...ids: string[]) => ({ id: 'p', type: 'people', people: ids.map((id) => ({ object: 'user', id })) })

describe('a page', () => {
  it('has the path of its titles, through databases and blocks, from where it can be seen', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const secret = workspace.addPage({ title: 'Secret' })
    workspace.unshared.add(secret)
    const home = workspace.addPage({ title: 'TCP/IP' })
    workspace.setBlocks(home, [textBlock('toggle', 'More')], new Date('2024-05-01T10:00:00Z'))
    const toggle = workspace.page(home).blocks[0]?.id ?? ''
    const inside = workspace.addPage({ title: 'Inside', in: toggle })
    const { dataSourceId } = workspace.addDatabase({ title: 'Hosts', in: inside })
    workspace.addPage({ in: dataSourceId })
    const { entries, survey } = await syncOnce(sourceOn(notion))
    expect(pathsOf(entries)).toEqual(['TCP∕IP', 'TCP∕IP/Inside', 'TCP∕IP/Inside/Hosts/Untitled'])
    const source = sourceOn(notion)
    expect(await source.survey(storedAfter(survey), ongoing)).toMatchObject({ changed: [], unchanged: 3 })
    expect(source.apiCalls).toBe(1)
  })

  it('has its own title whatever its headings and its name look like', async () => {
    await using notion = await FakeNotion.start()
    notion.workspace.addPage({ title: 'values.yaml', blocks: [textBlock('heading_1', 'Overview'), paragraph('a: b')] })
    const { entries } = await syncOnce(sourceOn(notion))
    expect(pageAt(entries, 'values.yaml')).toMatchObject({
      title: 'values.yaml',
      titleIsGiven: true,
      format: 'markdown',
    })
  })

  it('is owned by the people that it names, else by who made it', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const [ada, grace, alan] = ['Ada', 'Grace', 'Alan'].map((name) => workspace.addUser(name))
    const { dataSourceId } = workspace.addDatabase({ title: 'Runbooks' })
    const row = (title: string, properties: Record<string, unknown>) =>
      workspace.addPage({ title, in: dataSourceId, createdBy: alan ?? '', properties })
    row('Named', { Owner: people(ada ?? '', grace ?? ''), Reviewer: people(alan ?? '') })
    row('Unnamed', { Owner: people() })
    row('Team', { Team: { type: 'select', select: { name: 'SRE' } }, Owner: people(ada ?? '') })
    const { entries } = await syncOnce(sourceOn(notion))
    expect(pageAt(entries, 'Runbooks/Named').owners).toEqual(['Ada', 'Grace'])
    expect(pageAt(entries, 'Runbooks/Unnamed').owners).toEqual(['Alan'])
    expect(notion.countOf(/^\/users/)).toBe(1)
    const configured = await syncOnce(sourceOn(notion, { ownerProperties: ['team', 'Reviewer'] }))
    expect(pageAt(configured.entries, 'Runbooks/Team').owners).toEqual(['SRE'])
    expect(pageAt(configured.entries, 'Runbooks/Named').owners).toEqual(['Alan'])
  })

  it('has no owner where the integration may not see people', async () => {
    await using notion = await FakeNotion.start()
    notion.workspace.addPage({ title: 'Page', createdBy: notion.workspace.addUser('Ada') })
    notion.fail(
      /^\/users/,
      {
        kind: 'answer',
        status: 403,
        body: { object: 'error', status: 403, code: 'restricted_resource', message: 'no' },
      },
      9,
    )
    expect(pageAt((await syncOnce(sourceOn(notion))).entries, 'Page').owners).toEqual([])
  })

  it('is verified as long as Notion says so', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const ada = workspace.addUser('Ada')
    const verification = (state: string) => ({
      Verification: {
        type: 'verification',
        verification: {
          state,
          date: { start: '2025-03-01T00:00:00.000Z', end: null },
          verified_by: { object: 'user', id: ada },
        },
      },
    })
    const page = workspace.addPage({ title: 'Page', properties: verification('verified') })
    const { entries, known } = await syncOnce(sourceOn(notion))
    expect(pageAt(entries, 'Page')).toMatchObject({ reviewedAt: new Date('2025-03-01T00:00:00Z'), reviewedBy: 'Ada' })
    // It expires by itself: nobody edits the page.
    workspace.page(page).properties = verification('expired')
    const next = await syncOnce(sourceOn(notion), known)
    expect(pageAt(next.entries, 'Page')).toMatchObject({ reviewedAt: undefined, reviewedBy: undefined })
  })

  it('of a database begins with its fields', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const { dataSourceId } = workspace.addDatabase({ title: 'Services' })
    const redis = workspace.addPage({ title: 'Redis', in: dataSourceId })
    workspace.addPage({
      title: 'Checkout',
      in: dataSourceId,
      blocks: [paragraph('Takes money.')],
      properties: {
        Tier: { type: 'select', select: { name: 'critical' } },
        'Depends on': { type: 'relation', relation: [{ id: redis }], has_more: false },
        Channel: { type: 'rich_text', rich_text: rich('#checkout') },
        Created: { type: 'created_time', created_time: '2024-01-01T00:00:00Z' },
        Empty: { type: 'number', number: null },
        Since: { type: 'date', date: { start: '2021-04-01', end: null } },
        'On call': { type: 'checkbox', checkbox: true },
        Key: { type: 'unique_id', unique_id: { prefix: 'SVC', number: 7 } },
        Odd: { type: 'select', select: 'not what it says' },
      },
    })
    const { entries } = await syncOnce(sourceOn(notion))
    expect(textOf(pageAt(entries, 'Services/Checkout'))).toBe(
      '- Tier: critical\n- Depends on: Redis\n- Channel: #checkout\n- Since: 2021-04-01\n- On call: yes\n- Key: SVC-7\n\nTakes money.\n',
    )
  })

  it('carries its open comments where they are wanted', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const pageId = workspace.addPage({ title: 'Page', blocks: [paragraph('Body.')] })
    const at = new Date('2025-01-02T00:00:00Z')
    workspace.comments.push({ pageId, text: 'Port is 6380 now.', by: workspace.addUser('Ada'), at })
    expect(textOf(pageAt((await syncOnce(sourceOn(notion))).entries, 'Page'))).toBe('Body.\n')
    const entry = pageAt((await syncOnce(sourceOn(notion, { comments: true }))).entries, 'Page')
    expect(textOf(entry)).toBe('Body.\n\n# Comments\n\n- Ada (2025-01-02): Port is 6380 now.\n')
    expect(entry.lineDates?.at(5)).toEqual(at)
  })
})

describe('reading', () => {
  it('needs no survey before it', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const home = workspace.addPage({ title: 'Home' })
    const page = workspace.addPage({ title: 'Page', in: home, blocks: [paragraph('Text.')] })
    const entry = await sourceOn(notion).read({ entry: page, revision: '' }, ongoing)
    expect(entry).toMatchObject({ path: 'Home/Page', content: 'Text.\n' })
    workspace.page(home).trashed = true
    expect(await sourceOn(notion).read({ entry: page, revision: '' }, ongoing)).toBe('gone')
  })

  it('follows ancestors that were renamed since this process looked last', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const home = workspace.addPage({ title: 'Home' })
    const page = workspace.addPage({ title: 'Page', in: home })
    const clock = fixedClock(today)
    const source = sourceOn(notion, { clock })
    expect(await source.read({ entry: page, revision: 'of another process' }, ongoing)).toMatchObject({
      path: 'Home/Page',
    })
    workspace.page(home).title = 'Start'
    clock.advance(61_000)
    const survey = await source.surveyEntries?.([page], nothingKnown, ongoing)
    expect(survey?.changed.map(({ entry }) => entry)).toEqual([page])
    expect(await source.read({ entry: page, revision: 'of another process' }, ongoing)).toMatchObject({
      path: 'Start/Page',
    })
    workspace.trashIsDeep = false
    workspace.page(home).trashed = true
    clock.advance(61_000)
    const known = { revisions: new Map([[page, 'stored']]) }
    expect(await source.surveyEntries?.([page], known, ongoing)).toMatchObject({ gone: [page] })
  })

  it('names related and linked pages also where another process has surveyed', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const redis = workspace.addPage({ title: 'Redis' })
    const { dataSourceId } = workspace.addDatabase({ title: 'Services' })
    const row = workspace.addPage({
      title: 'Checkout',
      in: dataSourceId,
      properties: { 'Depends on': { id: 'd', type: 'relation', relation: [{ id: redis }], has_more: false } },
      blocks: [{ type: 'link_to_page', content: { type: 'page_id', page_id: redis } }],
    })
    const { entries } = await syncOnce(sourceOn(notion))
    const alone = await sourceOn(notion).read({ entry: row, revision: 'of another process' }, ongoing)
    expect(textOf(alone)).toContain('- Depends on: Redis\n')
    expect(textOf(alone)).toBe(textOf(pageAt(entries, 'Services/Checkout')))
  })

  it('hides secrets that stand in titles, also from addresses and from what is remembered of places', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const key = ['AKIA', 'IOSFODNN7', 'ABCDEFG'].join('')
    const { dataSourceId } = workspace.addDatabase({ title: `Hosts of ${key}` })
    const home = workspace.addPage({ title: `Deploy with ${key}`, in: dataSourceId })
    workspace.addPage({ title: 'Below', in: home, blocks: [paragraph('Text.')] })
    const { survey, entries } = await syncOnce(sourceOn(notion))
    expect(survey.cursor).not.toContain(key)
    expect([...entries.values()].map(({ url }) => url).join(' ')).not.toContain(key)
    const prepared = [...entries.values()].map((entry) => prepareEntry(entry, { id: 'wiki', audience: [] }))
    expect(JSON.stringify(prepared)).not.toContain(key)
    expect(prepared.flatMap(({ documents }) => documents.map(({ document }) => document.maskedSecrets))).toContain(1)
  })
})
