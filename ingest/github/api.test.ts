import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import type { Wait } from './gate.ts'
import { FakeGithub, secondaryLimit } from './github.fake.ts'
import { names, nothingKnown, ongoing, readAll, sourceOn, syncOnce, textOf, token } from './github-setup.fake.ts'

async function githubWith(files: Readonly<Record<string, string>>, options = {}): Promise<FakeGithub> {
  const github = await FakeGithub.start({ token, ...options })
  await github.repository.commit(files)
  return github
}

/** A clock, and a sleep that moves it; `waits` is what people were told. */
function handedInTime(atWake: () => void = () => undefined) {
  const clock = fixedClock(new Date())
  const waits: Wait[] = []
  const slept: number[] = []
  const sleep = async (ms: number) => {
    slept.push(ms)
    clock.advance(ms)
    atWake()
  }
  return { waits, slept, options: { clock, sleep, onWait: (wait: Wait) => void waits.push(wait) } }
}

describe('limits', () => {
  it('waits out the hourly limit, and tells once until when', async () => {
    await using github = await githubWith({ 'a.md': 'A\n', 'b.md': 'B\n', 'c.md': 'C\n' })
    const time = handedInTime(() => {
      github.budget.remaining = 5000
    })
    const source = sourceOn(github, time.options)
    const survey = await source.survey(nothingKnown, ongoing)
    github.budget.remaining = 0
    const entries = await readAll(source, survey)
    expect([...entries.keys()].toSorted()).toEqual(['a.md', 'b.md', 'c.md'])
    expect(time.waits).toHaveLength(1)
    const [wait] = time.waits
    expect(Math.abs((wait?.until.getTime() ?? 0) - github.budget.resetAt.getTime())).toBeLessThan(10_000)
    expect(wait?.reason).toContain("GitHub's hourly limit of calls is used up.")
    expect(wait?.reason).toMatch(/Going on at \d\d:\d\d:\d\d, in (?:30|31) minutes\.$/)
  })

  it('says what a token would change when there is none', async () => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    const time = handedInTime(() => {
      github.budget.remaining = 60
    })
    github.budget.remaining = 0
    await sourceOn(github, { ...time.options, token: undefined }).survey(nothingKnown, ongoing)
    expect(time.waits[0]?.reason).toContain('GITHUB_TOKEN')
  })

  it.each([
    [403, 17],
    [429, 17],
    [403, undefined],
  ] as const)('waits out the short-term limit (%i, retry-after %s)', async (status, retryAfterS) => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    github.fail(/^\/git\/trees/, secondaryLimit(status, retryAfterS), 2)
    const time = handedInTime()
    expect(names(await sourceOn(github, time.options).survey(nothingKnown, ongoing))).toEqual(['a.md'])
    const seconds = (retryAfterS ?? 60) * 1000
    expect(time.slept).toEqual([seconds, seconds])
    expect(time.waits.map(({ reason }) => reason.split(' is ')[0])).toEqual([
      "GitHub's short-term limit of calls",
      "GitHub's short-term limit of calls",
    ])
  })

  it.each([false, true])('waits out the limit of GraphQL (Enterprise Server: %s)', async (isEnterprise) => {
    await using github = await githubWith({ 'a.md': 'A\n' }, { isEnterprise })
    const errors = [{ type: 'RATE_LIMITED', message: 'API rate limit already exceeded for user ID 1.' }]
    github.fail(/^graphql/, { kind: 'answer', status: 200, body: { data: null, errors } })
    const time = handedInTime()
    const { entries } = await syncOnce(sourceOn(github, time.options), nothingKnown)
    expect(entries.get('a.md')?.lineDates).toBeDefined()
    expect(time.waits).toHaveLength(1)
  })

  it('does not wait longer than it is allowed to', async () => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    github.budget.remaining = 0
    const time = handedInTime()
    const survey = sourceOn(github, { ...time.options, maxWaitMs: 60_000 }).survey(nothingKnown, ongoing)
    await expect(survey).rejects.toMatchObject({ code: 'github_limited', retryable: true })
    expect(time.slept).toEqual([])
  })

  it('gives up when waiting does not help', async () => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    github.fail(/^\/commits/, secondaryLimit(403, 5), 100)
    const time = handedInTime()
    const survey = sourceOn(github, time.options).survey(nothingKnown, ongoing)
    await expect(survey).rejects.toMatchObject({ code: 'github_limited' })
    expect(time.slept.length).toBeLessThan(10)
  })

  it('stops waiting when it is told to', async () => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    github.budget.remaining = 0
    const shutdown = new AbortController()
    const onWait = () => shutdown.abort(new Error('shutting down'))
    const survey = sourceOn(github, { onWait, sleep: undefined }).survey(nothingKnown, shutdown.signal)
    await expect(survey).rejects.toThrow('shutting down')
  })
})

