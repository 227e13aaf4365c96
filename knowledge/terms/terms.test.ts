import { describe, expect, it } from 'vitest'
import { termsOfPassage } from './passage-terms.ts'
import { identifiersOf, termsOf } from './terms.ts'

describe('termsOf', () => {
  it.each([
    ['KubePodCrashLooping', ['kubepodcrashlooping', 'kube', 'pod', 'crash', 'loop']],
    ['--max-old-space-size', ['--max-old-space-size', 'max', 'old', 'space', 'size']],
    ['pg_stat_activity', ['pg_stat_activity', 'pg', 'stat', 'activ']],
    ['5xx', ['5xx', '5']],
    ['i-0abc', ['i-0abc', '0abc', '0']],
    ['/etc/kubernetes/manifests/', ['/etc/kubernetes/manifests', 'etc', 'kubernet', 'manifest']],
    ['It stopped.', ['stop']],
    ['10ms', ['10ms', '10']],
    ['85%', ['85']],
  ])('finds %s whole and by its parts', (text, terms) => {
    for (const term of terms) expect(termsOf(text)).toContain(term)
  })

  it('does not care about width, case or inflection', () => {
    expect(termsOf('ＲＥＳＴＡＲＴＩＮＧ pods')).toEqual(termsOf('restarted Pod'))
    expect(termsOf('ｻｰﾊﾞｰ')).toEqual(termsOf('サーバ'))
  })

  it('leaves out what every question says', () => {
    expect(termsOf('um, so how do I do this')).toEqual([])
    expect(termsOf('えーっと、これはどう')).toEqual([])
  })

  it('finds a Japanese compound by its parts', () => {
    expect(termsOf('自動退避ポリシーの設定')).toEqual(expect.arrayContaining(['自動', '退避', 'ポリシ', '設定']))
    expect(termsOf('オートスケーリンググループ')).toEqual(expect.arrayContaining(['スケーリ', 'グループ']))
  })

  it('takes a megabyte without a space in a moment', () => {
    expect(termsOf(`${'a'.repeat(1_000_000)}`)).toEqual([])
    expect(termsOf('a-'.repeat(500_000)).length).toBeGreaterThan(0)
  })
})

describe('identifiersOf', () => {
  it('tells names from words', () => {
    expect(
      identifiersOf('Run kubectl drain --ignore-daemonsets on ip-10-0-0-1, see KubeNodeNotReady and pg_stat_activity.'),
    ).toEqual(['--ignore-daemonsets', 'ip-10-0-0-1', 'kubenodenotready', 'pg_stat_activity'])
  })
})

describe('termsOfPassage', () => {
  it('keeps commands apart from prose', () => {
    const terms = termsOfPassage('Drain a node', {
      heading: ['Before you begin'],
      context: '',
      kind: 'steps',
      text: 'Cordon it with `kubectl cordon`:\n\n```sh\nkubectl drain web-1\n```\n\nThen wait.',
    })
    expect(terms.title).toEqual(['drain', 'node'])
    expect(terms.heading).toEqual(['begin'])
    expect(terms.body).toEqual(['cordon', 'kubectl', 'cordon', 'wait'])
    expect(terms.code).toEqual(expect.arrayContaining(['kubectl', 'drain', 'web-1']))
  })
})
