import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { letterByLetter, spelled } from './letters.ts'
import { LexiconError, parseLexicon, shippedLexicon } from './lexicon.ts'
import { speakable, writtenUpTo } from './speakable.ts'
import { spokenSentences } from './spoken-sentences.ts'

const lexicon = shippedLexicon()
const english = (text: string) => speakable(text, { lang: 'en', lexicon }).text
const japanese = (text: string) => speakable(text, { lang: 'ja', lexicon }).text

describe('speakable English', () => {
  it.each([
    // What is for the eye
    ['**Do** this _now_, ~~not~~ later.', 'Do this now, not later.'],
    ['Restart it [1], then wait [2, 3].', 'Restart it, then wait.'],
    ['Restart it.[^1]', 'Restart it.'],
    ['See [the runbook](https://wiki.example.com/x "t") first.', 'See the runbook first.'],
    ['See https://grafana.example.com/d/abc?x=1.', 'See the link to grafana dot example dot com.'],
    ['<b>Stop</b><br/>now <!-- hidden -->please', 'Stop now please.'],
    ['![graph](x.png) The graph.', 'The graph.'],
    [':warning: 🚨 Stop ✅', 'Stop.'],
    ['## Failover\n\nPromote it', 'Failover. Promote it.'],
    ['- one\n- two', 'one. two.'],
    ['1. Drain\n2. Reboot', '1: Drain. 2: Reboot.'],
    ['> quoted\n> twice', 'quoted. twice.'],
    ['Write to ops@example.com.', 'Write to ops at example dot com.'],
    // Figures
    ['It takes 5m.', 'It takes 5 minutes.'],
    ['It takes 1m or 1h30m or 500ms.', 'It takes 1 minute or 1 hour 30 minutes or 500 milliseconds.'],
    ['It takes 5-10 minutes, 2–3h.', 'It takes 5 to 10 minutes, 2 to 3 hours.'],
    ['At 99.9% or 50 %.', 'At 99.9 percent or 50 percent.'],
    ['Uses 512Mi, 4GiB, 1.5TB and 10 GB.', 'Uses 512 mebibytes, 4 gibibytes, 1.5 terabytes and 10 gigabytes.'],
    ['With cpu: 250m.', 'With C P U: 250 millicores.'],
    [
      'At 10k rps, 200rps, 5/min, 3 MB/s.',
      'At 10 thousand rps, 200 requests per second, 5 per minute, 3 megabytes per second.',
    ],
    ['Over 1,500,000 rows.', 'Over 1500000 rows.'],
    ['It is -5 now.', 'It is minus 5 now.'],
    ['About ~20 of them, ≈ 7.', 'About about 20 of them, about 7.'],
    ['It costs $5, €1,200.50.', 'It costs 5 dollars, 1200.50 euros.'],
    ['On 2026-11-21.', 'On November 21, 2026.'],
    ['At 2026-11-21T05:30:00Z.', 'At November 21, 2026, 5 30 U T C.'],
    ['At 14:05, 09:00, 14:00 and 23:59.', "At 14 oh 5, 9 o'clock, 14 hundred and 23 59."],
    ['Use v1.28.3, v2 or 15.4.1-rc1.', 'Use version 1 point 28 point 3, version 2 or 15 point 4 point 1 R C1.'],
    ['Version 15.4 is fine.', 'Version 15.4 is fine.'],
    ['At 10.0.0.1:5432 in 10.0.0.0/16.', 'At 10 dot 0 dot 0 dot 1 port 5432 in 10 dot 0 dot 0 dot 0 slash 16.'],
    ['Commit 3f2a9bc.', 'Commit 3 F 2 A 9 B C.'],
    ['Image 3f2a9bc1d4e5f60718293a4b5c6d7e8f90a1b2c3.', 'Image starting with 3 F 2 A 9 B C.'],
    ['Id 550e8400-e29b-41d4-a716-446655440000.', 'I D starting with 5 5 0 E.'],
    ['Flags 0x1F.', 'Flags hex 1 F.'],
    ['HTTP 503, status 404, 5xx.', 'H T T P 5 0 3, status 4 0 4, 5 X X.'],
    ['It is 0/1 ready, 24/7.', 'It is 0 of 1 ready, 24 7.'],
    ['See #1234.', 'See number 1234.'],
    ['It is 3x as fast.', 'It is 3 times as fast.'],
    // Names
    ['KubePodCrashLooping fires.', 'Kube pod crash looping fires.'],
    ['Check pg_stat_activity and MAX_CONNECTIONS.', 'Check P G stat activity and max connections.'],
    ['The payments-db is read-only.', 'The payments D B is read only.'],
    ['The API, SLOs, JSON, RBAC and NAT.', "The A P I, S L O's, jason, are back and nat."],
    ['Do NOT restart. DO NOT RUN THIS.', 'Do not restart. do not run this.'],
    ['A SEV1 on EC2 and S3 at p99.', 'A sev 1 on E C 2 and S 3 at P 99.'],
    ['PostgreSQL, PgBouncer, GitHub, nginx and etcd.', 'postgres, P G bouncer, git hub, engine X and et C D.'],
    ['Ask @alice in #sre-oncall.', 'Ask alice in the channel S R E oncall.'],
    ['On redis.internal:6379, see values.yaml.', 'On redis dot internal port 6379, see values dot yammel.'],
    ['Edit /etc/hosts or ~/.ssh/config.', 'Edit et C hosts or S S H config.'],
    ['Owned by @acme/sre-leads.', 'Owned by acme S R E leads.'],
    [
      'Owned by `@acme/sre-leads`, see `runbooks/db-failover.md`.',
      'Owned by acme S R E leads, see runbooks D B failover dot M D.',
    ],
    [
      'Run kubectl scale deploy/api --replicas=0.',
      'Run kube control scale deploy slash A P I dash dash replicas equals 0.',
    ],
    ['It ends.Then it starts.', 'It ends.Then it starts.'],
    ['known_hosts and node_exporter', 'known hosts and node exporter.'],
    // Commands
    [
      'Run `kubectl rollout undo deploy/api --to-revision=3`.',
      'Run kube control, rollout, undo, deploy slash A P I, dash dash to dash revision equals 3.',
    ],
    [
      'The command is: kubectl rollout undo deploy/api --to-revision=3.',
      'The command is: kube control rollout undo deploy slash A P I dash dash to dash revision equals 3.',
    ],
    [
      'Run `kubectl exec payments-db-1 -- psql`.',
      'Run kube control, exec, payments dash D B dash 1, dash dash, P sequel.',
    ],
    ['Run `systemctl restart redis-sessions`.', 'Run system control, restart, redis dash sessions.'],
    ['The service `redis-sessions` says `too many clients`.', 'The service redis sessions says too many clients.'],
    ['Use `-X` or -v.', 'Use dash capital X or dash V.'],
    ['Set PGHOST=localhost first.', 'Set P G H O S T equals local host first.'],
    ['Set `$HOME/.kube`.', 'Set dollar home slash dot kube.'],
    ['Pods are `Pending`, says `too many clients`.', 'Pods are Pending, says too many clients.'],
    ['```sh\n# first\n$ systemctl restart redis\n```', 'system control, restart, redis.'],
    // Signs
    ['A → B, lag > 5 or >= 7, x != y', 'A, then B, lag more than 5 or at least 7, x is not y.'],
    ['read/write & more…', 'read write and more.'],
    ['Wait (a bit), then go — now.', 'Wait, a bit, then go, now.'],
    ['e.g. this, i.e. that', 'for example this, that is that.'],
    ['', ''],
    ['---', ''],
    ['[1]', ''],
  ] as const)('%s', (written, spoken) => {
    expect(english(written ?? '')).toBe(spoken)
  })

  it('leaves what is too long for the ear to the page, and says so', () => {
    const code = 'kubectl get pods -A -o json | jq \'.items[] | select(.status.phase != "Running") | .metadata.name\''
    const said = speakable(`Run \`${code}\` now.`, { lang: 'en', lexicon })
    expect(said.text).toBe('Run a command that is too long to say; it is on the page now.')
    expect(said.shown).toEqual([code])
    const block = speakable('```\na\nb\n```', { lang: 'en', lexicon, shownOn: 'slack' })
    expect(block.text).toContain('in Slack')
    expect(block.shown).toEqual(['a\nb'])
    expect(english('| a | b |\n|---|---|\n| 1 | 2 |')).toBe('There is a table; it is on the page.')
  })

  it('says no sign that is for the eye, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '**',
            '`',
            '[1]',
            '|',
            '#',
            ' ',
            'a',
            'B',
            '1',
            '.',
            '_',
            '(',
            ')',
            '\n',
            '- ',
            '```',
            ' https://x.io/a ',
            '<b>',
            '→',
          ),
          { maxLength: 30 },
        ),
        (parts) => {
          const { text, spans } = speakable(parts.join(''), { lang: 'en', lexicon })
          expect(text).not.toMatch(/[*`|#_<>→[\]]|https?:|\s{2}/)
          expect(spans.map(({ spoken }) => spoken).join('')).toBe(text)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('speakable Japanese', () => {
  it.each([
    ['CPUが99.9%です。', 'シーピーユーが99てんきゅうパーセントです。'],
    ['30s待って、5〜10分後に確認[1]。', '30秒待って、5から10分後に確認。'],
    ['PostgreSQLのフェイルオーバー', 'ポストグレスのフェイルオーバー。'],
    ['2026-11-21 05:30に更新。', '2026年11月21日5時30分に更新。'],
    ['v1.28.3を使います。', 'バージョン1てん28てん3を使います。'],
    ['10.0.0.1:6379に接続。', '10ドット0ドット0ドット1ポート6379に接続。'],
    ['Redisのpodを`kubectl get pods`で確認。', 'レディスのポッドをクーベコントロール ゲット ポッドで確認。'],
    ['`-n prod`を付ける。', 'ハイフン エヌ、prodを付ける。'],
    ['https://wiki.example.com/x を参照。', 'wiki ドット example ドット comへのリンク を参照。'],
    ['メモリは512Mi（上限）。', 'メモリは512メビバイト、上限。'],
    ['HTTP 503です。', 'エイチティーティーピー 5 0 3です。'],
    ['Then revert the commit in deploy/ after 5m.', 'Then revert the commit in deploy after 5 minutes.'],
    ['deploy/を戻す。', 'デプロイを戻す。'],
    ['**重要**: 停止しない！', '重要: 停止しない！'],
  ])('%s', (written, spoken) => {
    expect(japanese(written)).toBe(spoken)
  })
})

describe('a sentence of English in a Japanese answer', () => {
  it('is said in English, also where it has code in it', () => {
    const written = 'The session cache `redis-sessions` holds login sessions for 30 minutes.'
    const said = speakable(written, { lang: 'ja', lexicon })
    expect(said.lang).toBe('en')
    expect(said.text).toBe('The session cache redis sessions holds login sessions for 30 minutes.')
  })
})

describe('writtenUpTo', () => {
  it('tells how much of the written text was said', () => {
    const written = 'Wait 5m, then restart `redis`. Done [1].'
    const said = speakable(written, { lang: 'en', lexicon })
    expect(said.text).toBe('Wait 5 minutes, then restart redis. Done.')
    const upTo = (spoken: string) =>
      written.slice(0, writtenUpTo(said, said.text.indexOf(spoken) + spoken.length)).trimEnd()
    expect(upTo('5 min')).toBe('Wait')
    expect(upTo('5 minutes')).toBe('Wait 5m')
    expect(upTo('restart')).toBe('Wait 5m, then restart')
    expect(upTo('redis')).toBe('Wait 5m, then restart `redis')
    expect(upTo('Done.')).toBe(written)
  })
})

