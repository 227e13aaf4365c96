import { type Chance, chance } from '../chance.ts'
import { babble, cough, music, type Sound, tone, typing } from './noises.ts'
import { type Speaker, Speaking, type Spoken, speakerOf } from './speaking.ts'
import { betweenMs, lengthMs, type Scene, speakerDb, Tape, talk } from './tape.ts'
import { answers, interruptions, nods, type Split, scriptedTurns } from './utterances.ts'

const roomNoises = ['typing', 'music', 'babble'] as const
const distancesDb = [20, 10, 5] as const
/** In each language so many speakers are talked over and talk over us; all the others take turns alone. */
const overlappedSpeakers = 4

/** Everything of one split, made anew from the same seed at every run. */
export async function* scenes(split: Split, signal: AbortSignal): AsyncGenerator<Scene> {
  await using speaking = new Speaking()
  const luck = chance(split === 'test' ? 20_261 : 7)
  const voices = await crowd(speaking, luck, signal)
  const spoken: { speaker: Speaker; turns: Spoken[]; lang: 'en' | 'ja' }[] = []
  for (const lang of ['en', 'ja'] as const) {
    const scripted = scriptedTurns[split].filter((turn) => turn.lang === lang)
    for (let from = 0; from < scripted.length; from += 10) {
      const speaker = speakerOf(lang, luck)
      const turns: Spoken[] = []
      for (const turn of scripted.slice(from, from + 10)) turns.push(await speaking.say(turn, speaker, luck, signal))
      spoken.push({ speaker, turns, lang })
    }
  }
  const rooms = [
    { name: 'quiet', noise: undefined, distance: 0 },
    ...roomNoises.flatMap((noise) =>
      distancesDb.map((distance) => ({ name: `${noise} ${distance} dB`, noise, distance })),
    ),
  ]
  for (const { name, noise, distance } of rooms) {
    for (const { turns, lang } of spoken) {
      const tape = new Tape()
      for (const turn of turns) talk(tape, turn, luck)
      if (noise !== undefined) {
        const ms = tape.nowMs + 2500
        const sound =
          noise === 'typing' ? typing(ms, luck) : noise === 'music' ? music(ms, luck) : babble(ms, voices, 5, luck)
        tape.noise(sound, 0, speakerDb - distance)
      }
      yield { lang, room: name, samples: tape.recorded(luck), words: tape.words, events: tape.events }
    }
  }
  for (const language of ['en', 'ja'] as const) {
    for (const { turns, lang, speaker } of spoken
      .filter(({ lang }) => lang === language)
      .slice(0, overlappedSpeakers)) {
      const first = turns[0]
      if (first === undefined) continue
      yield* overlapped(split, { speaking, speaker, lang, first, voices, luck }, signal)
    }
  }
}

async function crowd(speaking: Speaking, luck: Chance, signal: AbortSignal): Promise<Sound[]> {
  const lines = [
    'and then we went down to the river and had lunch there with the children',
    'they said on the radio that the trains are late again because of the storm',
    'so I told him that he should take the other road next time',
    'the shop closes at seven but they let me in anyway',
    'nobody remembers who painted the door green',
    'it was a quiet winter with hardly any snow until the end of march',
  ]
  const voices: Sound[] = []
  for (const said of lines)
    voices.push((await speaking.say({ lang: 'en', said }, speakerOf('en', luck), luck, signal)).sound)
  return voices
}

interface Cast {
  speaking: Speaking
  speaker: Speaker
  lang: 'en' | 'ja'
  /** What the speaker begins with, so that their level is known, as it is in life. */
  first: Spoken
  voices: readonly Sound[]
  luck: Chance
}

