import { expect, it } from 'vitest'
import type { HearingEvent } from '../speech-to-text.ts'
import { nova } from './nova.ts'

interface Part {
  text: string
  fromS: number
  toS: number
  isFinal?: boolean
  fromFinalize?: boolean
}

function results({ text, fromS, toS, isFinal = true, fromFinalize = false }: Part) {
  const given = text.split(' ').filter((word) => word !== '')
  const each = (toS - fromS) / given.length
  const words = given.map((word, at) => ({
    word,
    start: fromS + at * each,
    end: fromS + (at + 1) * each,
    confidence: 0.9,
  }))
  return {
    type: 'Results',
    start: fromS,
    duration: toS - fromS,
    is_final: isFinal,
    speech_final: false,
    from_finalize: fromFinalize,
    channel: { alternatives: [{ transcript: text, confidence: 0.9, words }] },
  }
}

const endsIn = (events: readonly HearingEvent[]) =>
  events.flatMap((event) => (event.kind === 'end-of-turn' ? [[event.cause, event.transcript.text]] : []))

it('a flush that is answered without words keeps those that were heard, and they are not told again when they come late', () => {
  let flushed = 0
  const reader = nova.reader(() => {
    flushed += 1
  })
  const read = (part: Part) => [...reader.read(results(part))]
  const events = [
    ...read({ text: 'restart the', fromS: 0.2, toS: 0.8, isFinal: false }),
    ...read({ text: 'restart the redis primary', fromS: 0.2, toS: 1.2, isFinal: false }),
    ...read({ text: '', fromS: 1.5, toS: 1.5, fromFinalize: true }),
    ...read({ text: 'restart the redis primary', fromS: 0.2, toS: 1.2 }),
    ...read({ text: 'and wait', fromS: 2, toS: 2.5, isFinal: false }),
    ...read({ text: 'and wait', fromS: 2, toS: 2.5, fromFinalize: true }),
  ]
  expect(endsIn(events)).toEqual([
    ['flush', 'restart the redis primary'],
    ['flush', 'and wait'],
  ])
  expect(flushed).toBe(2)
})

it('a flush before which nothing was heard finds nothing', () => {
  const reader = nova.reader(() => undefined)
  const events = [...reader.read(results({ text: '', fromS: 1, toS: 1, fromFinalize: true }))]
  expect(endsIn(events)).toEqual([['flush', '']])
})
