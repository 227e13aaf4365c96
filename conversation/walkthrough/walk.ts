import type { Citation } from '#knowledge/answer.ts'
import type { Passage } from '#knowledge/passage.ts'
import type { ReadDocument, Scene } from '../parts.ts'
import type { WalkPosition } from '../position.ts'
import { namesId } from '../scene.ts'
import { type Step, type StepIntro, stepsOf } from './runbook-steps.ts'

/** A runbook that is being walked through, and where we are in it. */
export interface Walk {
  read: ReadDocument
  steps: readonly Step[]
  position: WalkPosition
}

export type WalkLeg = WalkPosition['trail'][number]

/** The stretch that is being walked, the last one that a branch led to. */
export function legOf({ trail }: WalkPosition): WalkLeg {
  return trail.at(-1) ?? { from: 0, to: 0, at: 0 }
}

export function stepAt({ steps, position }: Walk): Step | undefined {
  return steps[legOf(position).at]
}

/** The runbook from its first step; undefined when it is gone or not for this principal. */
export async function openRunbook(documentId: string, scene: Scene, signal: AbortSignal): Promise<Walk | undefined> {
  const read = await scene.parts.reading.document(documentId, scene.principal, signal)
  if (read === undefined) return undefined
  const { title, owners, path } = read.document
  const headings = read.passages.flatMap(({ passage }) => passage.heading)
  scene.reads.read([
    ...read.passages.map(({ passage }) => passage),
    { id: namesId, text: [title, path, ...owners, ...headings].join('\n') },
  ])
  const steps = stepsOf(read.passages.map(({ passage }) => passage))
  const trail = [{ from: 0, to: Math.max(0, steps.length - 1), at: 0 }]
  return { read, steps, position: { documentId, trail, outcomes: {} } }
}

/** All steps of a section. */
export function legOfSection(section: string, steps: readonly Step[]): WalkLeg {
  const from = steps.findIndex((step) => step.section === section)
  const to = steps.findLastIndex((step) => step.section === section)
  return { from, to, at: from }
}

/** Cites a step by the words of it that stand in its passage. */
export function citationOfStep(step: Step, walk: Walk): Citation | undefined {
  return citationOf(step, walk, 1)
}

/** Cites what stands before a step; undefined where that is in the step's own passage. */
export function citationOfIntro(intro: StepIntro, step: Step, walk: Walk, n: number): Citation | undefined {
  return intro.passageId === step.passageId ? undefined : citationOf(intro, walk, n)
}

function citationOf(
  { passageId, quote }: Pick<Step, 'passageId' | 'quote'>,
  { read }: Walk,
  n: number,
): Citation | undefined {
  const source = read.passages.find(({ passage }) => passage.id === passageId)
  if (source === undefined || !holds(source.passage, quote)) return undefined
  const { passage, freshness } = source
  return { n, quote, passageId, heading: passage.heading, document: read.document, freshness }
}

function holds({ text }: Passage, quote: string): boolean {
  return quote.trim() !== '' && text.includes(quote)
}