/** What happens while we speak, one thing an answer. */
async function* overlapped(split: Split, cast: Cast, signal: AbortSignal): AsyncGenerator<Scene> {
  const { speaking, speaker, lang, first, voices, luck } = cast
  const said: Spoken[] = []
  for (const text of answers[lang])
    said.push(await speaking.say({ lang, said: text.replaceAll('|', '') }, speakerOf(lang, luck), luck, signal))
  const tape = new Tape()
  talk(tape, first, luck)
  const during = (disturbance: string, put: (atMs: number) => void) => {
    const answer = luck.oneOf(said)
    const fromMs = tape.nowMs
    const toMs = fromMs + lengthMs(answer.sound)
    put(fromMs + 1200 + 800 * luck.unit())
    tape.nowMs = toMs + betweenMs
    tape.events.push({ kind: 'answer', text: answer.text, fromMs, toMs, disturbance })
  }
  for (const distance of distancesDb) {
    const db = speakerDb - distance
    for (let time = 0; time < 2; time += 1) {
      during(`coughs ${distance} dB`, (atMs) => tape.noise(cough(luck), atMs, db))
      during(`typing ${distance} dB`, (atMs) => tape.noise(typing(3000, luck), atMs, db))
      during(`music ${distance} dB`, (atMs) => tape.noise(music(4000, luck), atMs, db))
      during(`tones ${distance} dB`, (atMs) => tape.noise(tone(2000, luck), atMs, db))
      during(`babble ${distance} dB`, (atMs) => {
        tape.noise(babble(4000, voices, 4, luck), atMs, db)
        if (distance < 20) guessed(tape, atMs, luck)
      })
    }
  }
  for (const nod of nods[split].filter((turn) => turn.lang === lang)) {
    const spoken = await speaking.say(nod, speaker, luck, signal)
    during('nods', (atMs) => inserted(tape, spoken, atMs, luck))
  }
  for (const line of interruptions[split].filter((turn) => turn.lang === lang)) {
    const spoken = await speaking.say(line, speaker, luck, signal)
    const answer = luck.oneOf(said)
    const fromMs = tape.nowMs
    const atMs = fromMs + 1200 + 800 * luck.unit()
    inserted(tape, spoken, atMs, luck)
    const interruption = { fromMs: atMs, toMs: atMs + lengthMs(spoken.sound) }
    tape.nowMs = Math.max(fromMs + lengthMs(answer.sound), interruption.toMs) + betweenMs
    tape.events.push({ kind: 'answer', text: answer.text, fromMs, toMs: fromMs + lengthMs(answer.sound), interruption })
  }
  yield { lang, room: 'quiet', samples: tape.recorded(luck), words: tape.words, events: tape.events }
  // Whose sound comes back is a matter of the device: a conversation of its own for each.
  for (const distance of distancesDb) {
    const returning = new Tape()
    talk(returning, first, luck)
    for (let time = 0; time < 3; time += 1) echo(returning, luck.oneOf(said), distance, luck)
    yield {
      lang,
      room: 'echo',
      samples: returning.recorded(luck),
      words: returning.words,
      events: returning.events.slice(1),
    }
  }
}

function inserted(tape: Tape, spoken: Spoken, atMs: number, luck: Chance): void {
  const before = tape.nowMs
  tape.nowMs = atMs
  tape.say(spoken, speakerDb, luck)
  tape.nowMs = before
}

/** A recogniser guesses at words in a crowd now and then. */
function guessed(tape: Tape, atMs: number, luck: Chance): void {
  for (let word = 0; word < 3; word += 1) {
    const saidMs = atMs + 700 + 900 * word
    const text = luck.oneOf(['the', 'and', 'road', 'said', 'a'])
    tape.words.push({ text, saidMs, toldMs: saidMs + 250, confidence: 0.2 + 0.3 * luck.unit() })
  }
}

/** Our own answer in the microphone; a word in eight is misheard, and a soft one is not heard by the recogniser. */
function echo(tape: Tape, answer: Spoken, distance: number, luck: Chance): void {
  const fromMs = tape.nowMs
  const toMs = fromMs + lengthMs(answer.sound)
  tape.nowMs = fromMs + 120 + 80 * luck.unit()
  tape.say(answer, speakerDb - distance, luck, (word) => {
    if (distance >= 20) return undefined
    return luck.unit() < 0.125
      ? luck.oneOf(answer.lang === 'ja' ? ['さと', 'ほう', 'か'] : ['the', 'a', 'more', 'of'])
      : word
  })
  tape.nowMs = toMs + betweenMs
  tape.events.push({ kind: 'answer', text: answer.text, fromMs, toMs, disturbance: `own echo ${distance} dB` })
}
