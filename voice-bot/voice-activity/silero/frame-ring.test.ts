import { describe, expect, it } from 'vitest'
import { FrameRing } from './frame-ring.ts'
import { frameFields } from './wire.ts'

const frames = (from: number, count: number) =>
  Float64Array.from({ length: count * frameFields }, (_, at) => from * frameFields + at)

describe('frames on their way from the thread that judged them', () => {
  it('come out once, in order, at the other side of the memory', () => {
    const writing = new FrameRing()
    const reading = new FrameRing(writing.buffer)
    expect(reading.isUnread).toBe(false)
    expect(reading.take()).toHaveLength(0)
    writing.write(frames(0, 3))
    writing.write(frames(3, 1))
    expect(reading.isUnread).toBe(true)
    expect(reading.take()).toEqual(frames(0, 4))
    expect(writing.isUnread).toBe(false)
  })

  it('go on at the beginning where the memory ends', () => {
    const ring = new FrameRing()
    for (let from = 0; from < 10_000; from += 700) {
      expect(ring.write(frames(from, 700))).toBe(true)
      expect(ring.take()).toEqual(frames(from, 700))
    }
  })

  it('are refused whole where there is no room, and nothing unread is written over', () => {
    const ring = new FrameRing()
    expect(ring.write(frames(0, 2000))).toBe(true)
    expect(ring.write(frames(2000, 49))).toBe(false)
    expect(ring.write(frames(2000, 48))).toBe(true)
    expect(ring.take()).toEqual(frames(0, 2048))
    expect(ring.write(frames(2048, 49))).toBe(true)
  })
})
