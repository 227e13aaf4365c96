import { describe, expect, it } from 'vitest'
import { FakeGithub } from './github.fake.ts'
import { after, names, nothingKnown, ongoing, sourceOn, syncOnce, textOf, token } from './github-setup.fake.ts'

const labels = ['incident', 'postmortem']
const [monday, tuesday, wednesday] = [
  new Date('2025-03-03T09:00:00Z'),
  new Date('2025-03-04T09:00:00Z'),
  new Date('2025-03-05T09:00:00Z'),
]

async function githubWithIssues(): Promise<FakeGithub> {
  const github = await FakeGithub.start({ token })
  await github.repository.commit({ 'main.go': 'package main\n' })
  github.open({
    number: 7,
    title: 'Redis failover takes minutes',
    body: '## Impact\n\nCheckout was down.\r\n\r\n```sh\n# not a heading\nredis-cli info\n```',
    author: 'mika',
    assignees: ['kenji'],
    labels: ['incident', 'redis'],
    createdAt: monday,
    updatedAt: tuesday,
    closedAt: tuesday,
    comments: [
      { author: 'kenji', body: '# Root cause\n\nThe sentinel quorum was 3 of 3.', at: tuesday },
      { author: null, body: 'Thanks.', at: tuesday },
    ],
  })
  github.open({ number: 8, title: 'Raise the quorum', labels: ['postmortem'], pull: true, createdAt: tuesday })
  github.open({ number: 9, title: 'Typo', labels: ['docs'] })
  return github
}

/** With a token the list comes by GraphQL, without one by REST; both must mean the same. */
const ways = [{ token }, { token: undefined }]

