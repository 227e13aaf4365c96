import { describe, expect, it } from 'vitest'
import { asksAboutAge, standaloneQuestion } from './follow-up.ts'

function asked(before: string, question: string): string {
  return standaloneQuestion(question, [{ standalone: before }]).standalone
}

describe('standaloneQuestion', () => {
  it('leaves the first question as it is', () => {
    expect(standaloneQuestion('and on Aurora?', [])).toEqual({ standalone: 'and on Aurora?', followsOn: false })
  })

  it.each([
    ['How do I fail over Postgres on RDS?', 'and on Aurora?', 'How do I fail over Postgres on Aurora?'],
    ['How do I restart the API in staging?', 'what about prod?', 'How do I restart the API in prod?'],
    ['What does KubeNodeNotReady mean?', 'and KubeletDown?', 'What does KubeletDown mean?'],
    ['Redisの再起動は検証環境ではどうする？', 'それは本番でも？', 'Redisの再起動は本番環境ではどうする？'],
  ])('puts the new case in place of the old one: %s %s', (before, question, standalone) => {
    expect(asked(before, question)).toBe(standalone)
  })

  it.each([
    ['How do I fail over Postgres?', 'with no replica?', 'Postgres'],
    ['What does RedisMemoryHigh mean?', 'How do I silence it?', 'RedisMemoryHigh'],
    ['What does RedisMemoryHigh mean?', 'why?', 'RedisMemoryHigh'],
    ['RedisMemoryHighの意味は？', 'そのアラートの閾値は？', 'RedisMemoryHigh'],
    ['RedisMemoryHighの意味は？', 'Auroraだと？', 'RedisMemoryHigh'],
    ['How do I drain a node?', 'Is that safe for StatefulSets?', 'drain'],
  ])('carries over what the talk is about: %s %s', (before, question, topic) => {
    const understood = standaloneQuestion(question, [{ standalone: before }])
    expect(understood.followsOn).toBe(true)
    expect(understood.standalone).toContain(topic)
  })

  it.each([
    ['How do I fail over Postgres?', 'What is the retention of Kafka topics in the billing cluster?'],
    ['How do I fail over Postgres?', 'Who owns the alert KubeletDown?'],
    ['What does RedisMemoryHigh mean?', 'How long does it take to restore a snapshot of the billing database from S3?'],
    ['RedisMemoryHighの意味は？', 'Kafkaのトピックの保持期間を変更する手順を教えて'],
  ])('starts clean with a new topic: %s %s', (before, question) => {
    expect(asked(before, question)).toBe(question)
  })
})

describe('asksAboutAge', () => {
  it.each([
    'How old is that?',
    'when was this last updated?',
    'それはいつの情報？',
    'それっていつ更新された？',
    'それはどのくらい古いの',
    'どれくらい古いですか',
    '最終更新はいつですか？',
    'その情報は新しい？',
  ])('knows %s', (question) => {
    expect(asksAboutAge(question)).toBe(true)
  })

  it.each([
    'How old may a backup be?',
    'When was the outage?',
    'バックアップはいつ取る？',
    'この新しいノードを追加するには？',
    'その古いレプリカを消すには？',
    'どのくらい古いログを消す？',
  ])('is not misled by %s', (question) => {
    expect(asksAboutAge(question)).toBe(false)
  })
})
