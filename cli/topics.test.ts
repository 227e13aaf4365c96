import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Answer } from '#knowledge/answer.ts'
import { openSampleDesk, type SampleDesk } from './sample-desk.fake.ts'

/** A question, and another in the same conversation: one that follows on, or a new topic. `gold`: what answers the second. */
const Pair = z.object({
  id: z.string(),
  kind: z.enum(['new', 'follow']),
  first: z.string(),
  follow_up: z.string(),
  gold: z.array(z.object({ path: z.string(), heading: z.string() })),
})
type Pair = z.infer<typeof Pair>

const pairs = readFileSync(join(import.meta.dirname, '../eval/sets/topics.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => Pair.parse(JSON.parse(line)))

let desk: SampleDesk
beforeAll(async () => {
  desk = await openSampleDesk()
}, 60_000)
afterAll(() => desk[Symbol.asyncDispose]())

/** The first source is of the right page, and the right section is among them. */
function isAnswered({ gold }: Pair, answer: Answer | undefined): boolean {
  const cited = (answer?.citations ?? []).map(({ document, heading }) => ({
    path: document.path,
    heading: heading.at(-1),
  }))
  const isGold = (one: (typeof cited)[number]): boolean =>
    gold.some(({ path, heading }) => path === one.path && heading === one.heading)
  return gold.some(({ path }) => path === cited[0]?.path) && cited.some(isGold)
}

async function shareAnswered(kind: Pair['kind']): Promise<number> {
  const asked = pairs.filter((pair) => pair.kind === kind)
  let answered = 0
  for (const pair of asked) {
    const answers = await desk.answersTo([pair.first, pair.follow_up])
    if (isAnswered(pair, answers[1])) answered += 1
  }
  return answered / asked.length
}

describe('without a model, a question after another', { timeout: 60_000 }, () => {
  // The odd lines were looked at when this was made, the even ones were not.
  it('is a new topic where it names one', async () => {
    expect(await shareAnswered('new')).toBeGreaterThanOrEqual(0.88)
  })

  it('borrows the topic where it leans on it', async () => {
    expect(await shareAnswered('follow')).toBeGreaterThanOrEqual(0.88)
  })

  it.each([
    ['how do I roll back a deployment?', 'what is the capital of France?'],
    ['how do I roll back a deployment?', "and what's the best pizza in Naples?"],
    ['ログの保存期間は？', '明日の東京の天気は？'],
  ])('gets no answer from the old topic that has nothing to do with it: %s %s', async (first, second) => {
    const answers = await desk.answersTo([first, second])
    expect(answers.map(({ abstained }) => abstained)).toEqual([false, true])
    expect(answers[1]?.spoken).not.toMatch(/nearest|近い/)
  })

  it.each(['thank you', 'hold on a second', 'are you there?', 'ちょっと待って', 'お疲れさまです'])(
    'is understood as before where there was only a courtesy between: %s',
    async (courtesy) => {
      const answers = await desk.answersTo(['what am I paid on call?', courtesy, 'and at night?'])
      expect(answers[1]).toMatchObject({ citations: [] })
      expect(answers[2]?.citations[0]?.heading.at(-1)).toBe('What you are paid')
    },
  )
})
