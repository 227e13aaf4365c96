import { execFile } from 'node:child_process'
import { access, appendFile, mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { type SourceHarness, sourceContract } from '../source.contract.ts'
import type { Source, Survey, Surveyed } from '../source.ts'
import { type FilesSourceOptions, filesSource } from './files-source.ts'
import { runGit, temporaryRepository } from './git-files.fake.ts'

const ongoing = new AbortController().signal
const nothing: Surveyed = { revisions: new Map(), failed: new Set() }
const [spring, summer, autumn] = [
  new Date('2023-04-01T10:00:00Z'),
  new Date('2024-07-02T11:00:00Z'),
  new Date('2025-10-03T12:00:00Z'),
]

function sourceOf(path: string, options: Partial<FilesSourceOptions> = {}): Source {
  return filesSource({ id: 'docs', path, audience: [], clock: systemClock, log: silentLog, ...options })
}

async function readAll(path: string, options: Partial<FilesSourceOptions> = {}) {
  await using source = sourceOf(path, options)
  const survey = await source.survey(nothing, ongoing)
  const entries = await Promise.all(
    survey.changed.map(async (surveyed) => {
      const entry = await source.read(surveyed, ongoing)
      if (entry === 'gone') throw new Error(`${surveyed.entry} is gone`)
      return [surveyed.entry, entry] as const
    }),
  )
  return { survey, entries: new Map(entries) }
}

function after(survey: Survey): Surveyed {
  return { revisions: new Map(survey.changed.map(({ entry, revision }) => [entry, revision])), failed: new Set() }
}

/** Every write is committed at once. */
async function committingHarness(): Promise<SourceHarness> {
  const repository = await temporaryRepository()
  const { path } = repository
  return {
    open: async (settings) => sourceOf(path, settings),
    async write(name, content, at) {
      await repository.write(name, content)
      await repository.commit(at)
    },
    async remove(name) {
      await rm(join(path, name))
      await repository.commit()
    },
    async rename(from, to) {
      await mkdir(dirname(join(path, to)), { recursive: true })
      await rename(join(path, from), join(path, to))
      await repository.commit()
    },
    takeAway: () => rename(path, join(dirname(path), 'elsewhere')),
    [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose](),
  }
}

describe('a git work tree', () => {
  sourceContract(committingHarness, { datesLines: true, readsCodeowners: true })
})

describe('dates from git', () => {
  it('are those of the lines, through edits, renames and merges, as git blame has them', async () => {
    await using repository = await temporaryRepository()
    await repository.write('a.md', 'one\ntwo\nthree\nfour\nfive\n')
    await repository.commit(spring)
    await repository.git('checkout', '--quiet', '-b', 'side')
    await repository.write('a.md', 'ONE\ntwo\nthree\nfour\nfive\n')
    await repository.commit(summer)
    await repository.git('checkout', '--quiet', 'main')
    await repository.git('mv', 'a.md', 'b.md')
    await repository.write('b.md', 'one\ntwo\nthree\nfour\nFIVE\n')
    await repository.commit(autumn)
    await repository.git('-c', 'user.name=Ann', '-c', 'user.email=a@b', 'merge', '--quiet', '--no-edit', 'side')
    const { entries } = await readAll(repository.path)
    const entry = entries.get('b.md')
    expect([1, 2, 4, 5].map((line) => entry?.lineDates?.at(line))).toEqual([summer, spring, spring, autumn])
    expect(entry?.editedAt).toEqual(autumn)
  })

  it('come without asking for each line where one commit wrote the whole file', async () => {
    await using repository = await temporaryRepository()
    await repository.write('once.md', 'one\n')
    await repository.write('twice.md', 'one\ntwo\n')
    await repository.commit(spring)
    await repository.write('twice.md', 'one\nTWO\n')
    await repository.commit(summer)
    const { entries } = await readAll(repository.path)
    expect(entries.get('once.md')).toMatchObject({ editedAt: spring, lineDates: undefined })
    expect(entries.get('twice.md')?.lineDates?.at(1)).toEqual(spring)
  })

  it('are those of the file alone when lines are not asked for', async () => {
    await using repository = await temporaryRepository()
    await repository.write('a.md', 'one\n')
    await repository.commit(spring)
    await repository.write('a.md', 'one\ntwo\n')
    await repository.commit(summer)
    const { entries } = await readAll(repository.path, { blame: false })
    expect(entries.get('a.md')).toMatchObject({ editedAt: summer, lineDates: undefined })
  })

  it('take the time of the file for what is not committed, and keep the others', async () => {
    await using repository = await temporaryRepository()
    await repository.write('a.md', 'one\ntwo\n')
    await repository.write('staged-later.md', 'x\n')
    await repository.commit(spring)
    await appendFile(join(repository.path, 'a.md'), 'three\n')
    await repository.write('untracked.md', 'new\n')
    await repository.write('staged.md', 'new\n')
    await repository.git('add', 'staged.md')
    for (const name of ['a.md', 'untracked.md', 'staged.md']) await utimes(join(repository.path, name), autumn, autumn)
    const { entries } = await readAll(repository.path)
    const edited = entries.get('a.md')
    expect([1, 2, 3].map((line) => edited?.lineDates?.at(line))).toEqual([spring, spring, autumn])
    expect(edited?.editedAt).toEqual(autumn)
    expect(entries.get('untracked.md')?.editedAt).toEqual(autumn)
    expect(entries.get('staged.md')?.editedAt).toEqual(autumn)
  })

  it('look through commits that only reformatted', async () => {
    await using repository = await temporaryRepository()
    await repository.write('a.md', 'one\ntwo\n')
    await repository.commit(spring)
    await repository.write('a.md', '  one\n  two\n')
    const reformatted = await repository.commit(summer)
    await repository.write('.git-blame-ignore-revs', `# prettier\n${reformatted}\n`)
    await repository.commit(autumn)
    const { entries } = await readAll(repository.path)
    expect(entries.get('a.md')?.editedAt).toEqual(spring)
    expect(entries.get('a.md')?.lineDates?.at(1)).toEqual(spring)
  })

  it('do not change when only the mode of a file does', async () => {
    await using repository = await temporaryRepository()
    await repository.write('a.md', 'one\n')
    await repository.commit(spring)
    await repository.git('update-index', '--chmod=+x', 'a.md')
    await runGit(repository.path, ['commit', '--quiet', '-m', 'mode'], autumn)
    await repository.git('checkout', '--quiet', '--', 'a.md')
    expect((await readAll(repository.path)).entries.get('a.md')?.editedAt).toEqual(spring)
  })

  it('are the same from what was remembered and a few new commits as from the whole history', async () => {
    await using repository = await temporaryRepository()
    const cacheFolder = join(dirname(repository.path), 'cache')
    await repository.write('moved.md', 'same\n')
    await repository.write('edited.md', 'one\ntwo\n')
    await repository.write('kept.md', 'kept\n')
    await repository.commit(spring)
    await readAll(repository.path, { cacheFolder })
    expect(await readdir(cacheFolder)).not.toEqual([])
    await repository.git('mv', 'moved.md', 'new-name.md')
    await repository.write('edited.md', 'one\nTWO\n')
    await repository.write('added.md', 'added\n')
    await repository.commit(summer)
    const remembered = await readAll(repository.path, { cacheFolder })
    const afresh = await readAll(repository.path)
    expect(remembered.survey.changed).toEqual(afresh.survey.changed)
    const dates = [...remembered.entries].map(([name, entry]) => [name, entry.editedAt, entry.lineDates?.at(1)])
    expect(dates).toEqual([
      ['added.md', summer, undefined],
      ['edited.md', summer, spring],
      ['kept.md', spring, undefined],
      ['new-name.md', spring, undefined],
    ])
  })

  it('are read anew when the branch was rewritten', async () => {
    await using repository = await temporaryRepository()
    const cacheFolder = join(dirname(repository.path), 'cache')
    await repository.write('a.md', 'one\n')
    await repository.commit(spring)
    await readAll(repository.path, { cacheFolder })
    await runGit(repository.path, ['commit', '--quiet', '--amend', '--no-edit', '--date', summer.toISOString()], summer)
    expect((await readAll(repository.path, { cacheFolder })).entries.get('a.md')?.editedAt).toEqual(summer)
  })

  it('reach back beyond the folder that a file was moved out of', async () => {
    await using repository = await temporaryRepository()
    await repository.write('old/a.md', 'one\ntwo\nthree\nfour\n')
    await repository.write('docs/b.md', 'b\n')
    await repository.commit(spring)
    await repository.git('mv', 'old/a.md', 'docs/a.md')
    await repository.write('docs/a.md', 'one\ntwo\nthree\nFOUR\n')
    await repository.commit(summer)
    const { entries } = await readAll(join(repository.path, 'docs'))
    expect([1, 4].map((line) => entries.get('a.md')?.lineDates?.at(line))).toEqual([spring, summer])
  })

  it('are guesses in a shallow clone, and it is said', async () => {
    await using repository = await temporaryRepository()
    await repository.write('a.md', 'one\n')
    await repository.commit(spring)
    await repository.write('b.md', 'two\n')
    await repository.commit(summer)
    const clone = join(dirname(repository.path), 'shallow')
    await runGit(repository.path, ['clone', '--quiet', '--depth=1', `file://${repository.path}`, clone])
    const { survey, entries } = await readAll(clone)
    expect(survey.warnings?.join()).toContain('git fetch --unshallow')
    expect(entries.get('a.md')?.editedAt).toEqual(summer)
  })
})

describe('which files of a work tree are read', () => {
  it('leaves out what git ignores, and takes what is not committed yet', async () => {
    await using repository = await temporaryRepository()
    await repository.write('.gitignore', 'build/\n*.draft.md\n')
    for (const name of ['a.md', 'build/b.md', 'c.draft.md', 'd.md']) await repository.write(name, 'x\n')
    await repository.git('add', 'a.md')
    expect([...(await readAll(repository.path)).entries.keys()]).toEqual(['a.md', 'd.md'])
  })

  it('reads a folder that its repository ignores as a plain folder', async () => {
    await using repository = await temporaryRepository()
    await repository.write('.gitignore', 'generated/\n')
    await repository.write('generated/a.md', 'x\n')
    await repository.commit()
    expect([...(await readAll(join(repository.path, 'generated'))).entries.keys()]).toEqual(['a.md'])
  })

  it('names files from the folder that it was given, with the owners said at the top', async () => {
    await using repository = await temporaryRepository()
    await repository.write('.github/CODEOWNERS', '/docs/db/ @acme/dba\n')
    await repository.write('docs/db/redis.md', 'x\n')
    await repository.write('README.md', 'x\n')
    await repository.commit()
    const { entries } = await readAll(join(repository.path, 'docs'))
    expect([...entries.values()].map(({ path, owners }) => ({ path, owners }))).toEqual([
      { path: 'db/redis.md', owners: ['@acme/dba'] },
    ])
  })

  it('reads every repository below a plain folder, each with its own dates and owners', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'nightdesk-many-'))
    try {
      for (const [name, at] of [
        ['one', spring],
        ['two', summer],
      ] as const) {
        await mkdir(join(parent, name))
        const repository = await temporaryRepository(join(parent, name))
        await repository.write('CODEOWNERS', `* @${name}\n`)
        await repository.write('a.md', 'x\n')
        await repository.commit(at)
      }
      await writeFile(join(parent, 'loose.md'), 'x\n')
      const { entries } = await readAll(parent)
      const seen = [...entries.values()].map(({ path, owners, editedAt }) => [path, owners[0], editedAt])
      expect(seen).toEqual([
        ['loose.md', undefined, expect.any(Date)],
        ['one/repo/a.md', '@one', spring],
        ['two/repo/a.md', '@two', summer],
      ])
    } finally {
      await rm(parent, { recursive: true })
    }
  })

  it('reads a repository nested in another', async () => {
    await using outer = await temporaryRepository()
    await outer.write('a.md', 'x\n')
    await outer.commit(spring)
    const inner = await temporaryRepository(join(outer.path, 'nested'))
    await inner.write('b.md', 'x\n')
    await inner.commit(summer)
    const { entries } = await readAll(outer.path)
    expect([...entries].map(([name, { editedAt }]) => [name, editedAt])).toEqual([
      ['a.md', spring],
      ['nested/repo/b.md', summer],
    ])
  })

  it('falls back to the file system where git is of no help, and says so', async () => {
    await using repository = await temporaryRepository()
    await repository.write('a.md', 'x\n')
    await repository.commit(spring)
    await writeFile(join(repository.path, '.git', 'HEAD'), 'garbage')
    const { survey, entries } = await readAll(repository.path)
    expect([...entries.keys()]).toEqual(['a.md'])
    expect(survey.warnings?.join()).toContain('come from the file system')
  })
})

