import { describe, expect, it } from 'vitest'
import { namesIn } from './names-in.ts'
import type { CountedName } from './spoken-names.ts'
import { vocabularyOf } from './spoken-vocabulary.ts'
import { misheardEnglish, misheardJapanese, ordinaryEnglish, ordinaryJapanese } from './talk.fake.ts'
import type { Vocabulary } from './vocabulary.ts'

const ongoing = new AbortController().signal

const counted = (text: string, more: Partial<CountedName> = {}): CountedName => ({
  text,
  documents: 5,
  leading: 1,
  asCode: 3,
  asProper: 3,
  ...more,
})

async function vocabulary(...names: (string | CountedName)[]): Promise<Vocabulary> {
  const all = names.map((name) => (typeof name === 'string' ? counted(name) : name))
  return await vocabularyOf(all, async () => {}, ongoing)
}

const ops = await vocabulary(
  'kubectl',
  'kubelet',
  'etcd',
  'Postgres',
  'Patroni',
  'nginx',
  'Redis',
  'Grafana',
  'Prometheus',
  'Alertmanager',
  'DaemonSet',
  'PodDisruptionBudget',
  'KubePodCrashLooping',
  'PgBouncer',
  'payments-db',
  'hawkeye-proxy',
  'readOnly',
  'failover',
  'backup',
  'Zephyrine',
  'work_mem',
  'CNPG',
)

describe('what was misheard in English', () => {
  it.each([
    ['uh cube control drain keeps bailing', 'uh kubectl drain keeps bailing'],
    ['how do I use cube C T L to drain', 'how do I use kubectl to drain'],
    ['is the kube cuddle version right', 'is the kubectl version right'],
    ['the post gress primary is down', 'the Postgres primary is down'],
    ['restart engine x on the edge', 'restart nginx on the edge'],
    ['et see dee is out of space', 'etcd is out of space'],
    ['why is at cd so slow', 'why is etcd so slow'],
    ['the cube let is not ready', 'the kubelet is not ready'],
    ['check the demon set', 'check the DaemonSet'],
    ['raise work mem for the reports', 'raise work_mem for the reports'],
    ['fail over the payments D B', 'fail over the payments-db'],
    ['restart the hawk eye proxy', 'restart the hawkeye-proxy'],
    ['is zeferine healthy', 'is Zephyrine healthy'],
    ['the alert manager config does not load', 'the Alertmanager config does not load'],
    ['what does C N P G do on failover', 'what does CNPG do on failover'],
  ])('is taken for the name that it sounds like: %s', (heard, meant) => {
    expect(ops.correct(heard, 'en').text).toBe(meant)
  })

  it('says what was heard, what it was taken for, and where', () => {
    const { text, corrections } = ops.correct('does cube control talk to engine x', 'en')
    expect(corrections).toEqual([
      { heard: 'cube control', meant: 'kubectl', at: 5, confidence: 1 },
      { heard: 'engine x', meant: 'nginx', at: 21, confidence: 1 },
    ])
    for (const { meant, at } of corrections) expect(text.slice(at, at + meant.length)).toBe(meant)
  })
})

describe('what was misheard in Japanese', () => {
  it.each([
    ['クーベコントロールでドレインしたい', 'kubectlでドレインしたい'],
    ['キューブシーティーエルの使い方', 'kubectlの使い方'],
    ['キューブCTLで見る', 'kubectlで見る'],
    ['ポスグレが落ちた', 'Postgresが落ちた'],
    ['エンジンエックスを再起動', 'nginxを再起動'],
    ['プロメテウスアラートが鳴っています', 'Prometheusアラートが鳴っています'],
    ['パトロニーの切り替え', 'Patroniの切り替え'],
    ['ペイメンツディービーのフェイルオーバー', 'payments-dbのフェイルオーバー'],
  ])('is taken for the name that it sounds like: %s', (heard, meant) => {
    expect(ops.correct(heard, 'ja').text).toBe(meant)
  })
})

describe('what was heard rightly', () => {
  it.each([
    'The light is red is it not',
    'Is the file read only, or can I write to it?',
    'Set up a backup before the failover.',
    'Open the console and control the engine.',
    'How do I restart nginx with kubectl?',
    'Who at the company knows the payments team?',
    'keep it low key please',
    'Where is the post about the new cube?',
  ])('is left as it is: %s', (heard) => {
    expect(ops.correct(heard, 'en')).toEqual({ text: heard, corrections: [], doubts: [] })
  })

  it.each(['サーバーのログを見たい', 'コンソールを開いてください', 'バックアップのコントロール', 'メールが届かない'])(
    'is left as it is: %s',
    (heard) => {
      expect(ops.correct(heard, 'ja')).toEqual({ text: heard, corrections: [], doubts: [] })
    },
  )
})

