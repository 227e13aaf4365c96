import { expect, it } from 'vitest'
import { bytesOf } from '#providers/audio/pcm.ts'
import { SampleSlab } from './sample-slab.ts'

const sound = Int16Array.from({ length: 40_000 }, (_, k) => ((k * 7919) % 65_536) - 32_768)
const unchecked = () => undefined

/** All pieces, each cut from the bytes of the sound at any place. */
function read(slab: SampleSlab, pieceBytes: number): Int16Array[] {
  const bytes = Buffer.from(bytesOf(sound))
  const pieces: Int16Array[] = []
  for (let from = 0; from < bytes.length; from += pieceBytes)
    pieces.push(slab.readBase64(bytes.subarray(from, from + pieceBytes).toString('base64'), unchecked))
  return pieces
}

it.each([1, 3, 959, 960, 100_000])('gives back what came in pieces of %i bytes', (pieceBytes) => {
  const pieces = read(new SampleSlab(8000), pieceBytes)
  expect(pieces.flatMap((piece) => [...piece])).toEqual([...sound])
})

it('writes over nothing that it gave away', () => {
  const slab = new SampleSlab(8000)
  const first = read(slab, 960)
  read(slab, 959)
  expect(first.flatMap((piece) => [...piece])).toEqual([...sound])
})

it('goes on after what was refused as if it had not come', () => {
  const slab = new SampleSlab(8000)
  const [one, two] = [Buffer.from([1, 0, 2]).toString('base64'), Buffer.from([0]).toString('base64')]
  slab.readBase64(one, unchecked)
  const refusing = () =>
    slab.readBase64('%%%%', () => {
      throw new RangeError('no base64')
    })
  expect(refusing).toThrow(RangeError)
  expect([...slab.readBase64(two, unchecked)]).toEqual([2])
})
