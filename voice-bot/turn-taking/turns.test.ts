import { describe, expect, it } from 'vitest'
import { cough, keyboard, quiet, type SoundScript, Stage, tone, voice } from './stage.fake.ts'

/** The silence after which the turn ended. */
function silenceAfter(text: string, stage = new Stage()): number {
  stage.talked().say(text).hear(quiet, 4000)
  return stage.find('end-of-turn')[0]?.silenceMs ?? Number.NaN
}

describe('the beginning of speech', () => {
  it('is told where it was, not where it was found', () => {
    const stage = new Stage()
    const began = stage.nowMs
    stage.hear(voice, 400)
    expect(stage.decisions).toEqual([{ kind: 'speech-started', atMs: began }])
  })

  it('is told with the padding that a client asked for', () => {
    const stage = new Stage({ detection: { kind: 'server_vad', prefixPaddingMs: 200 } })
    const began = stage.nowMs
    stage.hear(voice, 400)
    expect(stage.find('speech-started')[0]?.atMs).toBe(began - 200)
  })

  it.each([
    ['a click', (stage: Stage) => stage.hear({ ...voice, probability: 0.7 }, 64)],
    [
      'typing',
      (stage: Stage) => {
        for (let key = 0; key < 20; key += 1) stage.hear(keyboard, 64).hear(quiet, 96)
      },
    ],
  ])('is not %s', (_, noise) => {
    const stage = new Stage()
    noise(stage)
    stage.hear(quiet, 2000)
    expect(stage.decisions).toEqual([])
  })

  it('is no reason to answer when it was a tone, which the detector takes for speech', () => {
    const stage = new Stage().talked()
    stage.hear(tone, 4000).hear(quiet, 3000)
    expect(stage.find('end-of-turn').every(({ outcome }) => outcome === 'not-speech')).toBe(true)
  })
})

describe('the end of a turn', () => {
  it('comes soon after a complete question and late after an unfinished one', () => {
    expect(silenceAfter('how do i rotate the signing keys')).toBeLessThan(500)
    expect(silenceAfter('how do i rotate the signing keys on the')).toBeGreaterThan(1300)
    expect(silenceAfter('署名鍵の更新手順を教えてください')).toBeLessThan(500)
    expect(silenceAfter('署名鍵を更新する手順を')).toBeGreaterThan(1300)
  })

  it('waits for the next digit, and not after the last one of an address', () => {
    expect(silenceAfter('the address is ten dot zero dot')).toBeGreaterThan(1200)
    expect(silenceAfter('the ticket is four seven')).toBeGreaterThan(1200)
    expect(silenceAfter('look up 10.0.3.17')).toBeLessThan(500)
  })

  it('waits for who thinks aloud', () => {
    expect(silenceAfter('where are the logs of um')).toBeGreaterThan(1800)
    expect(silenceAfter('ログの場所はえーと')).toBeGreaterThan(1800)
  })

  it('comes after the length that a client asked for, whatever was said', () => {
    const options = { detection: { kind: 'server_vad', silenceMs: 700 } } as const
    for (const text of ['how do i rotate the', 'how do i rotate the keys'])
      expect(silenceAfter(text, new Stage(options))).toBe(704)
  })

  it('is sooner for the eager and later for the patient', () => {
    const of = (eagerness: 'high' | 'medium' | 'low') =>
      silenceAfter('the payment service', new Stage({ detection: { kind: 'semantic_vad', eagerness } }))
    expect(of('high')).toBeLessThan(of('medium'))
    expect(of('medium')).toBeLessThan(of('low'))
  })

  it('is likely before it is sure, and told once', () => {
    const stage = new Stage().talked().say('how do i rotate the keys').hear(quiet, 2000)
    expect(stage.kinds.filter((kind) => kind !== 'speech-stopped')).toEqual([
      'speech-started',
      'likely-end-of-turn',
      'end-of-turn',
    ])
  })

  it('comes sooner where the recogniser believes in it', () => {
    const stage = new Stage().talked().say('the payment service')
    stage.tell({ kind: 'recogniser-end', atMs: stage.nowMs }).hear(quiet, 2000)
    expect(stage.find('end-of-turn')[0]?.silenceMs).toBeLessThan(silenceAfter('the payment service'))
  })

  it('comes at once after an endpoint word, which is told so that it can be cut off', () => {
    const stage = new Stage().talked().say('read the second step, over.').hear(quiet, 500)
    expect(stage.find('end-of-turn')[0]).toMatchObject({ because: 'endpoint word', endpointWord: 'over' })
    const japanese = new Stage().talked().say('二番目の手順を、どうぞ').hear(quiet, 500)
    expect(japanese.find('end-of-turn')[0]).toMatchObject({ endpointWord: 'どうぞ' })
  })

  it.each(['how do we fail over', 'エラーが三件以上'])('is not seen in %s, which has such a word in it', (text) => {
    const stage = new Stage().talked().say(text).hear(quiet, 3000)
    expect(stage.find('end-of-turn')[0]?.because).not.toBe('endpoint word')
  })

  it('does not come while the speaker goes on', () => {
    const stage = new Stage().talked()
    stage.say('how do i rotate the').hear(quiet, 700).say('how do i rotate the signing keys').hear(quiet, 2000)
    expect(stage.find('end-of-turn')).toHaveLength(1)
    expect(stage.find('speech-started')).toHaveLength(2)
  })

  it('does not come while a phrase goes on that begins more softly than the one before', () => {
    const softer = { ...voice, levelDb: voice.levelDb - 7 }
    const stage = new Stage().talked()
    stage.say('how do i rotate the').hear(quiet, 1250).hear(softer, 480).interim('how do i rotate the signing')
    expect(stage.find('end-of-turn')).toEqual([])
    expect(stage.find('speech-started')).toHaveLength(2)
  })

  it('is not made later by keys that are struck as the last word ends', () => {
    const keys = { ...voice, pitchHz: () => undefined, probability: 0.6 }
    const silence = (stage: Stage) => (stage.find('end-of-turn')[0]?.atMs ?? 0) - stage.nowMs
    const said = (then: SoundScript) =>
      new Stage().talked().hear(voice, 1400).interim('how do i rotate the keys').hear(then, 608).hear(quiet, 1200)
    expect(silence(said(keys))).toBeLessThanOrEqual(silence(said(quiet)) + 256)
  })

  it('waits longer for a speaker who was cut off, and goes back slowly', () => {
    const stage = new Stage().talked()
    const usual = silenceAfter('is the payment service down', new Stage())
    stage
      .say('is the payment service down')
      .hear(quiet, 1000)
      .closed()
      .say('in the test region')
      .hear(quiet, 4000)
      .closed()
    const cutOff = stage.find('end-of-turn')[1]?.silenceMs ?? 0
    expect(cutOff).toBeGreaterThan(usual)
    for (let turn = 0; turn < 20; turn += 1) stage.say('is the payment service down').hear(quiet, 5000).closed()
    expect(stage.find('end-of-turn').at(-1)?.silenceMs).toBeLessThanOrEqual(usual + 32)
  })
})