describe('what is asked of git', () => {
  /** Puts a git in front of the real one that writes down what it is asked. */
  async function watchedGit(folder: string): Promise<() => Promise<string[]>> {
    const log = join(folder, 'asked.log')
    const real = (await promisify(execFile)('which', ['git'])).stdout.trim()
    await mkdir(join(folder, 'bin'), { recursive: true })
    const script = `#!/bin/sh\necho "$@" >> '${log}'\nexec '${real}' "$@"\n`
    await writeFile(join(folder, 'bin', 'git'), script, { mode: 0o755 })
    vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env.PATH}`)
    return async () => {
      const asked = await readFile(log, 'utf8').catch(() => '')
      await rm(log, { force: true })
      return asked.split('\n').filter((line) => line !== '')
    }
  }

  it('is never the date of a line that it told before', async () => {
    await using repository = await temporaryRepository()
    const cacheFolder = join(dirname(repository.path), 'cache')
    for (const [text, at] of [
      ['one\n', spring],
      ['one\ntwo\n', summer],
    ] as const) {
      await repository.write('a.md', text)
      await repository.write('b.md', text)
      await repository.commit(at)
    }
    const asked = await watchedGit(dirname(repository.path))
    const first = await readAll(repository.path, { cacheFolder })
    expect((await asked()).filter((line) => line.includes(' blame ')).length).toBe(2)
    const again = await readAll(repository.path, { cacheFolder })
    const lines = await asked()
    expect(lines.filter((line) => / (?:blame|log) /.test(line))).toEqual([])
    expect([1, 2].map((line) => again.entries.get('a.md')?.lineDates?.at(line))).toEqual([spring, summer])
    expect(again.survey).toEqual(first.survey)
    await repository.write('a.md', 'ONE\ntwo\n')
    await repository.commit(autumn)
    await readAll(repository.path, { cacheFolder })
    const blamed = (await asked()).filter((line) => line.includes(' blame '))
    expect(blamed).toEqual([expect.stringMatching(/a\.md$/)])
  })

  it('is a handful of questions for a survey, however many files there are', async () => {
    await using repository = await temporaryRepository()
    for (let n = 0; n < 60; n++) await repository.write(`${n}.md`, `${n}\n`)
    await repository.commit(spring)
    const asked = await watchedGit(dirname(repository.path))
    await readAll(repository.path)
    expect((await asked()).length).toBeLessThan(20)
  })

  it('runs no program that the repository names', async () => {
    await using repository = await temporaryRepository()
    const trace = join(dirname(repository.path), 'it-ran')
    const program = join(dirname(repository.path), 'program.sh')
    await writeFile(program, `#!/bin/sh\ntouch '${trace}'\n`, { mode: 0o755 })
    await repository.write('.gitattributes', '*.md diff=evil filter=evil\n')
    await repository.write('a.md', 'one\n')
    await repository.commit(spring)
    await repository.write('a.md', 'one\ntwo\n')
    await repository.commit(summer)
    for (const name of ['core.fsmonitor', 'diff.external', 'diff.evil.textconv', 'diff.evil.command', 'gpg.program']) {
      await repository.git('config', name, program)
    }
    await repository.git('config', 'log.showSignature', 'true')
    const { entries } = await readAll(repository.path)
    expect(entries.get('a.md')?.lineDates?.at(2)).toEqual(summer)
    await expect(access(trace)).rejects.toThrow('ENOENT')
  })

  it('is nothing where there is no git, and it is said', async () => {
    await using repository = await temporaryRepository()
    await repository.write('a.md', 'x\n')
    await repository.commit(spring)
    vi.stubEnv('PATH', '/nonexistent')
    const { survey, entries } = await readAll(repository.path)
    expect([...entries.keys()]).toEqual(['a.md'])
    expect(survey.warnings?.join()).toContain('git is not installed')
  })

  it('is nothing where git refuses, and the remedy is said', async () => {
    await using repository = await temporaryRepository()
    await repository.write('a.md', 'x\n')
    await repository.commit(spring)
    vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1')
    const { survey, entries } = await readAll(repository.path)
    expect([...entries.keys()]).toEqual(['a.md'])
    expect(survey.warnings?.join()).toContain('git config --global --add safe.directory')
  })
})

