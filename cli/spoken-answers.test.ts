import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Answer } from '#knowledge/answer.ts'
import { openSampleDesk, type SampleDesk } from './sample-desk.fake.ts'

/** What a listener must hear, each by one of several words, and what they must not. */
const Case = z.object({
  id: z.string(),
  /** The rules were tried out on those that are `tuned`, and on no other. */
  half: z.enum(['tuned', 'held']),
  lang: z.enum(['en', 'ja']),
  question: z.string(),
  says: z.array(z.array(z.string())),
  says_not: z.array(z.string()),
})

const cases = readFileSync(join(import.meta.dirname, '../eval/sets/spoken.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => Case.parse(JSON.parse(line)))

let desk: SampleDesk
const answers = new Map<string, Answer>()

beforeAll(async () => {
  desk = await openSampleDesk()
  for (const { id, question } of cases) {
    const [answer] = await desk.answersTo([question])
    if (answer !== undefined) answers.set(id, answer)
  }
}, 120_000)
afterAll(() => desk[Symbol.asyncDispose]())

/** Letter case, backquotes and runs of blanks can't be heard. */
function heard(text: string): string {
  return text.replaceAll('`', '').replaceAll(/\s+/g, ' ').toLowerCase()
}

function spokenOf(id: string): string {
  return heard(answers.get(id)?.spoken ?? '')
}

function share(of: readonly z.infer<typeof Case>[], holds: (each: z.infer<typeof Case>) => boolean): number {
  return of.filter(holds).length / of.length
}

const saysIt = ({ id, says }: z.infer<typeof Case>): boolean =>
  says.every((forms) => forms.some((form) => spokenOf(id).includes(heard(form))))
const saysWhatItMustNot = ({ id, says_not: not }: z.infer<typeof Case>): boolean =>
  not.some((form) => spokenOf(id).includes(heard(form)))

describe('what is said aloud to questions over the sample documents', () => {
  it.each(['tuned', 'held'] as const)('answers most of those that were %s', (half) => {
    const asked = cases.filter((each) => each.half === half)
    expect(asked.length).toBeGreaterThanOrEqual(30)
    expect(share(asked, saysIt)).toBeGreaterThanOrEqual(0.75)
  })

  it('hardly ever says what misleads', () => {
    expect(share(cases, saysWhatItMustNot)).toBeLessThanOrEqual(0.03)
  })

  it('begins with how old it is, in few words', () => {
    const answered = cases.flatMap(({ id }) => answers.get(id) ?? []).filter(({ abstained }) => !abstained)
    const firsts = answered.map(({ spoken }) => /^.*?(?:[.。](?=\s|$)|[.。](?=[^\d]))/.exec(spoken)?.[0] ?? spoken)
    expect(firsts.filter((first) => !/\bago\b|前|just now|今/.test(first))).toEqual([])
    expect(firsts.filter((first) => first.length > 80)).toEqual([])
  })

  it('is told in no more than a listener takes in', () => {
    const lengths = Array.from(answers.values(), ({ spoken, lang }) => spoken.length * (lang === 'ja' ? 2 : 1))
    expect(Math.max(...lengths)).toBeLessThanOrEqual(700)
  })
})