describe('words that are late, few or missing', () => {
  it('end a turn that consists of one very short word which nobody heard as speech', () => {
    const stage = new Stage().talked().hear(voice, 96).hear(quiet, 250).final('no').hear(quiet, 1500)
    expect(stage.find('end-of-turn')).toMatchObject([{ outcome: 'answer' }])
  })

  it('do not keep a turn open when they come after its end', () => {
    const stage = new Stage().talked().hear(voice, 900).hear(quiet, 3000)
    expect(stage.find('end-of-turn')).toMatchObject([{ outcome: 'nothing-understood' }])
    stage.final('how do i rotate the keys')
    expect(stage.find('end-of-turn')[1]).toMatchObject({ outcome: 'answer', because: 'words that came late' })
  })

  it('are of the sound that was taken for nobody’s, where there was none since', () => {
    const far = { ...voice, levelDb: voice.levelDb - 6 }
    const stage = new Stage().talked().hear(far, 2400).hear(quiet, 1500).closed()
    const [began] = stage.find('speech-started').slice(-1)
    stage.final('how do i rotate the keys').hear(quiet, 64)
    expect(stage.find('speech-started').at(-1)).toEqual(began)
    expect(stage.find('end-of-turn')).toMatchObject([{ outcome: 'not-speech' }, { outcome: 'answer' }])
    stage.closed().hear(far, 2400).hear(quiet, 9000).closed().final('is the payment service down')
    expect(stage.find('speech-started').at(-1)?.atMs).toBeGreaterThan(stage.nowMs - 1500)
  })

  it('do not begin another turn when the recogniser repeats them as its final ones', () => {
    const stage = new Stage().talked().say('how do i rotate the keys').hear(quiet, 600)
    stage.final('how do i rotate the keys').closed().hear(quiet, 3000)
    expect(stage.find('end-of-turn')).toHaveLength(1)
  })

  it('do not begin another turn however late the final ones come, as long as the turn was not closed', () => {
    const stage = new Stage().talked().say('how do i rotate the keys').hear(quiet, 4000)
    stage.final('how do i rotate the keys').closed().hear(quiet, 3000)
    expect(stage.find('end-of-turn')).toHaveLength(1)
  })

  it('count again when the speaker says the same once more', () => {
    const stage = new Stage().talked().say('next').hear(quiet, 800).closed().say('next').hear(quiet, 800)
    expect(stage.find('end-of-turn')).toHaveLength(2)
  })

  it('are waited for, but not for ever: somebody who spoke is told that nothing was understood', () => {
    const stage = new Stage().talked().hear(voice, 1200).hear(quiet, 4000)
    expect(stage.find('end-of-turn')).toMatchObject([{ outcome: 'nothing-understood' }])
  })

  it('that never come while others talk further away ask nobody to repeat them', () => {
    const stage = new Stage()
      .talked()
      .hear({ ...voice, levelDb: voice.levelDb - 6 }, 6000)
      .hear(quiet, 2000)
    expect(stage.find('end-of-turn').map(({ outcome }) => outcome)).toEqual(['not-speech'])
  })

  it('are waited for anew when somebody speaks up in front of a crowd', () => {
    const crowd = { ...voice, levelDb: voice.levelDb - 6 }
    const stage = new Stage().talked().hear(crowd, 3000).hear(voice, 1200)
    expect(stage.find('end-of-turn')).toEqual([])
  })

  it('that never come show that it was a noise, when it was short', () => {
    const stage = new Stage().talked().hear(cough, 288).hear(quiet, 4000)
    expect(stage.find('end-of-turn')).toMatchObject([{ outcome: 'not-speech' }])
  })

  it('are not waited for where the recogniser tells them only at the end', () => {
    const stage = new Stage().hear(voice, 1200).hear(quiet, 2400)
    expect(stage.find('end-of-turn')).toMatchObject([{ outcome: 'answer' }])
  })

  it('cut nobody off who goes on talking in a voice that sinks, where the recogniser tells them once a second', () => {
    const words = 'can you please tell me how do i fail over the payments database in the osaka region now'.split(' ')
    const stage = new Stage().talked()
    for (let second = 0; second < 6; second += 1) {
      for (let ms = 0; ms < 1100; ms += 32) stage.hear({ ...voice, levelDb: voice.levelDb - 2 * second }, 32)
      stage.interim(words.slice(0, 3 * (second + 1)).join(' '))
    }
    expect(stage.find('end-of-turn')).toEqual([])
  })

  it('count from when they came, where the sound is listened to late', () => {
    const stage = new Stage().talked().hear(voice, 1000).interim('how do i')
    stage.hear(voice, 500).tell({ kind: 'interim', text: 'how do i fail over', atMs: stage.nowMs + 900 })
    stage.hear({ ...voice, levelDb: voice.levelDb - 4 }, 1500)
    expect(stage.find('end-of-turn')).toEqual([])
  })

  it('end the turn by the clock where no more audio comes', () => {
    const stage = new Stage().talked().say('how do i rotate the keys')
    stage.tell({ kind: 'time', atMs: stage.nowMs + 3000 })
    expect(stage.find('end-of-turn')).toHaveLength(1)
  })
})

