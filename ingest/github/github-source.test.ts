import { describe, expect, it } from 'vitest'
import { type SourceHarness, sourceContract } from '../source.contract.ts'
import { FakeGithub } from './github.fake.ts'
import { after, names, nothingKnown, ongoing, sourceOn, syncOnce, textOf, token } from './github-setup.fake.ts'

async function begin(): Promise<SourceHarness> {
  const github = await FakeGithub.start({ token, isPrivate: true })
  const shaOf = async (path: string) => {
    const entries = (await github.repository.tree('HEAD', true)) ?? []
    return entries.find((entry) => entry.path === path)?.sha ?? ''
  }
  return {
    async open(settings = {}) {
      return sourceOn(github, { audience: settings.audience ?? [] })
    },
    async write(path, content, at) {
      await github.repository.commit({ [path]: content }, { at })
    },
    async remove(path) {
      await github.repository.commit({ [path]: null })
    },
    async rename(from, to) {
      const content = github.repository.blob(await shaOf(from))
      await github.repository.commit({ [from]: null, [to]: content ?? '' }, { at: new Date('2026-01-01T00:00:00Z') })
    },
    async takeAway() {
      github.takeAway()
    },
    async breakEntry(path) {
      github.brokenBlobs.add(await shaOf(path))
    },
    async mendEntry(path) {
      github.brokenBlobs.delete(await shaOf(path))
    },
    async [Symbol.asyncDispose]() {
      await github[Symbol.asyncDispose]()
    },
  }
}

describe('a GitHub source', () => {
  sourceContract(begin, { datesLines: true, readsCodeowners: true })
})

describe('a repository that was deleted, or hidden from the token', () => {
  it('leaves nothing to be found, and everything comes back when it can be seen again', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit({ 'a.md': 'A\n', 'b.md': 'B\n' })
    const known = after(await sourceOn(github).survey(nothingKnown, ongoing))
    github.isHidden = true
    const taken = await sourceOn(github).survey(known, ongoing)
    expect(taken).toMatchObject({ changed: [], gone: ['a.md', 'b.md'] })
    expect(taken.cursor).toBeUndefined()
    expect(taken.warnings).toEqual([expect.stringMatching(/shows no repository .* 2 documents are no longer answered/)])
    github.isHidden = false
    expect(names(await sourceOn(github).survey(nothingKnown, ongoing))).toEqual(['a.md', 'b.md'])
  })

  it('is an error where it was never seen', async () => {
    await using github = await FakeGithub.start({ token })
    github.isHidden = true
    await expect(sourceOn(github).survey(nothingKnown, ongoing)).rejects.toThrow('shows no repository')
  })
})

describe('another worker than the one that surveyed', () => {
  it('reads the files as they are, looking at the repository once for all of them', async () => {
    await using github = await FakeGithub.start({ token })
    const pages = Array.from({ length: 40 }, (_, n) => [`pages/${n}.md`, `Page ${n}\n`])
    await github.repository.commit(Object.fromEntries(pages))
    const { changed } = await sourceOn(github).survey(nothingKnown, ongoing)
    const other = sourceOn(github)
    const read = await Promise.all(changed.map((entry) => other.read(entry, ongoing)))
    const texts = new Set(read.map((raw) => (raw === 'gone' ? raw : textOf(raw))))
    expect(texts).toEqual(new Set(pages.map(([, text]) => text)))
    expect(other.apiCalls).toBeLessThanOrEqual(8)
  })

  it('reads what was pushed since, and says what is gone', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit({ 'a.md': 'old\n', 'b.md': 'B\n' })
    const { changed } = await sourceOn(github).survey(nothingKnown, ongoing)
    const other = sourceOn(github)
    const [a, b] = changed
    if (a === undefined || b === undefined) throw new Error('the survey is incomplete')
    await other.read(a, ongoing)
    await github.repository.commit({ 'a.md': 'new\n', 'b.md': null })
    const later = await sourceOn(github).survey(nothingKnown, ongoing)
    const [newer] = later.changed
    if (newer === undefined) throw new Error('the survey is empty')
    const raw = await other.read(newer, ongoing)
    expect(raw === 'gone' ? raw : textOf(raw)).toBe('new\n')
    expect(await other.read({ entry: 'b.md', revision: 'never seen' }, ongoing)).toBe('gone')
  })
})

