import { expect, it } from 'vitest'
import type { ProviderMark } from '../stand-ins/spoken-script.ts'
import { turnTimes } from './turn-times.ts'

const marks = (...given: [ProviderMark['what'], number][]): ProviderMark[] => given.map(([what, at]) => ({ what, at }))

it('counts as added what lies between the last byte needed and the next ask, up to the first sound', () => {
  const turn = marks(
    ['search-asked', 700],
    ['search-given', 780],
    ['heard', 1000],
    ['model-asked', 1002],
    ['sentence-given', 1202],
    ['voice-asked', 1203],
    ['sound-given', 1283],
  )
  expect(turnTimes(turn, [1284])).toEqual([{ total: 284, added: 4, searchHidden: 1 }])
})

it('tells how much of a search was waited for, and counts overlapping work once', () => {
  const turn = marks(
    ['search-asked', 960],
    ['heard', 1000],
    ['search-given', 1040],
    ['model-asked', 1041],
    ['sentence-given', 1241],
    ['voice-asked', 1241],
    ['sound-given', 1321],
  )
  expect(turnTimes(turn, [1325])).toEqual([{ total: 325, added: 5, searchHidden: 0.5 }])
})

it('leaves out a turn that made no sound', () => {
  expect(turnTimes(marks(['heard', 1000], ['heard', 3000]), [])).toEqual([])
})