describe('spokenSentences', () => {
  it('keeps what is written beside what is said, and leaves out what is not said', () => {
    const all = spokenSentences('Wait 5m. [1]\n\n---\n\nThen go.', { lang: 'en', lexicon })
    expect(all.map(({ written, spoken }) => [written, spoken.text])).toEqual([
      ['Wait 5m. [1]', 'Wait 5 minutes.'],
      ['Then go.', 'Then go.'],
    ])
  })
})

describe('parseLexicon', () => {
  it('reads terms for both languages or one, comments, and what wins', () => {
    const own = parseLexicon(
      '# ours\nfoo => bar\n[en]\nBaz Qux => one thing # so\n[ja]\nfoo => フー',
      '[en]\nfoo => last',
    )
    expect(own.at('foo', 0, 'en')).toEqual({ length: 3, reading: 'last' })
    expect(own.at('FOO', 0, 'ja')).toEqual({ length: 3, reading: 'フー' })
    expect(own.at('a Baz Qux', 2, 'en')).toEqual({ length: 7, reading: 'one thing' })
    expect(own.at('baz qux', 0, 'en')).toBeUndefined()
    expect(own.at('food', 0, 'en')).toBeUndefined()
  })

  it('names every line that it cannot read', () => {
    expect(() => parseLexicon('foo bar\nx => \nok => fine')).toThrow(LexiconError)
    expect(() => parseLexicon('foo bar\nx => \nok => fine')).toThrow(/line 1: foo bar\n.*line 2: x =>/)
  })

  it('has a reading of our own before the shipped one', () => {
    const ours = shippedLexicon('kubectl => cube cuttle')
    expect(speakable('kubectl', { lang: 'en', lexicon: ours }).text).toBe('cube cuttle.')
  })
})

describe('spelled', () => {
  it.each([
    ['kubectl', 'en', 'letters', 'K, U, B, E, C, T, L'],
    ['-X a1', 'en', 'letters', 'dash, capital X, space, A, 1'],
    ['api', 'en', 'phonetic', 'alfa, papa, india'],
    ['Ab_1', 'ja', 'letters', '大文字のエー、ビー、アンダーバー、1'],
    ['db', 'ja', 'phonetic', 'デルタ、ブラボー'],
  ] as const)('%s in %s by %s', (text, lang, style, expected) => {
    expect(spelled(text, lang, style)).toBe(expected)
  })

  it('says acronyms letter by letter', () => {
    expect([letterByLetter('CPU', 'en'), letterByLetter('CPU', 'ja')]).toEqual(['C P U', 'シーピーユー'])
  })
})