describe('what a survey costs', () => {
  it('makes at most 3 calls for 10,000 unchanged files, also when issues come along', async () => {
    await using github = await FakeGithub.start({ token })
    const pages = Array.from({ length: 10_000 }, (_, n) => [`pages/${n % 100}/page-${n}.md`, `Page ${n}\n`])
    await github.repository.commit(Object.fromEntries(pages))
    github.open({ number: 1, labels: ['incident'] })
    const labels = ['incident', 'postmortem']
    const first = await sourceOn(github, { labels }).survey(nothingKnown, ongoing)
    expect(first.changed).toHaveLength(10_001)
    const source = sourceOn(github, { labels })
    const again = await source.survey(after(first), ongoing)
    expect(again).toMatchObject({ changed: [], unchanged: 10_001, gone: [], cursor: first.cursor })
    expect(source.apiCalls).toBeLessThanOrEqual(3)
  })

  it('makes at most 3 calls without a token, too', async () => {
    await using github = await FakeGithub.start()
    await github.repository.commit({ 'a.md': 'A\n' })
    github.open({ number: 1, labels: ['incident'] })
    const labels = ['incident', 'postmortem']
    const { known } = await syncOnce(sourceOn(github, { labels, token: undefined }), nothingKnown)
    const source = sourceOn(github, { labels, token: undefined })
    const again = await source.survey(known, ongoing)
    expect(again).toMatchObject({ changed: [], unchanged: 2, cursor: known.cursor })
    expect(source.apiCalls).toBeLessThanOrEqual(3)
    expect(github.requests.slice(-3).map(({ status }) => status)).toEqual([304, 304, 304])
  })

  it('knows how many calls are left', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit({ 'a.md': 'A\n' })
    const source = sourceOn(github)
    expect(source.apiBudget).toBeUndefined()
    await source.survey(nothingKnown, ongoing)
    expect(source.apiBudget).toMatchObject({ limit: 5000, left: 5000 - source.apiCalls })
  })

  it('fetches one blob for one changed file', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit({ 'a.md': 'A\n', 'b.md': 'B\n', 'c.md': 'C\n' })
    const { known } = await syncOnce(sourceOn(github), nothingKnown)
    const before = github.contentsRead.length
    await github.repository.commit({ 'b.md': 'Better\n' })
    const { survey, entries } = await syncOnce(sourceOn(github), known)
    expect(names(survey)).toEqual(['b.md'])
    expect(textOf(entries.get('b.md'))).toBe('Better\n')
    expect(github.contentsRead.length - before).toBe(1)
  })

  it('leaves the tree alone when a push touched nothing of ours', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit({ 'docs/a.md': 'A\n', 'main.go': 'package main\n' })
    const { known } = await syncOnce(sourceOn(github), nothingKnown)
    await github.repository.commit({ 'main.go': 'package main // 2\n' })
    const before = github.countOf(/^\/git\/trees/)
    const next = await syncOnce(sourceOn(github), known)
    expect(next.survey).toMatchObject({ changed: [], unchanged: 1, gone: [] })
    expect(github.countOf(/^\/git\/trees/)).toBe(before)
    // And the comparison next time starts from there.
    await github.repository.commit({ 'docs/a.md': 'A2\n' })
    expect(names((await syncOnce(sourceOn(github), next.known)).survey)).toEqual(['docs/a.md'])
  })
})

