import { expect, it } from 'vitest'
import { addressOf, minuteCost, total, useIn, usualUse } from './voice-costs.ts'

const prices = {
  asOf: '2026-06-01',
  note: '',
  sources: [],
  llm: { small: { inputPerMillionTokens: 1, outputPerMillionTokens: 10 } },
  speechToText: { ear: { perMinute: 0.006 } },
  textToSpeech: { voice: { perThousandCharacters: 0.05 }, own: { perThousandCharacters: 0 } },
}
const use = { ...usualUse, model: 'small', ear: 'ear', voice: 'voice' }

it('adds up what a minute of conversation costs', () => {
  const cost = minuteCost(
    { ...use, turnsAMinute: 2, promptTokens: 3000, answerTokens: 200, spokenCharacters: 400 },
    prices,
  )
  expect(cost.hearing).toBeCloseTo(0.006)
  expect(cost.writing).toBeCloseTo(2 * (0.003 + 0.002))
  expect(cost.speaking).toBeCloseTo(0.04)
  expect(total(cost)).toBeCloseTo(0.056)
})

it('costs nothing to quote and to speak with a voice of its own', () => {
  expect(minuteCost({ ...use, model: '', voice: 'own' }, prices)).toMatchObject({ writing: 0, speaking: 0 })
})

it('is shared by its address, in which only what is known counts', () => {
  expect(useIn(addressOf({ ...use, minutesADay: 90, voice: 'own' }), prices)).toEqual({
    ...use,
    minutesADay: 90,
    voice: 'own',
  })
  expect(useIn('?model=toString&minutesADay=-3&turnsAMinute=x&ear=none', prices)).toEqual(use)
})
