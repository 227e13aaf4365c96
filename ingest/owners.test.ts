import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOwnersFile, ownership } from './owners.ts'
import { ownersPattern } from './owners-pattern.ts'

function ownersIn(files: Record<string, string>): (path: string) => readonly string[] {
  const owners = ownership(new Map(Object.entries(files)))
  return (path) => owners.ownersOf(path)
}

describe('a CODEOWNERS file', () => {
  it.each([
    ['*', ['a.md', 'docs/a.md'], []],
    ['*.md', ['a.md', 'docs/deep/a.md'], ['a.mdx', 'md']],
    ['/docs/', ['docs/a.md', 'docs/deep/a.md'], ['docs', 'other/docs/a.md']],
    ['docs/', ['docs/a.md', 'other/docs/a.md'], ['docs.md']],
    ['docs/*', ['docs/a.md'], ['docs/deep/a.md', 'other/docs/a.md']],
    ['/a.md', ['a.md'], ['docs/a.md']],
    ['apps/**/a.md', ['apps/a.md', 'apps/x/y/a.md'], ['a.md', 'apps/b.md']],
    ['**/logs', ['logs', 'build/logs/x.md', 'a/b/logs'], ['logs.md']],
    ['/docs/**', ['docs/a.md', 'docs/deep/a.md'], ['doc/a.md']],
    ['docs', ['docs/a.md', 'other/docs/a.md', 'docs'], ['docs.md', 'mydocs/a.md']],
    ['run?ook.md', ['runbook.md'], ['runook.md', 'run/ook.md']],
    ['a\\ b.md', ['a b.md'], ['a\\ b.md']],
    ['a.(md)+[x]', ['a.(md)+[x]'], ['a.md']],
    ['障害/*.md', ['障害/手順.md'], ['障害/深い/手順.md']],
  ])('takes %s as GitHub does', (pattern, fitting, others) => {
    const fits = ownersPattern(pattern)
    expect([...fitting, ...others].filter(fits)).toEqual(fitting)
  })

  it('gives the last line that fits, and nobody where that line names nobody', () => {
    const ownersOf = ownersIn({
      CODEOWNERS: '# who owns what\n* @acme/all # everybody\n/db/ @acme/dba bob@acme.example\n/db/scratch/\n',
    })
    expect(ownersOf('a.md')).toEqual(['@acme/all'])
    expect(ownersOf('db/redis.md')).toEqual(['@acme/dba', 'bob@acme.example'])
    expect(ownersOf('db/scratch/x.md')).toEqual([])
  })

  it("adds up GitLab's sections, with their default owners", () => {
    const ownersOf = ownersIn({
      CODEOWNERS: '* @all\n[Database][2] @dba\n/db/\n/db/own/ @own\n^[Docs]\n*.md @writers\n',
    })
    expect(ownersOf('db/redis.md')).toEqual(['@all', '@dba', '@writers'])
    expect(ownersOf('db/own/x.sql')).toEqual(['@all', '@own'])
  })

  it('counts from the nearest folder upwards that has one, from .github before the folder itself', () => {
    const ownersOf = ownersIn({
      CODEOWNERS: '* @outer\n',
      '.github/CODEOWNERS': '* @first\n',
      'team/docs/CODEOWNERS': '/docs/ @team-docs\n',
      'team/other/CODEOWNERS': '/only.md @only\n',
    })
    expect(ownersOf('a.md')).toEqual(['@first'])
    expect(ownersOf('team/docs/a.md')).toEqual(['@team-docs'])
    expect(ownersOf('team/a.md')).toEqual(['@first'])
    expect(ownersOf('team/other/only.md')).toEqual(['@only'])
  })

  it('is found by its name in any folder', () => {
    const files = ['CODEOWNERS', '.github/CODEOWNERS', 'a/docs/CODEOWNERS', 'OWNERS', 'a/OWNERS_ALIASES']
    expect(files.filter(isOwnersFile)).toEqual(files)
    expect(['CODEOWNERS.md', 'docs/owners.md', 'NOTOWNERS'].filter(isOwnersFile)).toEqual([])
  })

  it('never takes long over a pattern or a path', () => {
    const fits = ownersPattern(`/${'**/'.repeat(12)}${'*a'.repeat(12)}`)
    expect(fits(`${'a/'.repeat(40)}${'a'.repeat(60)}b`)).toBe(false)
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, path) => typeof ownersPattern(pattern)(path) === 'boolean'),
    )
  })
})

describe('an OWNERS file', () => {
  it('names approvers, or reviewers where there are no approvers, of its folder and below', () => {
    const ownersOf = ownersIn({
      OWNERS: 'approvers: [ann, bob]\nreviewers: [eve]\n',
      'etcd/OWNERS': 'reviewers:\n- eve\n',
    })
    expect(ownersOf('a.md')).toEqual(['ann', 'bob'])
    expect(ownersOf('etcd/deep/a.md')).toEqual(['eve'])
  })

  it('knows groups from OWNERS_ALIASES', () => {
    const ownersOf = ownersIn({
      OWNERS_ALIASES: 'aliases:\n  sig-Docs:\n  - ann\n  - bob\n',
      'docs/OWNERS': 'approvers: [sig-docs, eve, bob]\n',
    })
    expect(ownersOf('docs/a.md')).toEqual(['ann', 'bob', 'eve'])
  })

  it('can shut out the folders above', () => {
    const ownersOf = ownersIn({ OWNERS: 'approvers: [ann]\n', 'own/OWNERS': 'options: { no_parent_owners: true }\n' })
    expect(ownersOf('own/a.md')).toEqual([])
    expect(ownersOf('a.md')).toEqual(['ann'])
  })

  it('can speak for some files alone', () => {
    const ownersOf = ownersIn({
      OWNERS:
        'filters:\n  ".*":\n    approvers: [all]\n  "\\\\.md$":\n    approvers: [writers]\n  "((a+)+)+$":\n    approvers: [never]\n',
    })
    expect(ownersOf('docs/a.md')).toEqual(['all', 'writers'])
    expect(ownersOf('a.go')).toEqual(['all'])
  })

  it('gives way to CODEOWNERS, and is passed over when it is something else', () => {
    expect(ownersIn({ CODEOWNERS: '* @x\n', OWNERS: 'approvers: [ann]\n' })('a.md')).toEqual(['@x'])
    for (const text of ['- just\n- a list\n', 'approvers: {a: 1}\n', '%$#{[', 'John Doe <john@acme.example>\n']) {
      expect(ownersIn({ OWNERS: text })('a.md')).toEqual([])
    }
  })
})
