import { describe, expect, it } from 'vitest'
import type { AudioTrack } from '../transport.ts'
import { Playback } from './playback.ts'

const rate = 24_000
const sound = (ms: number, value: number) => new Int16Array((rate * ms) / 1000).fill(value)

/** A track that has played as much as it is told. */
function track() {
  const given: number[] = []
  const is = { playedMs: 0 }
  const as: AudioTrack = {
    play: (samples) => void given.push(...samples),
    clear: () => is.playedMs,
    hold: () => {},
    goOn: () => {},
    get playedMs() {
      return is.playedMs
    },
  }
  return { as, given, is }
}

describe('what was not played when a call ended', () => {
  it('is played on the one that goes on with it, and counts from where it stopped', () => {
    const [first, second] = [track(), track()]
    const playback = new Playback(track().as)
    playback.moveTo(first.as, { keeps: true })
    playback.play('one', sound(200, 1), rate)
    playback.play('two', sound(300, 2), rate)
    first.is.playedMs = 250
    playback.moveTo(second.as, { keeps: true })
    expect(second.given).toEqual([...sound(250, 2)])
    expect([playback.heardMs('one'), playback.heardMs('two'), playback.leadMs]).toEqual([200, 50, 250])
    second.is.playedMs = 100
    expect([playback.heardMs('two'), playback.givenMs('two')]).toEqual([150, 300])
    playback.play('two', sound(100, 3), rate)
    expect([playback.givenMs('two'), playback.leadMs]).toEqual([400, 250])
  })

  it('is played by nobody where it was silenced, or goes on as events', () => {
    const [first, second, third] = [track(), track(), track()]
    const playback = new Playback(first.as)
    playback.play('one', sound(200, 1), rate)
    playback.moveTo(second.as, { keeps: true })
    playback.play('two', sound(200, 2), rate)
    playback.clear()
    playback.moveTo(third.as, { keeps: true })
    playback.play('three', sound(200, 3), rate)
    playback.moveTo(first.as, { keeps: false })
    expect([second.given, third.given, first.given].map((given) => given.length)).toEqual([4800, 4800, 4800])
  })
})
