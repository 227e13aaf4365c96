import { describe, expect, it } from 'vitest'
import { Playback } from './playback.ts'

const quantum = 128

describe('Playback', () => {
  it('plays what it is given and says how much of each item was heard', () => {
    const playback = new Playback(24_000, 24_000)
    playback.push('item-1', loud(240))
    playback.push('item-2', loud(240))
    expect(play(playback, 1)).toSatisfy(isLoud)
    expect(playback.current).toEqual({ itemId: 'item-1', playedMs: 5 })
    play(playback, 2)
    expect(playback.current).toEqual({ itemId: 'item-2', playedMs: 6 })
    play(playback, 1)
    expect(playback.isEmpty).toBe(true)
    expect(play(playback, 1)).toSatisfy(isSilent)
    expect(playback.current).toEqual({ itemId: 'item-2', playedMs: 10 })
  })

  it.each([24_000, 44_100, 48_000])('is silent one render quantum after it was cleared, at %d Hz', (rate) => {
    const playback = new Playback(24_000, rate)
    playback.push('item-1', loud(24_000))
    play(playback, 50)
    const heardMs = Math.round((50 * quantum * 1000) / rate)
    const cleared = playback.clear()
    expect(cleared?.itemId).toBe('item-1')
    expect(Math.abs((cleared?.playedMs ?? 0) - heardMs)).toBeLessThanOrEqual(2)
    const fading = play(playback, 1)
    expect(Math.abs(fading.at(-1) ?? 1)).toBeLessThan(0.01)
    expect(play(playback, 20)).toSatisfy(isSilent)
    expect(playback.clear()).toBeUndefined()
  })

  it('plays what comes after a clear, and nothing of what came before it', () => {
    const playback = new Playback(24_000, 24_000)
    playback.push('item-1', loud(2400))
    play(playback, 2)
    playback.clear()
    playback.push('item-2', new Int16Array(quantum).fill(8192))
    play(playback, 1)
    const heard = [...play(playback, 2)]
    expect(heard.some((sample) => sample > 0.3)).toBe(false)
    expect(playback.current?.itemId).toBe('item-2')
  })

  it('holds within one render quantum and goes on where it stopped', () => {
    const playback = new Playback(24_000, 24_000)
    playback.push('item-1', ramp(quantum * 6))
    play(playback, 1)
    playback.hold()
    play(playback, 1)
    const stoppedAt = playback.current?.playedMs
    expect(play(playback, 100)).toSatisfy(isSilent)
    expect(playback.current?.playedMs).toBe(stoppedAt)
    playback.goOn()
    play(playback, 1)
    expect([...play(playback, 1)]).toEqual(
      [...ramp(quantum * 6).subarray(3 * quantum, 4 * quantum)].map((s) => s / 0x8000),
    )
  })

  it('takes more than its first room in one piece', () => {
    const playback = new Playback(24_000, 24_000)
    const samples = ramp(2 ** 21)
    playback.push('item-1', samples)
    play(playback, 1)
    playback.push('item-1', samples)
    expect(playback.bufferedMs).toBe(Math.round((2 ** 22 - quantum) / 24))
    expect([...play(playback, 1)]).toEqual([...samples.subarray(quantum, 2 * quantum)].map((sample) => sample / 0x8000))
  })
})

function play(playback: Playback, quanta: number): Float32Array {
  const all = new Float32Array(quanta * quantum)
  for (let at = 0; at < quanta; at++) playback.render(all.subarray(at * quantum, (at + 1) * quantum))
  return all
}

function loud(length: number): Int16Array {
  return new Int16Array(length).fill(16_384)
}

function ramp(length: number): Int16Array {
  return Int16Array.from({ length }, (_, at) => at % 30_000)
}

function isLoud(samples: Float32Array): boolean {
  return samples.every((sample) => sample > 0.4)
}

function isSilent(samples: Float32Array): boolean {
  return samples.every((sample) => sample === 0)
}
