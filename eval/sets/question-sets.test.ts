import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseQuestionSet, questionKinds } from '#eval/question-set.ts'
import { sampleSections } from './sample-sections.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const documents = fileURLToPath(new URL('../../samples/docs', import.meta.url))

const Section = z.object({ path: z.string(), heading: z.string() })
const Line = z.object({
  id: z.string(),
  answer_key_points: z.array(z.string()),
  accept: z.array(z.array(z.string())).optional(),
  evidence: z.array(z.string()).optional(),
  gold: z.array(Section),
  alternates: z.array(Section).default([]),
  superseded: z.array(Section).default([]),
  poisoned: z.array(Section).default([]),
  first_gold: z.array(Section).default([]),
})
type Line = z.infer<typeof Line>

const sets = ['samples.jsonl', 'rewordings.jsonl', 'calibration.jsonl', 'conversations.jsonl', 'topics.jsonl']

describe.each(sets)('%s', (name) => {
  const lines = linesOf(name)

  it('names only sections that stand in the sample documents', () => {
    const missing = lines.flatMap(({ id, gold, alternates, superseded, poisoned, first_gold }) =>
      [...gold, ...alternates, ...superseded, ...poisoned, ...first_gold]
        .filter((section) => textOf(section) === undefined)
        .map(({ path, heading }) => `${id}: ${path} # ${heading}`),
    )
    expect(missing).toEqual([])
  })

  it('expects nothing of an answer that its sections do not say', () => {
    expect(lines.flatMap(unfoundedKeyPoints)).toEqual([])
  })

  it('has ids of its own', () => {
    const ids = lines.map((line) => line.id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('the sets that `nightdesk eval` reads', () => {
  it.each(['samples.jsonl', 'rewordings.jsonl', 'calibration.jsonl'])('%s is valid', (name) => {
    expect(parseQuestionSet(name, contentOf(name)).questions).not.toEqual([])
  })

  it('ask of each kind and in both languages', () => {
    const { questions } = parseQuestionSet('samples.jsonl', contentOf('samples.jsonl'))
    const asked = new Set(questions.map((question) => `${question.kind} ${question.lang}`))
    expect(asked.size).toBe(2 * questionKinds.length)
    expect(questions.filter((question) => question.crossLingual).length).toBeGreaterThanOrEqual(15)
  })

  it('calibrate with as many questions that nothing answers as with others', () => {
    const { questions } = parseQuestionSet('calibration.jsonl', contentOf('calibration.jsonl'))
    const unanswered = questions.filter((question) => question.gold.length === 0)
    expect(unanswered.length * 2).toBe(questions.length)
  })
})

function contentOf(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

function linesOf(name: string): Line[] {
  const filled = contentOf(name)
    .split('\n')
    .filter((line) => line !== '')
  return filled.map((line) => Line.parse(JSON.parse(line)))
}

function textOf({ path, heading }: z.infer<typeof Section>): string | undefined {
  if (!existsSync(join(documents, path))) return undefined
  const same = sampleSections(documents, path).filter((section) => section.heading === heading)
  return same.length === 0 ? undefined : same.map((section) => section.text).join('\n')
}

function unfoundedKeyPoints(line: Line): string[] {
  const said = plain(line.gold.map((section) => textOf(section) ?? '').join('\n'))
  return line.answer_key_points.flatMap((point, index) => {
    const forms = [point, ...(line.accept?.[index] ?? []), ...(line.evidence?.slice(index, index + 1) ?? [])]
    return forms.some((form) => said.includes(plain(form))) ? [] : [`${line.id}: ${point}`]
  })
}

/** As answers are scored: letter case, backquotes and runs of blanks do not matter; HTML's tags neither. */
function plain(text: string): string {
  return text
    .replaceAll(/<[^>\n]+>/g, '')
    .replaceAll('`', '')
    .replaceAll(/\s+/g, ' ')
    .toLowerCase()
}
