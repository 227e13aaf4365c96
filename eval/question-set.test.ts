import { describe, expect, it } from 'vitest'
import { parseQuestionSet, QuestionSetError } from './question-set.ts'

const line = (fields: object) =>
  JSON.stringify({ id: 'q1', lang: 'en', kind: 'single', question: 'Who owns redis?', ...fields })

describe('parseQuestionSet', () => {
  it('reads a question with its key points, each with what else will do', () => {
    const { questions } = parseQuestionSet(
      'set',
      line({
        answer_key_points: ['110', 'maxPods'],
        accept: [['110', 'a hundred and ten'], ['maxPods']],
        gold: [{ path: 'a.md', heading: 'Limits' }],
      }),
    )
    expect(questions[0]?.keyPoints).toEqual([['110', 'a hundred and ten'], ['maxPods']])
    expect(questions[0]?.gold).toEqual([{ path: 'a.md', heading: 'Limits' }])
    expect(questions[0]?.crossLingual).toBe(false)
  })

  it('names every faulty line', () => {
    const lines = [
      line({}),
      '{',
      line({ id: 'q2', kind: 'trick' }),
      '',
      line({ id: 'q1' }),
      line({ id: 'q3', accept: [[]] }),
    ]
    const parse = () => parseQuestionSet('set.jsonl', lines.join('\n'))
    expect(parse).toThrow(QuestionSetError)
    expect(parse).toThrow(/line 2: not JSON.*line 3: kind.*line 5: id q1 stands on line 1.*line 6: accept/s)
  })

  it('refuses gold sections where nothing is supposed to answer, and alternates beside several', () => {
    const section = { path: 'a.md', heading: 'A' }
    expect(() => parseQuestionSet('set', line({ kind: 'unanswerable', gold: [section] }))).toThrow('line 1: gold')
    expect(() => parseQuestionSet('set', line({ gold: [section, section], alternates: [section] }))).toThrow(
      'alternates',
    )
  })

  it('refuses a set without a question', () => {
    expect(() => parseQuestionSet('set', '\n\n')).toThrow('holds no question')
  })
})