describe('history', () => {
  it('sees through a force push, whether the old commit can still be compared or not', async () => {
    await using github = await FakeGithub.start({ token })
    const root = await github.repository.commit({ 'a.md': 'A\n', 'b.md': 'B\n' })
    await github.repository.commit({ 'a.md': 'A2\n', 'extra.md': 'Extra\n' })
    const { known } = await syncOnce(sourceOn(github), nothingKnown)
    // Compared with what both grew from, this changes none of our files.
    await github.repository.commit({ 'main.go': 'package main\n' }, { parent: root })
    const diverged = await syncOnce(sourceOn(github), known)
    expect(names(diverged.survey)).toEqual(['a.md'])
    expect(diverged.survey.gone).toEqual(['extra.md'])
    expect(textOf(diverged.entries.get('a.md'))).toBe('A\n')
    await github.repository.commit({ 'new.md': 'New\n' }, { parent: null })
    const rewritten = await syncOnce(sourceOn(github), diverged.known)
    expect(names(rewritten.survey)).toEqual(['new.md'])
    expect(rewritten.survey.gone.toSorted()).toEqual(['a.md', 'b.md'])
  })

  it('looks at the tree when more changed than a comparison lists', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit({ 'a.md': 'A\n' })
    const { known } = await syncOnce(sourceOn(github), nothingKnown)
    const many = Array.from({ length: 320 }, (_, n) => [`noise/${n}.bin`, `${n}`])
    await github.repository.commit({ ...Object.fromEntries(many), 'zzz.md': 'Last by name\n' })
    expect(names((await syncOnce(sourceOn(github), known)).survey)).toEqual(['zzz.md'])
  })

  it('is not misled by a cut-off sync whose edit was taken back meanwhile', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit({ 'a.md': 'A\n', 'b.md': 'B\n' })
    const { known } = await syncOnce(sourceOn(github), nothingKnown)
    await github.repository.commit({ 'a.md': 'A2\n' })
    const cutOff = await sourceOn(github).survey(known, ongoing)
    // The edit was stored, but not the cursor; then somebody reverts it.
    const half = { ...after(cutOff, known), cursor: known.cursor }
    await github.repository.commit({ 'a.md': 'A\n', 'main.go': 'package main\n' })
    expect(names(await sourceOn(github).survey(half, ongoing))).toEqual(['a.md'])
  })

  it('goes on half-way with only the rest', async () => {
    await using github = await FakeGithub.start({ token })
    const pages = Array.from({ length: 20 }, (_, n) => [`${n}.md`, `Page ${n}\n`])
    await github.repository.commit(Object.fromEntries(pages))
    const source = sourceOn(github)
    const survey = await source.survey(nothingKnown, ongoing)
    const done = survey.changed.slice(0, 12)
    await Promise.all(done.map((each) => source.read(each, ongoing)))
    const revisions = new Map(done.map(({ entry, revision }) => [entry, revision]))
    const before = github.contentsRead.length
    const rest = await syncOnce(sourceOn(github), { revisions, failed: new Set() })
    expect(rest.survey.changed).toHaveLength(8)
    expect(rest.survey.unchanged).toBe(12)
    expect(github.contentsRead.length - before).toBe(8)
  })

  it('reads another ref, and all of it again when the configuration names another one', async () => {
    await using github = await FakeGithub.start({ token })
    const first = await github.repository.commit({ 'a.md': 'A\n' })
    await github.repository.commit({ 'a.md': 'A on a branch\n' }, { branch: 'release/1.2', parent: first })
    const { known, entries } = await syncOnce(sourceOn(github), nothingKnown)
    expect(entries.get('a.md')?.url).toBe('https://github.example/acme/runbooks/blob/main/a.md')
    const other = await syncOnce(sourceOn(github, { ref: 'release/1.2' }), known)
    expect(textOf(other.entries.get('a.md'))).toBe('A on a branch\n')
    expect(other.entries.get('a.md')?.url).toBe('https://github.example/acme/runbooks/blob/release/1.2/a.md')
  })
})

