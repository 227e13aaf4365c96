import { describe, expect, it } from 'vitest'
import { frameLength, Speaker } from './speaker.ts'
import { playedRate } from './wire.ts'

function frameOf(speaker: Speaker): Int16Array {
  const frame = new Int16Array(frameLength)
  speaker.frame(frame)
  return frame
}

function loudestIn(frame: Int16Array): number {
  return Math.max(...frame.map(Math.abs))
}

/** In the middle of a sound. */
function speaking(): Speaker {
  const speaker = new Speaker()
  speaker.play(new Int16Array(frameLength * 20).fill(8000), playedRate)
  frameOf(speaker)
  return speaker
}

describe('a call’s speaker', () => {
  it('fades what is broken off within a frame', () => {
    const speaker = speaking()
    speaker.clear(1)
    const fading = frameOf(speaker)
    expect([loudestIn(fading), fading[frameLength / 2], loudestIn(frameOf(speaker))]).toEqual([8000, 0, 0])
  })

  it('fades what is held once, and not again when it is given up', () => {
    const speaker = speaking()
    speaker.hold()
    expect([loudestIn(frameOf(speaker)), loudestIn(frameOf(speaker))]).toEqual([8000, 0])
    speaker.clear(1)
    expect(loudestIn(frameOf(speaker))).toBe(0)
  })

  it('goes on where it stopped', () => {
    const speaker = speaking()
    speaker.hold()
    frameOf(speaker)
    speaker.goOn()
    expect([...frameOf(speaker)].every((sample) => sample === 8000)).toBe(true)
    expect(speaker.progress(1).playedMs).toBe(20)
  })
})
