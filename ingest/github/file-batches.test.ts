import { describe, expect, it } from 'vitest'
import { FakeGithub } from './github.fake.ts'
import { nothingKnown, ongoing, readAll, sourceOn, syncOnce, token } from './github-setup.fake.ts'

const [march, june] = [new Date('2023-03-01T10:00:00Z'), new Date('2024-06-01T10:00:00Z')]

function pages(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`page-${String(n).padStart(2, '0')}.md`, `${n}\n`]),
  )
}

describe('files from GitHub', () => {
  it('come many to a query', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit(pages(18), { at: march })
    const { entries } = await syncOnce(sourceOn(github), nothingKnown)
    expect([...entries.values()].every((entry) => entry.editedAt.getTime() === march.getTime())).toBe(true)
    expect([...entries.values()].every((entry) => entry.lineDates?.at(1).getTime() === march.getTime())).toBe(true)
    expect(github.countOf(/^graphql/)).toBe(2)
    expect(github.countOf(/^\/git\/blobs/)).toBe(0)
  })

  it('bring the contents along, but for those that GraphQL would change or cut off', async () => {
    await using github = await FakeGithub.start({ token })
    const contents = {
      'plain.md': Buffer.from('手順\r\n'),
      'marked.md': Buffer.from('\uFEFF# With a byte order mark\n'),
      'latin1.md': Buffer.from('caf\u00e9\n', 'latin1'),
      'sjis.md': Buffer.from([0x8e, 0xe8, 0x8f, 0x87, 0x0a]),
      'large.md': Buffer.from('Long. '.repeat(100_000)),
    }
    await github.repository.commit(contents)
    const { entries } = await syncOnce(sourceOn(github), nothingKnown)
    for (const [name, content] of Object.entries(contents)) expect(entries.get(name)?.content).toEqual(content)
    expect(github.countOf(/^graphql/)).toBe(1)
    expect(github.countOf(/^\/git\/blobs/)).toBe(3)
  })

  it('come in smaller queries when a large one takes too long', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit(pages(10), { at: march })
    github.mostBlames = 5
    const { entries } = await syncOnce(sourceOn(github), nothingKnown)
    expect([...entries.values()].filter((entry) => entry.lineDates !== undefined)).toHaveLength(10)
    expect(github.countOf(/^graphql/)).toBe(3)
  })

  it('are dated by REST where a blame fails, and by blame beside it', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit({ 'a.md': 'A\n', 'b.md': 'B\n', 'c.md': 'C\n' }, { at: march })
    await github.repository.commit({ 'b.md': 'B2\n' }, { at: june })
    github.brokenBlame.add('b.md')
    const { entries } = await syncOnce(sourceOn(github), nothingKnown)
    expect(entries.get('b.md')).toMatchObject({ editedAt: june })
    expect(entries.get('b.md')?.lineDates).toBeUndefined()
    expect(entries.get('a.md')?.lineDates?.at(1)).toEqual(march)
    expect(entries.get('c.md')?.lineDates?.at(1)).toEqual(march)
    expect(github.countOf(/^\/commits$/)).toBe(1)
  })

  it('come one by one where GraphQL may not be used, which is tried once', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit({ 'a.md': 'A\n' }, { at: march })
    await github.repository.commit({ 'b.md': 'B\n' }, { at: june })
    const body = { message: 'Resource not accessible by integration' }
    github.fail(/^graphql/, { kind: 'answer', status: 403, body }, 100)
    const { entries } = await syncOnce(sourceOn(github), nothingKnown)
    expect(entries.get('a.md')?.editedAt).toEqual(march)
    expect(entries.get('b.md')?.editedAt).toEqual(june)
    expect(github.countOf(/^graphql/)).toBe(1)
  })

  it('are dated by the latest commit when calls are short, and the survey says so', async () => {
    await using github = await FakeGithub.start()
    await github.repository.commit({ 'a.md': 'A\n' }, { at: march })
    await github.repository.commit({ 'b.md': 'B\n' }, { at: june })
    github.budget.limit = github.budget.remaining = 20
    const { survey, entries } = await syncOnce(sourceOn(github, { token: undefined }), nothingKnown)
    expect(entries.get('a.md')?.editedAt).toEqual(june)
    expect(survey.warnings).toEqual([expect.stringContaining('GITHUB_TOKEN')])
    expect(github.countOf(/^graphql/)).toBe(0)
  })

  it('count a commit that only removed lines as an edit', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit({ 'a.md': 'one\ntwo\nthree\n' }, { at: march })
    await github.repository.commit({ 'a.md': 'one\nthree\n' }, { at: june })
    const { entries } = await syncOnce(sourceOn(github), nothingKnown)
    const entry = entries.get('a.md')
    expect([entry?.editedAt, entry?.lineDates?.at(2), entry?.lineDates?.at(9)]).toEqual([june, march, june])
  })

  it('stop coming when the reading is told to stop, and come when it is tried again', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit(pages(3), { at: march })
    const source = sourceOn(github)
    const survey = await source.survey(nothingKnown, ongoing)
    github.fail(/^graphql/, { kind: 'silent' })
    const shutdown = new AbortController()
    const stopped = readAll(source, survey, shutdown.signal)
    while (github.countOf(/^graphql/) === 0) await new Promise((resolve) => setImmediate(resolve))
    shutdown.abort(new Error('shutting down'))
    await expect(stopped).rejects.toThrow('shutting down')
    const entries = await readAll(source, survey)
    expect([...entries.values()].map((entry) => entry.lineDates?.at(1))).toEqual([march, march, march])
    expect(github.countOf(/^graphql/)).toBe(2)
  })
})