describe('talk that is not for us', () => {
  const wakePhrases = ['nightdesk']

  it('is not answered where there is a wake phrase', () => {
    const stage = new Stage({ wakePhrases }).say('did you see the match yesterday').hear(quiet, 2500).closed()
    stage.say('night desk how do i rotate the keys').hear(quiet, 2500)
    expect(stage.find('end-of-turn').map(({ outcome }) => outcome)).toEqual(['not-addressed', 'answer'])
  })

  it('is for us without the phrase when it follows upon our answer', () => {
    const stage = new Stage({ wakePhrases })
      .playing('Promote the replica.')
      .hear(quiet, 2000)
      .played()
      .hear(quiet, 1500)
    stage.say('and what comes after that').hear(quiet, 2500)
    expect(stage.find('end-of-turn')).toMatchObject([{ outcome: 'answer' }])
  })

  it('is not begun anew by the crowd that hid its end, but by words, at the time when they come', () => {
    const crowd = { ...voice, levelDb: voice.levelDb - 9 }
    const stage = new Stage().talked().hear(voice, 1200).interim('how do i fail over redis?').hear(crowd, 6000)
    expect(stage.kinds.filter((kind) => kind !== 'likely-end-of-turn')).toEqual([
      'speech-started',
      'speech-stopped',
      'end-of-turn',
    ])
    const endedAt = stage.find('end-of-turn')[0]?.atMs ?? 0
    stage.closed().hear(voice, 600).interim('how do i fail over redis? and where')
    const [, again] = stage.find('speech-started')
    expect(again?.atMs).toBeGreaterThanOrEqual(endedAt)
  })
})

describe('a turn without words', () => {
  /** By what was sounding, whether it was surely a voice. */
  const isClear = (sound: SoundScript, ms: number, detection: 'semantic_vad' | 'server_vad'): (boolean | undefined)[] =>
    new Stage({ detection: { kind: detection } })
      .hear(sound, ms)
      .hear(quiet, 4000)
      .find('end-of-turn')
      .map((decision) => decision.isClear)

  it.each(['semantic_vad', 'server_vad'] as const)('with %s, tells a voice from what may be none', (detection) => {
    const stream: SoundScript = { ...voice, swingDb: 0.3 }
    expect(isClear(voice, 600, detection)).toEqual([true])
    expect(isClear({ ...voice, probability: 0.58 }, 600, detection)).toEqual([false])
    expect(isClear(stream, 600, detection)).toEqual([false])
  })
})