describe('talk', async () => {
  const names = await vocabulary(...new Set([...misheardEnglish, ...misheardJapanese].map(([, name]) => name)))

  it.each([
    ['en', misheardEnglish, ['how do I restart @ on the host', 'why is @ so slow', '@ is down']],
    ['ja', misheardJapanese, ['@の再起動の手順を教えて', '@が遅いのはなぜ', '@は落ちていますか']],
  ] as const)('of names in %s is understood, nearly always', (lang, pairs, frames) => {
    const wrong = pairs.flatMap(([heard, name]) =>
      frames.filter((frame) => names.correct(frame.replace('@', heard), lang).text !== frame.replace('@', name)),
    )
    expect(wrong.length / (pairs.length * frames.length)).toBeLessThan(0.05)
  })

  it('of anything else is left alone, nearly always', () => {
    const all = [
      ...ordinaryEnglish.map((text) => [text, 'en'] as const),
      ...ordinaryJapanese.map((text) => [text, 'ja'] as const),
    ]
    const changed = all.filter(([text, lang]) => names.correct(text, lang).text !== text)
    expect(changed.length / all.length).toBeLessThan(0.01)
    expect(all.filter(([text, lang]) => names.correct(text, lang).doubts.length > 0)).toEqual([])
  })

  it('that is longer than anybody talks is left alone', () => {
    const long = 'cube control '.repeat(1000)
    expect(names.correct(long, 'en').text).toBe(long)
  })
})

describe('a name that could be another', () => {
  it('is asked about, not guessed', async () => {
    const twins = await vocabulary('Marlena', 'Marlina')
    const { text, corrections, doubts } = twins.correct('restart marlana now', 'en')
    expect([text, corrections]).toEqual(['restart marlana now', []])
    expect(doubts).toEqual([{ heard: 'marlana', at: 8, candidates: expect.arrayContaining(['Marlena']) }])
  })
})

describe('a word that its recogniser doubts', () => {
  it.each([
    ['what does zephy do', 'zephy', 'Zephyrine'],
    ['is zeferine healthy', 'zeferine', 'Zephyrine'],
    ['restart patro now', 'patro?', 'Patroni'],
    ['restart etsy now', 'etsy', 'etcd'],
    ['restart wimbly now', 'wimbly', undefined],
    ['グラフアナを開いて', 'グラフアナ', 'Grafana'],
  ])('is asked about, and never taken for a name: %s', (heard, unsure, candidate) => {
    const { text, corrections, doubts } = ops.correct(heard, /[a-z]/.test(unsure) ? 'en' : 'ja', [unsure])
    expect([text, corrections]).toEqual([heard, []])
    expect(doubts[0]?.candidates[0]).toBe(candidate)
  })

  it('is no name that stands there, no word that everybody says, and none that is listed as a mishearing', () => {
    expect(ops.correct('restart Patroni now', 'en', ['Patroni', 'now', 'restart']).doubts).toEqual([])
    expect(ops.correct('use cube control', 'en', ['cube', 'control']).text).toBe('use kubectl')
  })
})

describe('the names of a document', () => {
  it('are what is no ordinary word, or not used as one', () => {
    const passage = {
      text: 'Ask Vault for a token. Then run `yhctl rotate --env prod-eu` on suzume-db-02, see https://x.example/Nope1.\nIt is read-only at commit 9f8e7d6c5b.',
      heading: ['Rotate keys', 'Point of Presence (PoP)'],
    }
    const found = namesIn({ title: 'Key rotation', owners: ['@sre-leads'] }, [passage])
    const texts = found.map(({ text }) => text)
    expect(texts).toEqual(expect.arrayContaining(['yhctl', 'suzume-db-02', 'prod-eu', 'PoP', 'sre-leads']))
    for (const none of ['Ask', 'Then', 'read-only', 'rotate', 'Nope1', '9f8e7d6c5b']) expect(texts).not.toContain(none)
  })
})

it('hands a recogniser the likeliest names first, and no more than it can take', () => {
  expect(ops.keyterms(3)).toHaveLength(3)
  expect(ops.keyterms(100)).toContain('Patroni')
})
