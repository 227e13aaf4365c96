import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pack, unpack } from './packed-lists.ts'
import { PostingListBuilder } from './posting-list.ts'

it('gives back every list under its term', () => {
  const terms = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 }))
  fc.assert(
    fc.property(terms, (names) => {
      const lists = new Map(
        names.map((name, index) => {
          const list = new PostingListBuilder(1)
          for (let row = 1; row <= index + 1; row++) list.add(row * 200, index + 1)
          return [name, list] as const
        }),
      )
      const unpacked = unpack(pack(lists))
      expect([...unpacked.keys()]).toEqual(names)
      for (const [name, list] of lists) {
        expect(unpacked.get(name)).toEqual({ passages: list.passages, bytes: Buffer.from(list.bytes()) })
      }
    }),
  )
})
