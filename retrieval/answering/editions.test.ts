import { describe, expect, it } from 'vitest'
import { declaredAgainst } from './declared.ts'
import { deprecatedIn } from './deprecated.ts'
import { isTranslation, plainPath } from './scope.ts'
import { answeringOver, passagesOf, type Section } from './wiki.fake.ts'

function over(sections: readonly Section[]) {
  const all = passagesOf(sections)
  return answeringOver(sections, {
    sectionsOf: async (id) => all.filter(({ document }) => document.id === id),
  })
}

describe('what a page says of another', () => {
  const old = { path: 'archive/wiki/failover.md', url: 'https://wiki.example/archive/failover' }

  it.each([
    ['Replaces the [2022 page](../archive/wiki/failover.md).', 'newer'],
    ['The [old page](../archive/wiki/failover.md) has not been brought up to date.', 'newer'],
    ['2022年の方式（[旧方針](../archive/wiki/failover.md)）は廃止した。', 'newer'],
    ['This page has moved to [the wiki](/archive/wiki/failover.md).', 'older'],
    ['This runbook is superseded by xref:../archive/wiki/failover.adoc[that one].', 'older'],
    ['このページは古いため、[新しい手順](https://wiki.example/archive/failover)を見てください。', 'older'],
    ['See also the [failover page](../archive/wiki/failover.md).', undefined],
    ['Replaces the old disk. See the [failover page](../archive/wiki/failover.md).', undefined],
    ['Replaces the [backup page](../archive/wiki/backup.md).', undefined],
  ])('%s', (text, expected) => {
    expect(declaredAgainst({ path: 'runbooks/failover.md', text }, old)).toBe(expected)
  })
})

describe('paths of one page in two languages', () => {
  it.each([
    ['docs/en/scale.md', 'docs/ja/scale.md'],
    ['docs/scale.md', 'docs/ja/scale.md'],
    ['docs/scale.md', 'docs/scale.ja.md'],
    ['docs/scale.md', 'docs/scale-ja.md'],
  ])('%s and %s', (one, two) => {
    expect(plainPath(one)).toBe(plainPath(two))
  })

  it('are none when the pages are of different sources', () => {
    const [one, two] = passagesOf([
      { text: 'Scale.', path: 'scale.md' },
      { text: 'スケール。', path: 'ja/scale.md' },
    ])
    if (one === undefined || two === undefined) throw new Error('no passages')
    expect(isTranslation(one.document, two.document)).toBe(true)
    expect(isTranslation(one.document, { ...two.document, source: 'elsewhere' })).toBe(false)
  })
})

describe('deprecatedIn', () => {
  it.each([
    ['The usage of `etcdctl` for restoring has been **deprecated**; use `etcdutl` instead.', ['etcdctl']],
    ['The `.spec.auto` field in the `Cluster` resource is now deprecated.', ['.spec.auto']],
    ['Use `new-tool`, since `old-tool` is no longer supported.', ['old-tool']],
    ['`--force`は非推奨です。', ['--force']],
    ['Use `new-tool` for this.', []],
  ])('%s', (sentence, names) => {
    expect(deprecatedIn(sentence)).toEqual(names)
  })
})

describe('an older edition of a page', () => {
  const present: Section = {
    title: 'Failover of Redis',
    heading: 'By hand',
    path: 'runbooks/redis-failover.md',
    edited: '2026-04-01',
    text: 'Replaces the [2022 procedure](../archive/redis-failover.md). Fail over Redis with `sentinel failover main`.',
  }
  const archived: Section = {
    title: 'Redis failover',
    heading: 'Steps',
    path: 'archive/redis-failover.md',
    edited: '2022-01-01',
    text: 'To fail over Redis, run `redis-cli SLAVEOF NO ONE` on the replica.',
  }

  it('is not quoted when the newer page says that it replaces it, and is named', async () => {
    const answer = await over([archived, present]).answer('How do I fail over Redis by hand?')
    expect(answer.answer).toContain('sentinel failover main')
    expect(answer.answer + answer.spoken).not.toContain('SLAVEOF')
    expect(answer.warnings.map(({ message }) => message).join(' ')).toContain('archive/redis-failover.md')
  })

  it('is quoted, with its age, where no page took its place', async () => {
    const answer = await over([archived]).answer('How do I fail over Redis by hand?')
    expect(answer.answer).toContain('SLAVEOF')
    expect(answer.answer).toContain('⚠')
  })

  it('in another language stays where the newer original says the same', async () => {
    const [ja, en]: Section[] = [
      {
        title: 'スケール',
        path: 'ja/scale.md',
        edited: '2026-03-01',
        text: 'Redisは `kubectl scale redis` でスケールします。',
      },
      { title: 'Scale', path: 'scale.md', edited: '2026-05-01', text: 'Scale Redis with `kubectl scale redis`.' },
    ]
    const answer = await over([ja, en].filter((section) => section !== undefined)).answer(
      'Redisをスケールするコマンドは？',
    )
    expect(answer.answer).toContain('でスケールします')
    expect(answer.warnings.map(({ message }) => message).join(' ')).toContain('原文はその後に更新')
  })
})

describe('who asks how something is done', () => {
  it('gets the steps first, complete and in their order, before what a page is about', async () => {
    const sections: Section[] = [
      {
        heading: 'About',
        text: 'This page is about how to fail over Redis when the primary is lost. Redis failover matters.',
      },
      {
        heading: 'Fail over',
        text: '1. Stop the primary.\n2. Run `sentinel failover main`.\n3. Check the replica of Redis.',
      },
    ]
    const { answer } = await over(sections).answer('How do I fail over Redis when the primary is lost?')
    const places = ['Stop the primary', 'sentinel failover main', 'Check the replica'].map((step) =>
      answer.indexOf(step),
    )
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(answer.indexOf('This page is about')).toBe(-1)
  })
})

describe('a question that no document can answer', () => {
  it.each(['', '???', '   '])('"%s" is told that it holds none', async (text) => {
    const answer = await over([{ text: 'Redis fails over by itself.' }]).answer(text)
    expect(answer.abstained).toBe(true)
    expect(answer.answer).toContain('no question')
    expect(answer.answer).not.toContain('""')
  })
})