describe('issues and pull requests', () => {
  it('come along with their comments when they have one of the labels', async () => {
    await using github = await githubWithIssues()
    const { survey, entries } = await syncOnce(sourceOn(github, { labels }), nothingKnown)
    expect(names(survey)).toEqual(['#7', '#8'])
    const entry = entries.get('#7')
    expect(entry).toMatchObject({
      kind: 'discussion',
      path: 'issues/7',
      title: 'Redis failover takes minutes',
      url: 'https://github.example/acme/runbooks/issues/7',
      owners: ['@kenji'],
      editedAt: tuesday,
    })
    expect(entries.get('#8')?.path).toBe('pull/8')
    expect(textOf(entry).split('\n')).toEqual([
      '# Redis failover takes minutes',
      '',
      'Issue #7, opened 2025-03-03 by @mika, closed 2025-03-04.',
      '',
      '## Impact',
      '',
      'Checkout was down.',
      '',
      '```sh',
      '# not a heading',
      'redis-cli info',
      '```',
      '',
      '## @kenji, 2025-03-04',
      '',
      '### Root cause',
      '',
      'The sentinel quorum was 3 of 3.',
      '',
      '## Comment, 2025-03-04',
      '',
      'Thanks.',
      '',
    ])
    expect([1, 7, 13, 14, 18].map((line) => entry?.lineDates?.at(line))).toEqual([
      monday,
      monday,
      monday,
      tuesday,
      tuesday,
    ])
  })

  it('stay away when no label is wanted, and vanish when they no longer are', async () => {
    await using github = await githubWithIssues()
    const { known } = await syncOnce(sourceOn(github, { labels }), nothingKnown)
    const survey = await sourceOn(github, { labels: [] }).survey(known, ongoing)
    expect(survey.gone.toSorted()).toEqual(['#7', '#8'])
    expect(survey.changed).toEqual([])
  })

  it('are read to the last comment', async () => {
    await using github = await githubWithIssues()
    const comments = Array.from({ length: 130 }, (_, n) => ({ author: 'mika', body: `Note ${n}.`, at: tuesday }))
    github.open({ number: 10, labels: ['incident'], comments })
    const { entries } = await syncOnce(sourceOn(github, { labels }), nothingKnown)
    expect(textOf(entries.get('#10'))).toContain('Note 129.')
  })

  it.each(ways)('are listed to the last one ($token)', async (way) => {
    await using github = await githubWithIssues()
    for (let number = 100; number < 350; number++) github.open({ number, labels: ['incident'], createdAt: monday })
    const first = await sourceOn(github, { labels, ...way }).survey(nothingKnown, ongoing)
    expect(first.changed).toHaveLength(252)
  })

  it('cost one call when nothing changed, however many there are', async () => {
    await using github = await githubWithIssues()
    for (let number = 100; number < 220; number++) github.open({ number, labels: ['incident'], createdAt: monday })
    const known = after(await sourceOn(github, { labels }).survey(nothingKnown, ongoing))
    const source = sourceOn(github, { labels })
    expect(await source.survey(known, ongoing)).toMatchObject({ changed: [], unchanged: 122, cursor: known.cursor })
    expect(source.apiCalls).toBe(2)
    // One of those that don't stand on the first page goes.
    github.issues.delete(100)
    expect((await sourceOn(github, { labels }).survey(known, ongoing)).gone).toEqual(['#100'])
  })

  it.each(ways)('are noticed when somebody writes to them ($token)', async (way) => {
    await using github = await githubWithIssues()
    const { known } = await syncOnce(sourceOn(github, { labels, ...way }), nothingKnown)
    const issue = github.issues.get(7)
    issue?.comments.push({ author: 'mika', body: 'Happened again.', at: wednesday })
    if (issue) issue.updatedAt = wednesday
    const next = await syncOnce(sourceOn(github, { labels, ...way }), known)
    expect(names(next.survey)).toEqual(['#7'])
    expect(textOf(next.entries.get('#7'))).toContain('Happened again.')
  })

  it.each(ways)('are noticed when a comment is deleted without a trace in the date ($token)', async (way) => {
    await using github = await githubWithIssues()
    const { known } = await syncOnce(sourceOn(github, { labels, ...way }), nothingKnown)
    github.issues.get(7)?.comments.pop()
    expect(names(await sourceOn(github, { labels, ...way }).survey(known, ongoing))).toEqual(['#7'])
  })

  it.each(ways)('vanish when they lose the label, are deleted or transferred ($token)', async (way) => {
    await using github = await githubWithIssues()
    github.open({ number: 11, labels: ['incident'] })
    github.open({ number: 12, labels: ['incident'] })
    const { known } = await syncOnce(sourceOn(github, { labels, ...way }), nothingKnown)
    const unlabelled = github.issues.get(7)
    if (unlabelled) Object.assign(unlabelled, { labels: ['redis'], updatedAt: wednesday })
    for (const number of [11, 12]) github.issues.delete(number)
    github.departed.set(11, 'gone').set(12, { to: 3 })
    const { survey } = await syncOnce(sourceOn(github, { labels, ...way }), known)
    expect(survey.gone.toSorted()).toEqual(['#11', '#12', '#7'])
    expect(survey).toMatchObject({ changed: [], unchanged: 1 })
  })

  it('are gone when that happens between survey and reading', async () => {
    await using github = await githubWithIssues()
    for (const number of [11, 12, 13]) github.open({ number, labels: ['incident'] })
    const source = sourceOn(github, { labels })
    const survey = await source.survey(nothingKnown, ongoing)
    github.departed.set(11, 'gone').set(12, { to: 3 })
    Object.assign(github.issues.get(13) ?? {}, { labels: [] })
    const wanted = survey.changed.filter(({ entry }) => ['#11', '#12', '#13'].includes(entry))
    expect(await Promise.all(wanted.map((entry) => source.read(entry, ongoing)))).toEqual(['gone', 'gone', 'gone'])
  })

  it('are not kept by an unchanged list when the sync that stored one was cut off', async () => {
    await using github = await githubWithIssues()
    const way = { labels, token: undefined }
    const { known } = await syncOnce(sourceOn(github, way), nothingKnown)
    // Number 9 got the label, was stored before the sync was cut off, and lost the label again.
    const revisions = new Map([...known.revisions, ['#9', '2025-01-01T00:00:00Z+0'] as const])
    expect((await sourceOn(github, way).survey({ ...known, revisions }, ongoing)).gone).toEqual(['#9'])
  })

  it('are left as they were, with a warning, when the token may not read them', async () => {
    await using github = await githubWithIssues()
    const { known } = await syncOnce(sourceOn(github, { labels }), nothingKnown)
    const body = { message: 'Resource not accessible by personal access token' }
    for (const path of [/^graphql/, /^\/issues/]) github.fail(path, { kind: 'answer', status: 403, body }, 9)
    const survey = await sourceOn(github, { labels }).survey(known, ongoing)
    expect(survey).toMatchObject({ changed: [], unchanged: 2, gone: [] })
    expect(survey.warnings).toEqual([expect.stringContaining('left as they were')])
  })

  it('vanish when issues are switched off', async () => {
    await using github = await githubWithIssues()
    const way = { labels, token: undefined }
    const { known } = await syncOnce(sourceOn(github, way), nothingKnown)
    github.issuesEnabled = false
    expect((await sourceOn(github, way).survey(known, ongoing)).gone.toSorted()).toEqual(['#7', '#8'])
  })
})
