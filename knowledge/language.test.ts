import { describe, expect, it } from 'vitest'
import { detectLang, textSize, withoutInvisible } from './language.ts'

describe('detectLang', () => {
  it.each([
    ['Restart the pod and check its logs.', 'en'],
    ['Podを再起動して、ログを確認します。', 'ja'],
    ['etcd defrag手順', 'ja'],
    ['KubePodCrashLoopingの対処', 'ja'],
    ['`kubectl get pods`で`CrashLoopBackOff`を探す', 'ja'],
    ['障害対応手順', 'ja'],
    ['ｻｰﾊﾞｰ停止', 'ja'],
    ['The error message that you will see is 「接続できません」, which means the gateway is down.', 'en'],
    ['Перезапустите сервер', 'en'],
    ['', 'en'],
  ])('takes %j for %s', (text, lang) => {
    expect(detectLang(text)).toBe(lang)
  })

  it('does not count code, so that a Japanese comment in a command leaves an English page English', () => {
    expect(
      detectLang(
        'Run it as root on the node:\n\n```sh\n# 証明書を更新してから再起動する\nkubeadm certs renew all\n```',
      ),
    ).toBe('en')
  })

  it('does not let an English log inside a fence outweigh a Japanese sentence', () => {
    expect(detectLang('次のログが出ます:\n```\nthe server is not able to connect to the host on the port\n```')).toBe(
      'ja',
    )
  })

  it('falls back to the language of the document where a text is code alone', () => {
    const code = '```sh\nkubectl get pods\n```'
    expect(detectLang(code, 'ja')).toBe('ja')
    expect(detectLang(code, 'en')).toBe('en')
    expect(detectLang('kubectl get nodes', 'ja')).toBe('ja')
  })

  it('answers at once for a very long line', () => {
    expect(detectLang('x`'.repeat(500_000))).toBe('en')
    expect(detectLang('あ`'.repeat(500_000))).toBe('ja')
  })
})

it('counts a Japanese letter twice', () => {
  expect(textSize('pod再起動')).toBe(9)
  expect(textSize('pod')).toBe(3)
})

it('drops what nobody sees from text that is searched', () => {
  expect(withoutInvisible('fail\u200bover\u{e0041}')).toBe('failover')
})
