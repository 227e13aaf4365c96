import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Packer, unpack } from './packed-lists.ts'
import { PostingListBuilder } from './posting-list.ts'

it('gives back every list under its term', () => {
  const terms = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 }))
  fc.assert(
    fc.property(terms, fc.integer({ min: 1, max: 3000 }), (names, most) => {
      const packer = new Packer()
      const list = new PostingListBuilder()
      const given = new Map<string, Uint8Array>()
      for (const [index, name] of names.entries()) {
        list.begin(1)
        for (let row = 1; row <= (index * 997) % most; row++) list.add(row * 200, index + 1)
        packer.add(name, list)
        given.set(name, list.bytes().slice())
      }
      const unpacked = unpack(packer.packed())
      expect([...unpacked.keys()]).toEqual(names)
      for (const [index, [name, bytes]] of [...given].entries()) {
        expect(unpacked.get(name)?.passages).toBe((index * 997) % most)
        expect(bytes).toEqual(new Uint8Array(unpacked.get(name)?.bytes ?? []))
      }
    }),
    { numRuns: 30 },
  )
})
