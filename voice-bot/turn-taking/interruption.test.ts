import { describe, expect, it } from 'vitest'
import { cough, quiet, type SoundScript, Stage, softVoice, tone, voice } from './stage.fake.ts'

const answer = 'First drain the node with kubectl drain, then stop the service and watch the queue for five minutes.'

/** We have been speaking for two seconds. */
function speaking(options = {}): Stage {
  const stage = new Stage(options).talked().playing(answer).hear(quiet, 2000)
  stage.decisions.length = 0
  return stage
}

/** The same, and the recogniser is known to tell words while they are spoken. */
function live(): Stage {
  const stage = new Stage()
  for (let turn = 0; turn < 3; turn += 1)
    stage
      .hear(voice, 600)
      .interim('how do')
      .hear(voice, 600)
      .interim('how do i rotate the keys')
      .hear(quiet, 2000)
      .closed()
  stage.playing(answer).hear(quiet, 2000)
  stage.decisions.length = 0
  return stage
}

describe('an interruption', () => {
  it('is suspected first and decided at the minimum length, within a frame of it', () => {
    const stage = speaking()
    const began = stage.nowMs
    stage.hear(voice, 700)
    expect(stage.kinds.slice(0, 3)).toEqual(['interruption-suspected', 'interruption', 'speech-started'])
    const decidedMs = (stage.find('interruption')[0]?.atMs ?? 0) - began
    expect(decidedMs).toBeGreaterThanOrEqual(700)
    expect(decidedMs).toBeLessThanOrEqual(732)
    expect(stage.find('speech-started')[0]?.atMs).toBe(began)
    expect(stage.find('interruption')[0]?.sinceMs).toBe(began)
  })

  it.each(['stop', 'wait wait', 'hold on a second', 'no stop please', '待って', 'ストップ', 'ちょっと待って'])(
    'is made at once by %s',
    (words) => {
      const stage = speaking().hear(voice, 256).interim(words)
      expect(stage.find('interruption')).toMatchObject([{ because: 'asked to stop' }])
    },
  )

  it('is made as we begin to speak by words that are nothing like ours', () => {
    const stage = new Stage().talked().playing(answer).hear(quiet, 64)
    stage.hear(voice, 1280).interim('the escalation policy please')
    expect(stage.find('interruption')).toMatchObject([{ because: 'words' }])
  })

  it.each([
    ['first rain the note', answer],
    ['待つノードをドレン', 'まずノードをドレインしてから、サービスを止めてください。'],
  ])('is not made as we begin to speak by our own words misheard: %s', (words, saying) => {
    const stage = new Stage().talked().playing(saying).hear(quiet, 64).hear(voice, 1280).interim(words)
    expect(stage.find('interruption')).toEqual([])
  })

  it('is made by a spoken command, however short', () => {
    const stage = speaking().hear(voice, 256).hear(quiet, 200).interim('next')
    expect(stage.find('interruption')).toMatchObject([{ because: 'a spoken command' }])
  })

  it('is made by a stop that was too short to be noticed as sound', () => {
    const stage = speaking().hear(voice, 96).hear(quiet, 200).interim('stop')
    expect(stage.find('interruption')).toHaveLength(1)
  })

  it('is decided at the minimum length also where that falls between two words', () => {
    const stage = speaking()
    const began = stage.nowMs
    stage.hear(voice, 512).interim('skip').hear(quiet, 128).hear(voice, 300)
    expect((stage.find('interruption')[0]?.atMs ?? 0) - began).toBeLessThanOrEqual(640)
  })

  it('is not kept back by a word that begins a nod and most sentences, too', () => {
    const stage = speaking().hear(voice, 500).interim('I').hear(voice, 240)
    expect(stage.find('interruption')).toHaveLength(1)
  })

  it.each(['okay so', 'what', 'that is the', 'okay I see a'])(
    'is not kept back by “%s”, which begins a sentence',
    (words) => {
      const stage = live().hear(voice, 640).interim(words).hear(voice, 96)
      expect(stage.find('interruption')).toHaveLength(1)
    },
  )

  it('is not kept back by two letters that we say, too', () => {
    const stage = new Stage().talked().playing('再起動します。そのあと遅延を確認します。').hear(quiet, 2000)
    stage.hear(voice, 512).interim('その').hear(voice, 224)
    expect(stage.find('interruption')).toHaveLength(1)
  })

  it('is not kept back by a vowel that hardly opens or closes, where a word was told', () => {
    const even = { ...voice, swingDb: 4 }
    const stage = speaking().hear(voice, 320).interim('restart').hear(even, 416)
    expect(stage.find('interruption')).toHaveLength(1)
    expect(speaking().hear(voice, 320).hear(even, 416).find('interruption')).toEqual([])
  })

  it('is what begins with a nod and goes on otherwise', () => {
    const stage = live().hear(voice, 640).interim('わかりました').hear(voice, 320).interim('わかりましたそれで')
    expect(stage.find('interruption')).toMatchObject([{ because: 'words' }])
  })

  it('needs words where they are asked for, and length alone where none come for long', () => {
    const options = { bargeIn: { minimumWords: 2 } }
    const silent = speaking(options).hear(voice, 1500)
    expect(silent.find('interruption')).toEqual([])
    expect(silent.hear(voice, 260).find('interruption')).toHaveLength(1)
    expect(speaking(options).hear(voice, 600).interim('which replica').find('interruption')).toHaveLength(1)
  })

  it('always ends in a turn that is answered or not understood', () => {
    for (const words of ['', 'which replica do you mean']) {
      const stage = speaking().hear(voice, 800)
      if (words !== '') stage.interim(words)
      stage.played().hear(quiet, 6000)
      expect(stage.find('interruption')).toHaveLength(1)
      expect(stage.find('end-of-turn')).toHaveLength(1)
    }
  })

  it('is not made where it is switched off: the talk is a turn of its own', () => {
    const stage = speaking({ bargeIn: { enabled: false } }).hear(voice, 800)
    expect(stage.kinds).toEqual(['speech-started'])
  })
})

