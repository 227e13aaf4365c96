import { describe, expect, it } from 'vitest'
import type { Answer } from '#knowledge/answer.ts'
import { answersIn, fakeParts, redisWiki, type Section, talk } from './conversation.fake.ts'
import { asksForItsOwner } from './last-said.ts'

const wiki: readonly Section[] = [
  ...redisWiki,
  {
    title: 'Queue runbook',
    heading: 'Drain',
    text: '1. Stop the workers: `queuectl stop --all`\n2. Purge it: `rm -rf /var/queue`\n3. Start the workers: `queuectl start`',
    owners: ['@queue/team'],
  },
]

async function last(...said: string[]): Promise<Answer | undefined> {
  return answersIn(await talk(fakeParts(wiki), said, { mode: 'spoken' })).at(-1)
}

const walk = 'walk me through the queue runbook'
const question = 'How do I fail over Redis by hand?'

describe('that which was said last', () => {
  it.each([
    [[question, 'how old is that?'], 'Redis runbook'],
    [[question, 'thanks', 'how old is that?'], 'Redis runbook'],
    [[question, 'who owns it?'], '@data'],
    [[walk, 'how old is that?'], 'Queue runbook'],
    [[question, walk, 'who owns it?'], '@queue/team'],
    [[walk, 'next', 'who owns that page?'], '@queue/team'],
    [[walk, question, 'who owns it?'], '@data'],
    [[walk, question, 'repeat', 'read me the source'], 'Queue runbook'],
    [[walk, 'next', 'read me the source'], 'Queue runbook'],
    [[walk, '担当は誰？'], '@queue/team'],
    [[question, 'それはいつの情報？'], 'Redis runbook'],
  ])('is what is meant: %j', async (said, expected) => {
    const answer = await last(...said)
    expect(answer?.answer).toContain(expected)
    expect(answer).toMatchObject({ abstained: false, citations: [expect.anything()] })
  })

  it.each([[['how old is that?']], [['who owns it?']], [[question, 'what is the capital of France', 'who owns it?']]])(
    'is nothing where nothing was told: %j',
    async (said) => {
      expect(await last(...said)).toMatchObject({ abstained: true, citations: [] })
    },
  )

  it('is spelled: the command of a step once that was read, an owner who was asked for', async () => {
    expect((await last(walk, 'spell that'))?.answer).toBe('`queuectl stop --all`')
    expect((await last(walk, 'next', 'spell that'))?.abstained).toBe(true)
    expect((await last(walk, 'next', 'yes', 'spell that'))?.answer).toBe('`rm -rf /var/queue`')
    expect((await last(walk, 'who owns it?', 'spell that'))?.answer).toBe('`@queue/team`')
  })

  it('goes on by “next” where it was a step of a runbook that nobody walks through yet', async () => {
    expect((await last('How do I stop the queue workers?', 'next'))?.answer).toMatch(/Queue runbook › Drain/)
    expect((await last('next'))?.answer).toContain('No runbook is being walked through')
  })
})

it.each([
  'who owns it',
  'and whose is that?',
  'who is the owner of this page',
  '担当者は誰ですか？',
  'それは誰の担当？',
])('an owner is asked for by “%s”', (utterance) => expect(asksForItsOwner(utterance)).toBe(true))

it.each(['who owns the Redis runbook?', 'who is on call', '誰が当番ですか'])(
  'a name is asked for by “%s”',
  (utterance) => expect(asksForItsOwner(utterance)).toBe(false),
)

it.each([
  ['thank you', "You're welcome."],
  ['hold on a second', 'Take your time.'],
  ['ちょっと待って', 'はい。'],
  ['もしもし', 'はい、聞こえています。'],
])('“%s” is answered in a few words, and nothing is searched', async (utterance, words) => {
  const parts = fakeParts(wiki)
  const [answer] = answersIn(await talk(parts, [utterance], { mode: 'spoken' }))
  expect(answer?.answer).toBe(words)
  expect(parts.asked).toEqual([])
})
