import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseQuestionSet } from '#eval/question-set.ts'
import { sharedContentWords } from './content-words.ts'
import { sampleSections } from './sample-sections.ts'

const documents = fileURLToPath(new URL('../../samples/docs', import.meta.url))
const file = fileURLToPath(new URL('rewordings.jsonl', import.meta.url))
const { questions } = parseQuestionSet('rewordings.jsonl', readFileSync(file, 'utf8'))

describe('the rewordings', () => {
  it('are a hundred and ask in both languages', () => {
    expect(questions.length).toBeGreaterThanOrEqual(100)
    expect(questions.filter((question) => question.lang === 'ja').length).toBeGreaterThanOrEqual(45)
  })

  it.each(questions)('say in other words: $text', ({ text, gold }) => {
    expect(gold).toHaveLength(1)
    for (const { path, heading } of gold) {
      const all = sampleSections(documents, path)
      const section = all.find((candidate) => candidate.heading === heading)
      expect(section, `${path} has no heading "${heading}"`).toBeDefined()
      expect(sharedContentWords(text, [all[0]?.heading, heading, section?.text].join('\n'))).toEqual([])
    }
  })
})
