import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { termsOf } from '#knowledge/terms/terms.ts'
import { loadThesaurus, Thesaurus } from './thesaurus.ts'

const lines = readFileSync(join(import.meta.dirname, 'thesaurus.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
const groups = lines.map((line) => line.replace(/^\+ /, '').split(/, | => /))
const members = groups.flat()

const alternatives = (thesaurus: Thesaurus, text: string) => thesaurus.read(text).alternatives

describe('thesaurus.txt', () => {
  it('has at least 3,000 groups of two members or more', () => {
    expect(groups.length).toBeGreaterThanOrEqual(3000)
    expect(groups.filter((group) => group.length < 2)).toEqual([])
  })

  it('has no member that is empty, that touches a stray comma or space, or that is over 40 characters', () => {
    expect(members.filter((member) => member === '' || member.length > 40 || /,|^\s|\s$|\s\s/.test(member))).toEqual([])
  })

  it('writes every member as it will be looked up: normalised and in lower case', () => {
    expect(members.filter((member) => member !== member.normalize('NFKC').toLowerCase())).toEqual([])
  })

  it('names a member once in a group', () => {
    expect(groups.filter((group) => new Set(group).size < group.length)).toEqual([])
  })

  it('speaks both languages in at least half of its groups', () => {
    const bilingual = groups.filter(
      (group) =>
        group.some((member) => /[a-z]/.test(member)) && group.some((member) => /[ぁ-んァ-ヶ一-龠]/.test(member)),
    )
    expect(bilingual.length).toBeGreaterThanOrEqual(groups.length / 2)
  })

  it('does not ask for more words in a row than a phrase may have', () => {
    const latin = members.filter((member) => /^[\x20-\x7e]+$/.test(member))
    expect(latin.filter((member) => member.split(/[^a-z0-9]+/).length > 5)).toEqual([])
  })

  it('has one word after a gap', () => {
    expect(members.filter((member) => member.includes('..') && !/^[a-z0-9 ]+ \.\. [a-z0-9]+$/.test(member))).toEqual([])
  })

  it('looks for something behind every arrow', () => {
    expect(lines.filter((line) => line.includes('=>') && !/^[^=]+ => [^=]+$/.test(line))).toEqual([])
    const sought = lines.flatMap((line) => line.split(' => ').slice(1)).join(', ')
    expect(sought).not.toContain('..')
  })
})

describe('Thesaurus', () => {
  const few = new Thesaurus(
    [
      '# a title is no group',
      'server, box, node, サーバ',
      'out of memory, ran out of ram, oom, メモリ不足',
      'exhaust, run out, 枯渇',
      'crash, fall over, 落ち',
      'restart, bounce, 再起動',
      'start, boot, 起動',
    ].join('\n'),
  )

  it('writes a verb and its particle as one word where that is a word, and nowhere else', () => {
    const verbs = new Thesaurus('fail over, failover, 切り替え\nshut down, shutdown\nscale up, grow')
    expect(verbs.inOneWord('How do I fail over the ledger?')).toBe('How do I failover the ledger?')
    expect(verbs.inOneWord('Failing over, then shutting down')).toBe('failover, then shutdown')
    expect(verbs.inOneWord('scale up, fall over, come over')).toBe('scale up, fall over, come over')
  })

  it('finds the other words of a group in both languages', () => {
    expect(alternatives(few, 'which box is it').get('box')).toEqual([['server'], ['node'], ['サーバ']])
    expect(alternatives(few, 'サーバーはどれ').get('サーバ')).toEqual([['server'], ['box'], ['node']])
  })

  it('matches an inflected word by its stem', () => {
    expect(alternatives(few, 'we kept restarting it').get('restart')).toContainEqual(['bounc'])
  })

  it('reads a phrase before the words in it', () => {
    const found = alternatives(few, 'the box ran out of RAM')
    expect(found.get('ran')).toContainEqual(['メモリ', '不足'])
    expect(found.get('ram')).toContainEqual(['oom'])
  })

  it('reads a longer Japanese word before the shorter one in it', () => {
    expect(alternatives(few, 'サーバーの再起動').get('起動')).toEqual([['restart'], ['bounc']])
  })

  it('does not search for a phrase whose meaning hangs on small words', () => {
    expect(alternatives(few, 'メモリが枯渇').get('枯渇')).toEqual([['exhaust']])
    expect(alternatives(few, 'we run out of disks').get('run')).toEqual([['exhaust'], ['枯渇']])
  })

  it('looks for what stands after an arrow, and never for what stands before it', () => {
    const oneWay = new Thesaurus('old build, 前の版 => rollback, 切り戻')
    expect(alternatives(oneWay, 'put the old build back').get('build')).toEqual([['rollback'], ['切', '戻']])
    expect(alternatives(oneWay, '前の版にしたい').get('版')).toContainEqual(['rollback'])
    expect(alternatives(oneWay, 'rollback')).toEqual(new Map())
    expect(oneWay.read('the old build').said).toBe('rollback 切り戻')
  })

  it('reads a phrase around what stands in its gap, and the words in the gap', () => {
    const gapped = new Thesaurus(['shut .. down => stop', 'shut => closed', 'box, server'].join('\n'))
    expect(alternatives(gapped, 'shut the last box down').get('shut')).toEqual([['stop']])
    expect(alternatives(gapped, 'shut the last box down').get('box')).toEqual([['server']])
    expect(
      alternatives(new Thesaurus('bring .. back => recover\nback up => backup'), 'bring it back up').get('back'),
    ).toEqual([['recov']])
    expect(alternatives(gapped, 'shut it').get('shut')).toEqual([['close']])
    expect(alternatives(gapped, 'shut the door before you slow the heater down').get('shut')).toEqual([['close']])
  })

  it('reads over articles within a phrase', () => {
    const two = new Thesaurus('drain the node, 退避\na record, アドレス')
    expect(alternatives(two, 'draining my node').get('node')).toContainEqual(['退避'])
    expect(alternatives(two, 'a lost record')).toEqual(new Map())
  })

  it('reads a contraction as it would be written', () => {
    const login = new Thesaurus('cannot log in => lockout\ndoes not start, 起動失敗')
    for (const text of ["I can't log in", 'i cannot log in', 'I cant log in', 'I can not log in', 'I can’t log in'])
      expect(alternatives(login, text).get('log')).toEqual([['lockout']])
    expect(alternatives(login, "it doesn't start").get('start')).toContainEqual(['起動', '動失', '失敗'])
  })

  it('reads a Japanese word that begins with Latin letters, but not from the middle of a Latin one', () => {
    const mixed = new Thesaurus('db障害, database outage')
    expect(alternatives(mixed, '昨日のDB障害').get('障害')).toEqual([['databas', 'outag']])
    expect(alternatives(mixed, 'mongodb障害').get('障害')).toBeUndefined()
  })

  it('does not take a small word for another of the same stem', () => {
    const power = new Thesaurus('ups, 停電\none, 単一\nha, 冗長化')
    expect(alternatives(power, 'has it come up on the node')).toEqual(new Map())
    expect(alternatives(power, 'which UPS').get('ups')).toEqual([['停電']])
  })

  it('reads the words within a phrase too where its group only adds to them', () => {
    const adding = new Thesaurus('+ restart the pod, ポッド再起動\nrestart, 再起動, bounce\npod, ポッド, コンテナ')
    expect(alternatives(adding, 'restart a pod').get('restart')).toContainEqual(['bounc'])
    expect(alternatives(adding, 'restart a pod').get('pod')).toContainEqual(['コンテナ'])
    expect(alternatives(adding, 'ポッド再起動').get('再起')).toContainEqual(['restart', 'pod'])
    expect(alternatives(adding, 'ポッド再起動').get('再起')).toContainEqual(['bounc'])
  })

  it('leaves a word that it does not know alone', () => {
    expect(alternatives(few, 'how is the weather')).toEqual(new Map())
  })
})

describe('The shipped thesaurus', () => {
  const shipped = loadThesaurus()

  it.each([
    ['the box ran out of RAM', 'ran', ['メモリ', '不足']],
    ['ノードのメモリ不足', 'ノード', ['box']],
    ['who do I wake up', 'wake', ['page']],
    ['証明書が切れそう', '切', ['cert', 'expir']],
    ['kube cuddle hangs', 'cuddl', ['kubectl']],
    ['it says four oh three', 'four', ['403']],
    ['ポスグレが重い', 'ポスグレ', ['postgresql']],
    ['ディーエヌエスが引けない', 'ディーエヌエス', ['dns']],
    ['夜間バッチ', 'バッチ', ['batch']],
    ['make the standby the new master', 'master', ['主系']],
  ])('brings the words of %s to those of a document', (question, term, words) => {
    expect(alternatives(shipped, question).get(term)).toContainEqual(words)
  })

  it.each([
    ['the box fell over again', 'crash'],
    ['how do I put the old build back', 'rollback'],
    ['roll that last release back', '切り戻'],
    ['who do I shout at', 'escalation'],
    ["it's eating all the memory", 'oom'],
    ['kick the database over to the standby', 'failover'],
    ['stop letting new people in', 'rate limit'],
    ['shut the workers down for the night', 'シャットダウン'],
    ['bring the node back up after patching', 'recover'],
    ['how can I throw the stuck messages away', 'purge'],
    ['pods keep dying since lunch', 'crashloopbackoff'],
    ["the cert didn't renew", 'acme'],
    ['who covers for me next week', 'shift swap'],
    ['someone left the company yesterday', 'offboarding'],
    ['I lost my laptop on the train', 'remote wipe'],
    ['can we let customers know', 'status page'],
    ['is there extra pay for nights', 'allowance'],
    ['it is too expensive', 'cost optimization'],
    ['溜まってるのを捨てたい', 'パージ'],
    ['前の版に戻す', 'ロールバック'],
    ['誰を呼べばいい', 'エスカレーション'],
    ['急に重くなった', 'latency spike'],
    ['機能を落として続けたい', '縮退運転'],
    ['鍵を貼っちゃった', '失効'],
    ['当番を代わってほしい', 'override'],
    ['辞めた人の分', 'オフボーディング'],
    ['夜のバッチが動いてない', 'cron'],
    ['パソコンをなくした', 'リモートワイプ'],
    ['dbにつながらなくなった', 'max_connections'],
    ['お客様に知らせるには', 'ステータスページ'],
  ])('knows what is meant by: %s', (question, word) => {
    const terms = new Set(termsOf(word))
    const found = [...alternatives(shipped, question).values()].flat()
    expect(found.some((other) => [...terms].every((term) => other.includes(term)))).toBe(true)
  })

  it.each([
    ['how do I restart the box on the left', 'single'],
    ['is it up', '無停電'],
    ['which team has it', '冗長'],
    ['how long is ten minutes', '議事録'],
    ['the audit log path', '納期'],
    ['グループの一覧', 'infinite'],
    ['クロックのずれ', '排他'],
    ['bring the node back up', 'backup'],
  ])('does not read more into %s', (question, word) => {
    expect(shipped.read(question).said).not.toContain(word)
  })

  it('adds no more words to an ordinary question than a passage has', () => {
    const questions = [
      'What is the alert threshold for disk usage on the database hosts, and who owns it?',
      'レプリカの遅延が大きいときは何を確認して、誰にエスカレーションすればいい?',
    ]
    for (const question of questions) expect(shipped.read(question).said.split(' ').length).toBeLessThan(120)
  })

  it('does not see a lag (ラグ) in a plugin, nor a role in a rollback', () => {
    const words = [...alternatives(shipped, 'プラグインのロールバック').values()].flat(2)
    expect(words).toContain('revert')
    expect(words).not.toContain('lag')
    expect(words).not.toContain('privileg')
  })
})