describe('trees', () => {
  it('puts a truncated tree together from its parts, and later walks only to what changed', async () => {
    await using github = await FakeGithub.start({ token, treeLimit: 12 })
    const at = (folder: string) => Array.from({ length: 6 }, (_, n) => [`${folder}/${n}.md`, `${folder} ${n}\n`])
    const pages = [...at('a'), ...at('b/c'), ...at('b/d'), ...at('e')]
    await github.repository.commit({
      ...Object.fromEntries(pages),
      'README.md': 'Hello\n',
      CODEOWNERS: '/b/ @acme/b\n',
    })
    const first = await sourceOn(github).survey(nothingKnown, ongoing)
    expect(first.changed).toHaveLength(25)
    await github.repository.commit({ 'b/c/3.md': 'Changed\n', 'a/0.md': null, 'b/new.md': 'New\n' })
    const before = github.countOf(/^\/git\/trees/)
    const next = await syncOnce(sourceOn(github), after(first))
    expect(names(next.survey)).toEqual(['b/c/3.md', 'b/new.md'])
    expect(next.survey).toMatchObject({ gone: ['a/0.md'], unchanged: 23 })
    expect(next.entries.get('b/c/3.md')?.owners).toEqual(['@acme/b'])
    expect(github.countOf(/^\/git\/trees/) - before).toBe(4)
    const again = await sourceOn(github).survey(next.known, ongoing)
    expect(again).toMatchObject({ changed: [], unchanged: 25, gone: [] })
  })

  it('never enters folders that the patterns leave out of a truncated tree', async () => {
    await using github = await FakeGithub.start({ token, treeLimit: 3 })
    await github.repository.commit({
      'docs/a.md': 'A\n',
      'docs/b.md': 'B\n',
      'src/deep/x.md': 'X\n',
      'src/y.md': 'Y\n',
    })
    const include = ['docs/**/*.md']
    const survey = await sourceOn(github, { include }).survey(nothingKnown, ongoing)
    expect(names(survey)).toEqual(['docs/a.md', 'docs/b.md'])
    const src = (await github.repository.tree('HEAD', false))?.find(({ path }) => path === 'src')?.sha ?? ''
    expect(github.countOf(new RegExp(src))).toBe(0)
  })

  it('takes a folder alone, by paths from there, with owners named above it', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit({
      'docs/ops/redis.md': 'Redis\n',
      'docs/ops/sub/kafka.md': 'Kafka\n',
      'docs/other.md': 'Other\n',
      '.github/CODEOWNERS': '/docs/ops/sub/ @acme/kafka\n',
    })
    const { survey, entries } = await syncOnce(sourceOn(github, { path: '/docs/ops/' }), nothingKnown)
    expect(names(survey)).toEqual(['redis.md', 'sub/kafka.md'])
    expect(entries.get('sub/kafka.md')).toMatchObject({
      path: 'sub/kafka.md',
      owners: ['@acme/kafka'],
      url: 'https://github.example/acme/runbooks/blob/main/docs/ops/sub/kafka.md',
    })
    const single = await syncOnce(sourceOn(github, { path: 'docs/other.md' }), nothingKnown)
    expect([...single.entries.keys()]).toEqual(['other.md'])
  })

  it('says so when the folder is not there, and reports nothing gone', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit({ 'docs/a.md': 'A\n' })
    const survey = sourceOn(github, { path: 'manuals' }).survey(nothingKnown, ongoing)
    await expect(survey).rejects.toMatchObject({ code: 'github_path_not_found' })
  })

  it('escapes what is special in addresses', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit({ '障害/100% #1?.md': '手順\n' })
    const { entries } = await syncOnce(sourceOn(github), nothingKnown)
    const url = new URL(entries.get('障害/100% #1?.md')?.url ?? '')
    expect([url.hash, url.search]).toEqual(['', ''])
    expect(decodeURIComponent(url.pathname)).toBe('/acme/runbooks/blob/main/障害/100% #1?.md')
  })
})

describe('what is left out', () => {
  it('names submodules, symbolic links, empty and large files with a reason', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit({
      'real.md': 'Real\n',
      'link.md': { link: 'real.md' },
      'vendored-docs': { submodule: '1234567890123456789012345678901234567890' },
      'empty.md': '',
      'large.md': 'x'.repeat(2000),
    })
    const survey = await sourceOn(github, { maxFileBytes: 1000 }).survey(nothingKnown, ongoing)
    expect(names(survey)).toEqual(['real.md'])
    const reasons = new Map(survey.skipped.map(({ entry, reason }) => [entry, reason]))
    expect(reasons.get('link.md')).toContain('symbolic link')
    expect(reasons.get('vendored-docs')).toContain('submodule')
    expect(reasons.get('empty.md')).toContain('empty')
    expect(reasons.get('large.md')).toContain('the limit is')
  })

  it('names pointers into Git LFS, and reads each only once', async () => {
    await using github = await FakeGithub.start({ token })
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`
    const small = `${'small page '.repeat(12)}\n`
    await github.repository.commit({ '.gitattributes': '*.md filter=lfs\n', 'big.md': pointer, 'small.md': small })
    const first = await syncOnce(sourceOn(github), nothingKnown)
    expect(names(first.survey)).toEqual(['small.md'])
    expect(first.survey.skipped).toEqual([{ entry: 'big.md', reason: expect.stringContaining('Git LFS') }])
    expect(textOf(first.entries.get('small.md'))).toBe(small)
    expect(github.contentsRead).toHaveLength(2)
    await github.repository.commit({ 'other.md': 'Other\n' })
    const next = await syncOnce(sourceOn(github), first.known)
    expect(names(next.survey)).toEqual(['other.md'])
    expect(next.survey.skipped.map(({ entry }) => entry)).toEqual(['big.md'])
    expect(github.contentsRead).toHaveLength(3)
  })

  it('lets a document go that became a pointer', async () => {
    await using github = await FakeGithub.start({ token })
    await github.repository.commit({ '.gitattributes': '*.md filter=lfs\n', 'a.md': 'A\n' })
    const { known } = await syncOnce(sourceOn(github), nothingKnown)
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'b'.repeat(64)}\nsize 9\n`
    await github.repository.commit({ 'a.md': pointer })
    expect((await sourceOn(github).survey(known, ongoing)).gone).toEqual(['a.md'])
  })
})