describe('where a file of a work tree can be seen', () => {
  it.each([
    ['git@github.com:acme/runbooks.git', 'https://github.com/acme/runbooks/blob/HEAD/a%20b.md'],
    [
      'https://x-token:secret@gitlab.acme.example/ops/docs.git',
      'https://gitlab.acme.example/ops/docs/-/blob/HEAD/a%20b.md',
    ],
    ['ssh://git@github.com:22/acme/runbooks', 'https://github.com/acme/runbooks/blob/HEAD/a%20b.md'],
  ])('is a page of %s', async (remote, url) => {
    await using repository = await temporaryRepository()
    await repository.git('remote', 'add', 'origin', remote)
    await repository.write('a b.md', 'x\n')
    await repository.commit()
    expect((await readAll(repository.path)).entries.get('a b.md')?.url).toBe(url)
  })

  it('is on the branch that the remote has too', async () => {
    await using repository = await temporaryRepository()
    await repository.write('a.md', 'x\n')
    const commit = await repository.commit()
    await repository.git('remote', 'add', 'origin', 'https://github.com/acme/runbooks')
    await repository.git('update-ref', 'refs/remotes/origin/main', commit)
    const { entries } = await readAll(repository.path)
    expect(entries.get('a.md')?.url).toBe('https://github.com/acme/runbooks/blob/main/a.md')
  })

  it('is the file itself without a remote that shows files', async () => {
    await using repository = await temporaryRepository()
    await repository.git('remote', 'add', 'origin', '/srv/git/docs.git')
    await repository.write('a.md', 'x\n')
    await repository.commit()
    expect((await readAll(repository.path)).entries.get('a.md')?.url).toMatch(/^file:\/\/.*\/a\.md$/)
  })
})

it('finds nothing changed in another clone of the same commit', async () => {
  await using repository = await temporaryRepository()
  await repository.git('remote', 'add', 'origin', 'https://github.com/acme/runbooks')
  await repository.write('a.md', 'x\n')
  await repository.commit()
  const { survey } = await readAll(repository.path)
  const clone = join(dirname(repository.path), 'clone')
  await runGit(repository.path, ['clone', '--quiet', repository.path, clone])
  await runGit(clone, ['remote', 'set-url', 'origin', 'https://github.com/acme/runbooks'])
  await runGit(clone, ['update-ref', '-d', 'refs/remotes/origin/main'])
  await runGit(clone, ['config', '--remove-section', 'branch.main'])
  await using source = sourceOf(clone)
  expect(await source.survey(after(survey), ongoing)).toMatchObject({ changed: [], unchanged: 1 })
})