describe('no interruption', () => {
  it.each([
    'uh-huh',
    'mm-hmm',
    'okay',
    'right',
    'yeah okay',
    'I see',
    'うん',
    'はい',
    'なるほど',
    'うんうん',
    'そうですね',
    'oh okay I got it',
    "yeah that's right",
    'no problem',
    '了解です',
    'ほんとですか',
    'あ、そういうことですね',
  ])('is a nod: %s', (words) => {
    const stage = speaking().hear(voice, 416).hear(quiet, 200).interim(words).hear(quiet, 1000)
    expect(stage.kinds).toEqual(['interruption-suspected', 'interruption-dismissed'])
  })

  it.each([
    ['oh I', 'oh I see'],
    ['all', 'all right'],
    ['です', 'ですよね'],
    ["that's", "that's good to know"],
    ["yep that's", "yep that's fine"],
    ['承知', '承知しました'],
    ['助', '助かります'],
    ['それは', 'それはすごいですね'],
    ['ああそうなんで', 'ああそうなんですか'],
  ])('is a nod that is told in parts: “%s”, “%s”', (part, whole) => {
    const stage = speaking().hear(voice, 600).interim(part).hear(voice, 200).interim(whole).hear(quiet, 1000)
    expect(stage.kinds).toEqual(['interruption-suspected', 'interruption-dismissed'])
  })

  it.each([
    ['fair', 'fair enough'],
    ['ああそう', 'ああそうなんで'],
  ])('is the other half of a nod that was passed over: “%s”, “%s”', (half, whole) => {
    const stage = speaking().hear(voice, 416).hear(quiet, 224).interim(half).hear(quiet, 600).interim(whole)
    expect(stage.hear(quiet, 1000).find('interruption')).toEqual([])
  })

  it('is a row of nods, the last of which nobody has told yet', () => {
    const stage = live().hear(voice, 256).hear(quiet, 224).interim('はい')
    stage.hear(voice, 480).interim('はいはい').hear(voice, 288).hear(quiet, 1000)
    expect(stage.find('interruption')).toEqual([])
  })

  it('is not what begins like a nod and lasts longer than one', () => {
    const stage = speaking().hear(voice, 600).interim('all').hear(voice, 500)
    expect(stage.find('interruption')).toHaveLength(1)
  })

  it('is one long word, where the recogniser tells words as soon as they are spoken', () => {
    const stage = live().hear(voice, 870).hear(quiet, 100).interim('なるほど').hear(quiet, 900)
    expect(stage.find('interruption')).toEqual([])
    expect(speaking().hear(voice, 736).find('interruption')).toHaveLength(1)
  })

  it('is our own voice in Japanese, though every third piece is misheard', () => {
    const said = 'まずノードをドレインして、すべてのポッドがうつるまで待ちます。'
    const stage = new Stage()
      .talked()
      .playing(said)
      .hear(quiet, 192)
      .hear(voice, 1100)
      .interim('まずさとをさとレインし')
    stage.hear(voice, 600).interim('まずさとをさとレインしさとすべてさとポか').hear(quiet, 900)
    expect(stage.find('interruption')).toEqual([])
  })

  it('is our own voice, though it is misheard in places', () => {
    const stage = speaking()
    stage.hear(softVoice, 900).interim('first drain the note with cube control')
    stage.hear(softVoice, 600).interim('first drain the note with cube control drain then stop the service')
    stage.hear(softVoice, 1500).hear(quiet, 1000)
    expect(stage.find('interruption')).toEqual([])
    expect(stage.kinds.at(-1)).toBe('interruption-dismissed')
  })

  it('is our own voice, though most words of a stretch are misheard', () => {
    const said = 'Open the console, choose the primary instance and promote its replica. After that, check the lag.'
    const stage = new Stage().talked().playing(said).hear(quiet, 160).hear(softVoice, 1600)
    stage.interim('open the console').hear(softVoice, 1400).interim('open the console the the primary a of more its')
    stage.hear(softVoice, 900).interim('open the console the the primary a of more its replica after that')
    expect(stage.hear(quiet, 1000).find('interruption')).toEqual([])
  })

  it('is our own voice as loud as the speaker, when it begins as we do', () => {
    const stage = new Stage().talked().playing(answer).hear(quiet, 160).hear(voice, 1000)
    stage.interim('first drain the node').hear(voice, 800).hear(quiet, 800)
    expect(stage.find('interruption')).toEqual([])
  })

  it('is our own voice in Japanese', () => {
    const said = 'まずノードをドレインしてから、サービスを止めます。'
    const stage = new Stage().talked().playing(said).hear(quiet, 160).hear(softVoice, 1200)
    stage.interim('まずノードをドレイン').hear(quiet, 1000)
    expect(stage.find('interruption')).toEqual([])
  })

  it.each<[string, SoundScript, number]>([
    ['a cough', cough, 350],
    ['a long cough', cough, 700],
    ['a tone', tone, 3000],
    ['talk at another desk', softVoice, 4000],
  ])('is %s', (_, sound, ms) => {
    const stage = speaking().hear(sound, ms).hear(quiet, 1500)
    expect(stage.find('interruption')).toEqual([])
    expect(stage.find('interruption-suspected').length).toBe(stage.find('interruption-dismissed').length)
  })

  it.each([
    [0.2, cough],
    [0.45, voice],
  ])('is a noise in which the recogniser guesses words, %s sure of them', (confidence, sound) => {
    const stage = speaking().hear(sound, 400).hear(quiet, 200).interim('at the bit', confidence).hear(quiet, 1500)
    expect(stage.find('interruption')).toEqual([])
  })

  it('is talk without our name where there is one, but stop is understood', () => {
    const options = { wakePhrases: ['nightdesk'] }
    const other = speaking(options)
      .hear(voice, 1500)
      .interim('did you see the match')
      .hear(voice, 1500)
      .hear(quiet, 900)
    expect(other.find('interruption')).toEqual([])
    expect(speaking(options).hear(voice, 600).interim('nightdesk the other one').find('interruption')).toHaveLength(1)
    expect(speaking(options).hear(voice, 300).interim('stop').find('interruption')).toHaveLength(1)
  })
})

describe('what is suspected', () => {
  it('is always resolved, also by the clock', () => {
    const stage = speaking().hear(voice, 300)
    stage.tell({ kind: 'time', atMs: stage.nowMs + 2000 })
    expect(stage.kinds).toEqual(['interruption-suspected', 'interruption-dismissed'])
  })

  it('becomes a turn when we fall silent meanwhile', () => {
    const stage = speaking().hear(voice, 300).played().hear(voice, 600).hear(quiet, 200)
    stage.interim('which replica do you mean').hear(quiet, 1000)
    expect(stage.kinds).toEqual([
      'interruption-suspected',
      'interruption-dismissed',
      'speech-started',
      'speech-stopped',
      'likely-end-of-turn',
      'end-of-turn',
    ])
  })

  it('can be somebody who talks over a noise that was dismissed', () => {
    const stage = speaking().hear(softVoice, 3000)
    expect(stage.find('interruption-dismissed')).toHaveLength(1)
    stage.hear(voice, 1500)
    expect(stage.find('interruption')).toHaveLength(1)
  })
})
