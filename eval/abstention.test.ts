import { expect, it } from 'vitest'
import { abstentionFigures } from './abstention.ts'

it('tells right abstentions from wrong ones', () => {
  const cases = [
    { answerable: false, abstained: true },
    { answerable: false, abstained: false },
    { answerable: true, abstained: true },
    { answerable: true, abstained: false },
    { answerable: true, abstained: false },
    { answerable: true, abstained: false },
  ]
  expect(abstentionFigures(cases)).toEqual({ precision: 0.5, recall: 0.5, falseRate: 0.25 })
  expect(abstentionFigures([{ answerable: true, abstained: false }])).toEqual({ falseRate: 0 })
})
