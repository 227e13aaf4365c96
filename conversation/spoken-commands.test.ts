import { describe, expect, it } from 'vitest'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { fakeParts, redisWiki, type Section, talk } from './conversation.fake.ts'
import { shippedLexicon } from './speech/lexicon.ts'

const wikiInJapanese: readonly Section[] = [
  {
    title: 'Redisの手順書',
    heading: 'フェイルオーバー',
    text: 'Redisを手動でフェイルオーバーする手順。\n\n1. レプリカを確認する: `redis-cli info replication`\n2. 昇格させる: `redis-cli failover to 10.0.0.7 6379`\n3. 遅延を5分間見る。',
    owners: ['@data'],
  },
]
const english = 'How do I fail over Redis by hand?'
const japanese = 'Redisを手動でフェイルオーバーする手順は？'

/** What is heard in each turn, and at what pace; and what was posted. */
async function conversation(wiki: readonly Section[], ...said: readonly string[]) {
  const voice = new FakeTextToSpeech({ wordMs: 10 })
  const posts: string[] = []
  const parts = fakeParts(wiki, {
    speech: { toSpeech: voice, lexicon: shippedLexicon() },
    poster: {
      post: async ({ text }) => {
        posts.push(text)
        return {}
      },
    },
  })
  const events = await talk(parts, said, { mode: 'spoken' })
  const heard = said.map((_, at) =>
    events.flatMap((event) => (event.kind === 'sentence' && event.turn === at + 1 ? [event.text] : [])).join(' '),
  )
  return { heard, posts, paces: voice.utterances.map(({ options }) => options.speed ?? 1) }
}

describe('without a screen, in English', () => {
  it.each([
    ['read me the source', /^Redis runbook › Fail over, 31 days ago: Fail over Redis by hand/],
    ['How old is that?', /^Redis runbook › Fail over was last edited 4 weeks ago, May 1, 2026/],
    ['spell that', /^R, E, D, I, S, dash, C, L, I, space, I, N, F, O, space/],
    ['repeat', /redis C L I info replication/],
    ['slower', /^All right, slower/],
    ['stop', /^All right/],
    ['send it to Slack', /^Shall I post the answer to .* to Slack\?/],
    ['walk me through the Redis runbook', /^Walking through Redis runbook\. Step one of three/],
  ])('one can say: %s', async (said, expected) => {
    expect((await conversation(redisWiki, english, said)).heard[1]).toMatch(expected)
  })

  it('a command is still spelled after something else was said', async () => {
    const { heard } = await conversation(redisWiki, english, 'read me the source', 'spell that', 'repeat')
    expect(heard[2]).toMatch(/^R, E, D, I, S, dash/)
    expect(heard[3]).toBe(heard[2])
  })

  it('a runbook is walked through, there and back', async () => {
    const { heard } = await conversation(redisWiki, 'walk me through the Redis runbook', 'next', 'back', 'spell that')
    expect(heard[1]).toMatch(/^Step two of three/)
    expect(heard[2]).toMatch(/^Step one of three/)
    expect(heard[3]).toMatch(/^R, E, D, I, S, dash/)
  })
})

describe('without a screen, in Japanese', () => {
  it.each([
    ['出典を読んでください', /^レディスの手順書 › フェイルオーバー, 31日前/],
    ['それはいつの情報ですか？', /最終更新は4週間前、2026年5月1日/],
    ['つづりを教えて', /^アール、イー、ディー、アイ、エス、ハイフン、シー、エル、アイ、スペース/],
    ['もう一度お願いします', /レディスシーエルアイ/],
    ['もっとゆっくり話して', /^ゆっくり話します/],
    ['止めて', /^はい/],
    ['Slackに送ってください', /をスラックに送ります。 ?よろしければ/],
    ['Redisの手順を一つずつ案内して', /^「レディスの手順書」を案内します。 全三ステップの一番目です/],
  ])('one can say: %s', async (said, expected) => {
    expect((await conversation(wikiInJapanese, japanese, said)).heard[1]).toMatch(expected)
  })

  it('a runbook is walked through, there and back', async () => {
    const { heard } = await conversation(wikiInJapanese, 'Redisの手順を一つずつ案内して', '次へ', '前に戻って')
    expect(heard[1]).toMatch(/^全三ステップの二番目です/)
    expect(heard[2]).toMatch(/^全三ステップの一番目です/)
  })
})

it('speaks slower from then on', async () => {
  const { paces } = await conversation(redisWiki, english, 'slower', 'slower', english)
  expect(paces[0]).toBe(1)
  expect(paces.at(-1)).toBeLessThan(0.75)
})

it('posts what was answered, with its source', async () => {
  const { posts } = await conversation(redisWiki, english, 'send it to Slack', 'yes')
  expect(posts[0]).toContain('redis-cli info replication')
  expect(posts[0]).toContain('https://')
})

it('says of a command that is too long for the ear where it is', async () => {
  const long = `redis-cli --cluster create ${Array.from({ length: 12 }, (_, at) => `10.0.0.${at}:6379`).join(' ')} --cluster-replicas 1`
  const wiki = [{ heading: 'Create', text: `Create the Redis cluster with:\n\n\`\`\`\n${long}\n\`\`\`` }]
  const { heard } = await conversation(wiki, 'How do I create the Redis cluster?')
  expect(heard[0]).not.toContain('6379')
  expect(heard[0]).toMatch(/screen|page|written|in writing/i)
})

it('says how old a source is before it says what to do', async () => {
  const { heard } = await conversation(
    redisWiki.map((section) => ({ ...section, state: 'stale' as const })),
    english,
    'walk me through the Redis runbook',
  )
  for (const said of heard) expect(said).toMatch(/ago.*redis C L I/is)
})
