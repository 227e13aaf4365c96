import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compareAsUtf8, joinedTerms, packedCursor, type TermCursor } from './term-cursor.ts'

it('orders terms as SQLite does, whatever they are written in', () => {
  const database = new DatabaseSync(':memory:')
  const less = database.prepare('SELECT CAST(? AS TEXT) < CAST(? AS TEXT) AS less')
  const terms = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('', '👍', '\uffee', '\ud7ff', 'ﾎﾟ', 'a👍', 'a\uffee'),
  )
  fc.assert(
    fc.property(terms, terms, (one, other) => {
      expect(compareAsUtf8(one, other) < 0).toBe(less.get(one, other)?.less === 1)
    }),
  )
})

it('gives each term once, with its lists by place', () => {
  const joined = [...joinedTerms([cursor(['a', 'c'], ''), cursor([], ''), cursor(['b', 'c', '\uffee', '👍'], '')])]
  expect(joined.map(({ term, lists }) => [term, lists.map((list) => list?.term)])).toEqual([
    ['a', ['a', undefined, undefined]],
    ['b', [undefined, undefined, 'b']],
    ['c', ['c', undefined, 'c']],
    ['\uffee', [undefined, undefined, '\uffee']],
    ['👍', [undefined, undefined, '👍']],
  ])
})

it('goes on after a term, and closes its cursors when it is left', () => {
  let closed = 0
  const counting = (from: TermCursor): TermCursor => ({
    get current() {
      return from.current
    },
    next: () => from.next(),
    close: () => {
      closed += 1
    },
  })
  for (const { term } of joinedTerms([counting(cursor(['a', 'b', 'c'], 'a')), counting(cursor(['a'], 'a'))])) {
    expect(term).toBe('b')
    break
  }
  expect(closed).toBe(2)
})

function cursor(terms: readonly string[], after: string): TermCursor {
  return packedCursor(
    terms.map((term) => ({ term, passages: 0, bytes: new Uint8Array() })),
    after,
  )
}
