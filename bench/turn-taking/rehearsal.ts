import { createTurnTaking } from '#voice-bot/turn-taking/create-turn-taking.ts'
import type { TurnTakingOptions } from '#voice-bot/turn-taking/options.ts'
import type { TurnDecision, TurnEvidence } from '#voice-bot/turn-taking/turn-taking.ts'
import type { VoiceFrame } from '#voice-bot/voice-activity/voice-activity.ts'
import type { Scene, SceneEvent, ToldWord } from './tape.ts'

/** What turn-taking made of one event of a scene. */
export type Outcome =
  | {
      kind: 'turn'
      room: string
      lang: string
      pauses: number
      cutOff: boolean
      delayMs: number | undefined
      because: string
    }
  | { kind: 'disturbance'; what: string; lang: string; interrupted: boolean; held: boolean; because: string }
  | { kind: 'interruption'; lang: string; lengthMs: number; noticedMs: number | undefined }

/** So long after a turn's end its final words are there, and the turn is closed. */
const flushMs = 100
/** An answer stops so long after it was decided. */
const stopMs = 20

/** A recogniser's own idea of a turn's end. */
const ownSilenceMs = 3000

interface Happening {
  atMs: number
  evidence: TurnEvidence
}

/** Plays a scene to turn-taking as it would come live: frames, words as the recogniser tells them, our own speech. */
export function rehearse(
  scene: Omit<Scene, 'samples'>,
  frames: readonly VoiceFrame[],
  options: TurnTakingOptions,
): Outcome[] {
  const turns = createTurnTaking(options)
  const recogniser = new ScriptedRecogniser(scene)
  const decisions: TurnDecision[] = []
  let due: Happening[] = scene.events.flatMap((event) => (event.kind === 'answer' ? spokenByUs(event) : []))
  const take = (evidence: TurnEvidence, atMs: number) => {
    for (const decision of turns.take(evidence)) {
      decisions.push(decision)
      if (decision.kind === 'end-of-turn') {
        const text = recogniser.flush(atMs)
        if (text !== '') due.push({ atMs: atMs + flushMs, evidence: { kind: 'final', text, atMs: atMs + flushMs } })
        due.push({ atMs: atMs + flushMs, evidence: { kind: 'turn-closed', atMs: atMs + flushMs } })
      }
      if (decision.kind === 'interruption') {
        const answer = scene.events.find(
          (event) => event.kind === 'answer' && event.fromMs <= atMs && atMs <= event.toMs,
        )
        due = due.filter(({ evidence: { kind }, atMs: dueMs }) => kind !== 'played' || dueMs !== answer?.toMs)
        due.push({ atMs: atMs + stopMs, evidence: { kind: 'played', atMs: atMs + stopMs } })
      }
    }
  }
  for (const frame of frames) {
    for (const { evidence, atMs } of nextUntil(frame.endMs)) take(evidence, atMs)
    take({ kind: 'frame', frame }, frame.endMs)
  }
  return scene.events.map((event) => outcomeOf(event, scene, decisions))

  function nextUntil(untilMs: number): Happening[] {
    const now = [...due.filter(({ atMs }) => atMs < untilMs), ...recogniser.until(untilMs)]
    due = due.filter(({ atMs }) => atMs >= untilMs)
    return now.sort((one, other) => one.atMs - other.atMs)
  }
}

function spokenByUs({ text, fromMs, toMs }: SceneEvent & { kind: 'answer' }): Happening[] {
  return [
    { atMs: fromMs, evidence: { kind: 'playing', text, atMs: fromMs } },
    { atMs: toMs, evidence: { kind: 'played', atMs: toMs } },
  ]
}

/** Tells each word a while after it was said, always with all those before it since it was flushed. */
class ScriptedRecogniser {
  readonly #words: readonly ToldWord[]
  readonly #between: string
  #next = 0
  #told: ToldWord[] = []

  constructor({ words, lang }: Omit<Scene, 'samples'>) {
    this.#words = [...words].sort((one, other) => one.toldMs - other.toldMs)
    this.#between = lang === 'ja' ? '' : ' '
  }

  *until(untilMs: number): Generator<Happening> {
    for (
      let word = this.#words[this.#next];
      word !== undefined && word.toldMs < untilMs;
      word = this.#words[this.#next]
    ) {
      this.#next += 1
      // Long after its last word a recogniser ends the turn by itself, and begins anew.
      if (word.saidMs - (this.#told.at(-1)?.saidMs ?? 0) > ownSilenceMs) this.#told = []
      this.#told.push(word)
      const confidence = Math.min(...this.#told.map((told) => told.confidence))
      yield {
        atMs: word.toldMs,
        evidence: { kind: 'interim', text: this.#text(), confidence, atMs: word.toldMs },
      }
    }
  }

  /** @returns All words said by then. */
  flush(atMs: number): string {
    for (
      let word = this.#words[this.#next];
      word !== undefined && word.saidMs <= atMs;
      word = this.#words[this.#next]
    ) {
      this.#next += 1
      this.#told.push(word)
    }
    const text = this.#text()
    this.#told = []
    return text
  }

  #text(): string {
    return this.#told.map(({ text }) => text).join(this.#between)
  }
}

function outcomeOf(
  event: SceneEvent,
  { room, lang }: Omit<Scene, 'samples'>,
  decisions: readonly TurnDecision[],
): Outcome {
  const within = (fromMs: number, toMs: number) => decisions.filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
  if (event.kind === 'turn') {
    const ends = within(event.fromMs, event.until)
      .filter((decision) => decision.kind === 'end-of-turn')
      .filter(({ outcome }) => outcome !== 'not-speech')
    const early = ends.find(({ atMs }) => atMs < event.toMs - 60)
    const end = ends.find(({ atMs }) => atMs >= event.toMs - 60)
    return {
      kind: 'turn',
      room,
      lang,
      pauses: event.pauses,
      cutOff: early !== undefined,
      delayMs: end && end.atMs - event.toMs,
      because: (early ?? end)?.because ?? '',
    }
  }
  const then = within(event.fromMs, event.toMs + 1500)
  const interrupted = then.find((decision) => decision.kind === 'interruption')
  if (event.interruption !== undefined) {
    const { fromMs, toMs } = event.interruption
    const noticed = then.find(({ kind, atMs }) => kind === 'interruption' && atMs >= fromMs)
    return { kind: 'interruption', lang, lengthMs: toMs - fromMs, noticedMs: noticed && noticed.atMs - fromMs }
  }
  return {
    kind: 'disturbance',
    what: event.disturbance ?? '',
    lang,
    interrupted: interrupted !== undefined,
    because: interrupted?.because ?? '',
    held: then.some(({ kind }) => kind === 'interruption-suspected'),
  }
}