describe('bad answers', () => {
  it.each([{ kind: 'broken-off' }, { kind: 'empty' }] as const)('asks again when an answer is $kind', async (fault) => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    for (const path of [/^\/git\/trees/, /^\/git\/blobs/, /^$/]) github.fail(path, fault)
    const { entries } = await syncOnce(sourceOn(github), nothingKnown)
    expect(textOf(entries.get('a.md'))).toBe('A\n')
    expect(github.countOf(/^\/git\/trees/)).toBe(2)
  })

  it('asks again, less and less often, when the server stumbles', async () => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    github.fail(/^\/git\/trees/, { kind: 'answer', status: 502, body: '<html>Bad gateway</html>' }, 3)
    const time = handedInTime()
    expect(names(await sourceOn(github, time.options).survey(nothingKnown, ongoing))).toEqual(['a.md'])
    expect(time.slept).toEqual([1000, 4000, 9000])
  })

  it('says that GitHub cannot be reached when it stays so', async () => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    github.fail(/^\/git\/trees/, { kind: 'answer', status: 503 }, 100)
    const survey = sourceOn(github).survey(nothingKnown, ongoing)
    await expect(survey).rejects.toMatchObject({ code: 'github_unreachable', retryable: true })
    expect(github.countOf(/^\/git\/trees/)).toBe(4)
  })

  it('takes no content that is not what its SHA says', async () => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    const source = sourceOn(github, { token: undefined })
    const survey = await source.survey(nothingKnown, ongoing)
    const body = { encoding: 'base64', content: Buffer.from('B\n').toString('base64'), size: 2 }
    github.fail(/^\/git\/blobs/, { kind: 'answer', status: 200, body })
    await expect(readAll(source, survey)).rejects.toMatchObject({ code: 'github_answer_invalid' })
  })

  it('hangs up when it is told to stop', async () => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    github.fail(/^\/git\/trees/, { kind: 'silent' })
    const shutdown = new AbortController()
    const survey = sourceOn(github).survey(nothingKnown, shutdown.signal)
    while (github.countOf(/^\/git\/trees/) === 0) await new Promise((resolve) => setImmediate(resolve))
    shutdown.abort(new Error('shutting down'))
    await expect(survey).rejects.toThrow('shutting down')
    await github.hungUp
    expect(github.countOf(/^\/git\/trees/)).toBe(1)
  })

  it('counts every request, the repeated ones too', async () => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    github.fail(/^\/git\/trees/, { kind: 'answer', status: 502 }, 2)
    const source = sourceOn(github)
    await syncOnce(source, nothingKnown)
    expect(source.apiCalls).toBe(github.requests.length)
  })
})

describe('what a person is told', () => {
  const userMessage = async (github: FakeGithub, options = {}) => {
    const error = await sourceOn(github, options)
      .survey(nothingKnown, ongoing)
      .catch((thrown: unknown) => thrown)
    return error instanceof Error && 'userMessage' in error ? String(error.userMessage) : 'not an OpsError'
  }

  it('when the token is wrong', async () => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    const message = await userMessage(github, { token: 'ghp_mistyped' })
    expect(message).toContain('GITHUB_TOKEN')
    expect(message).toContain('expired or revoked')
    expect(message).not.toContain('ghp_mistyped')
  })

  it('when a private repository is asked for without a token, or with one that may not see it', async () => {
    await using github = await githubWith({ 'a.md': 'A\n' }, { isPrivate: true })
    expect(await userMessage(github, { token: undefined })).toContain('set GITHUB_TOKEN')
    expect(await userMessage(github, { repo: 'nowhere' })).toContain('"Contents: read"')
  })

  it('when the organisation asks for single sign-on', async () => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    const url = 'https://github.com/orgs/acme/sso?authorization_request=AB12'
    const headers = { 'x-github-sso': `required; url=${url}` }
    const body = { message: 'Resource protected by organization SAML enforcement.' }
    github.fail(/^\/commits/, { kind: 'answer', status: 403, headers, body })
    expect(await userMessage(github)).toContain(url)
  })

  it('when the token lacks a permission', async () => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    const headers = { 'x-accepted-github-permissions': 'contents=read' }
    const body = { message: 'Resource not accessible by personal access token' }
    github.fail(/^\/commits/, { kind: 'answer', status: 403, headers, body })
    expect(await userMessage(github)).toContain('Give it contents=read')
  })

  it('when the ref is misspelt', async () => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    await github.repository.tag('v1.2.0', 'HEAD')
    expect(await userMessage(github, { ref: 'mian' })).toContain('Did you mean main?')
    expect(await userMessage(github, { ref: 'v1.2' })).toContain('Did you mean v1.2.0?')
  })

  it('when the repository is empty', async () => {
    await using github = await FakeGithub.start({ token })
    expect(await userMessage(github)).toContain('no commits yet')
  })

  it('when the repository was renamed, which is followed', async () => {
    await using github = await githubWith({ 'a.md': 'A\n' })
    const options = { repo: 'runbooks' }
    const { known } = await syncOnce(sourceOn(github, options), nothingKnown)
    github.rename('ops-handbook')
    await github.repository.commit({ 'b.md': 'B\n' })
    const moved = await syncOnce(sourceOn(github, options), known)
    expect(moved.survey.warnings).toEqual([expect.stringContaining('is called acme/ops-handbook now')])
    expect(moved.entries.get('b.md')?.url).toContain('/acme/ops-handbook/blob/main/b.md')
    const source = sourceOn(github, options)
    await source.survey(moved.known, ongoing)
    expect(source.apiCalls).toBe(1)
  })
})
