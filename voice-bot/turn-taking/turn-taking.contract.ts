import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { TurnDecision, TurnEvidence, TurnTaking } from './turn-taking.ts'

const frameMs = 32
const texts = [
  '',
  'um',
  'no',
  'stop',
  'mm-hmm',
  'how do i',
  'how do i drain a node',
  'はい',
  '手順を',
  '手順を教えて',
  'over',
]

type Step =
  | { kind: 'sound'; frames: number; probability: number; levelDb: number; pitchHz: number | undefined }
  | { kind: 'gap'; ms: number }
  | { kind: 'words'; text: string; final: boolean; confidence: number | undefined }
  | { kind: 'hint'; hint: 'recogniser-end' | 'recogniser-likely-end' | 'recogniser-resumed' }
  | { kind: 'playing' | 'played' | 'closed' }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('sound' as const),
    frames: fc.integer({ min: 1, max: 60 }),
    probability: fc.double({ min: 0, max: 1, noNaN: true }),
    levelDb: fc.oneof(fc.double({ min: -95, max: 0, noNaN: true }), fc.constant(Number.NEGATIVE_INFINITY)),
    pitchHz: fc.option(fc.double({ min: 60, max: 500, noNaN: true }), { nil: undefined }),
  }),
  fc.record({ kind: fc.constant('gap' as const), ms: fc.integer({ min: 1, max: 4000 }) }),
  fc.record({
    kind: fc.constant('words' as const),
    text: fc.constantFrom(...texts),
    final: fc.boolean(),
    confidence: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant('hint' as const),
    hint: fc.constantFrom('recogniser-end' as const, 'recogniser-likely-end' as const, 'recogniser-resumed' as const),
  }),
  fc.record({ kind: fc.constantFrom('playing' as const, 'played' as const, 'closed' as const) }),
)

/** As evidence, with the times that it would have. */
function evidenceOf(steps: readonly Step[]): TurnEvidence[] {
  let atMs = 0
  const evidence: TurnEvidence[] = []
  for (const each of steps) {
    if (each.kind === 'sound') {
      for (let left = each.frames; left > 0; left -= 1) {
        atMs += frameMs
        const { probability, levelDb, pitchHz } = each
        evidence.push({ kind: 'frame', frame: { endMs: atMs, durationMs: frameMs, probability, levelDb, pitchHz } })
      }
    } else if (each.kind === 'gap') {
      atMs += each.ms
      evidence.push({ kind: 'time', atMs })
    } else if (each.kind === 'words') {
      evidence.push({ kind: each.final ? 'final' : 'interim', text: each.text, confidence: each.confidence, atMs })
    } else if (each.kind === 'hint') evidence.push({ kind: each.hint, atMs })
    else if (each.kind === 'playing') evidence.push({ kind: 'playing', text: 'First drain the node.', atMs })
    else evidence.push({ kind: each.kind === 'played' ? 'played' : 'turn-closed', atMs })
  }
  return evidence
}

const silence: Step = { kind: 'sound', frames: 320, probability: 0.01, levelDb: -70, pitchHz: undefined }
const someSteps = fc.array(step, { maxLength: 25 })
const runs = { numRuns: 150 }

function decided(turns: TurnTaking, steps: readonly Step[]): TurnDecision[] {
  return evidenceOf(steps).flatMap((evidence) => turns.take(evidence))
}

/** What it means to take turns, whatever happens: nobody is left waiting. */
export function turnTakingContract(open: () => TurnTaking): void {
  it('decides the same upon the same evidence', () => {
    fc.assert(
      fc.property(someSteps, (steps) => {
        expect(decided(open(), steps)).toEqual(decided(open(), steps))
      }),
      runs,
    )
  })

  it('ends every turn once it has been quiet for long', () => {
    fc.assert(
      fc.property(someSteps, (steps) => {
        const after = [...steps.filter(({ kind }) => kind !== 'closed'), silence]
        const marks = decided(open(), after).filter(({ kind }) => kind === 'speech-started' || kind === 'end-of-turn')
        expect(marks.at(-1)?.kind ?? 'end-of-turn').toBe('end-of-turn')
      }),
      runs,
    )
  })

  it('says of every suspicion whether it was an interruption', () => {
    fc.assert(
      fc.property(someSteps, (steps) => {
        const kinds = decided(open(), [...steps, silence]).map(({ kind }) => kind)
        expect(isResolved(kinds)).toBe(true)
      }),
      runs,
    )
  })

  it('interrupts only what is being said', () => {
    fc.assert(
      fc.property(someSteps, (steps) => {
        const quiet = decided(
          open(),
          steps.filter(({ kind }) => kind !== 'playing'),
        )
        expect(quiet.filter(({ kind }) => kind.startsWith('interruption'))).toEqual([])
      }),
      runs,
    )
  })

  it('tells a pause only of speech that it has told of', () => {
    fc.assert(
      fc.property(someSteps, (steps) => {
        const unclosed = steps.filter(({ kind }) => kind !== 'closed')
        const kinds = decided(open(), unclosed).map(({ kind }) => kind)
        const pausedInSilence = kinds.filter((kind, at) => kind === 'speech-stopped' && !isSpeaking(kinds.slice(0, at)))
        expect(pausedInSilence).toEqual([])
      }),
      runs,
    )
  })
}

/** One suspicion at a time, each dismissed or confirmed, and nothing dismissed that wasn't suspected. */
function isResolved(kinds: readonly TurnDecision['kind'][]): boolean {
  let suspected = false
  for (const kind of kinds) {
    if (kind === 'interruption-suspected' && suspected) return false
    if (kind === 'interruption-dismissed' && !suspected) return false
    if (kind.startsWith('interruption')) suspected = kind === 'interruption-suspected'
  }
  return !suspected
}

function isSpeaking(kinds: readonly TurnDecision['kind'][]): boolean {
  const last = kinds.findLast(
    (kind) => kind === 'speech-started' || kind === 'speech-stopped' || kind === 'end-of-turn',
  )
  return last === 'speech-started'
}
