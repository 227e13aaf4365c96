import type { Citation } from '#knowledge/answer.ts'
import type { Passage } from '#knowledge/passage.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import type { ReadDocument, Scene } from '../parts.ts'
import type { WalkPosition } from '../position.ts'
import { namesId } from '../scene.ts'
import { type Step, stepsOf } from './runbook-steps.ts'

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

/** A document of which at least this many steps are known to be steps counts as a runbook. */
const fewestSteps = 1

/** That very runbook, from the section that these words name. */
export async function chosenRunbook(
  documentId: string,
  about: string,
  scene: Scene,
  signal: AbortSignal,
): Promise<Walk | undefined> {
  const walk = await openRunbook(documentId, scene, signal)
  if (walk === undefined || walk.steps.length < fewestSteps) return walk
  return { ...walk, position: { ...walk.position, trail: [sectionMeant(about, walk)] } }
}

/** The runbook that is meant by these words, with the section that they name; undefined when there is none. */
export async function findRunbook(about: string, scene: Scene, signal: AbortSignal): Promise<Walk | undefined> {
  const found = await scene.reads.search({ text: about, limit: 20, principal: scene.principal }, signal)
  if (!found.relevant && !found.passages.some(({ document }) => isNamed(document.title, about))) return undefined
  const ids = [...new Set(found.passages.map(({ document }) => document.id))]
  const named = found.passages
    .filter(({ document }) => isNamed(document.title, about))
    .map(({ document }) => document.id)
  for (const id of new Set([...named, ...ids.slice(0, 3)])) {
    const walk = await openRunbook(id, scene, signal)
    if (walk === undefined || walk.steps.length < fewestSteps) continue
    return { ...walk, position: { ...walk.position, trail: [sectionMeant(about, walk)] } }
  }
  return undefined
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

function isNamed(title: string, about: string): boolean {
  const words = new Set(termsOf(title))
  const wanted = termsOf(about)
  return wanted.length > 0 && wanted.filter((term) => words.has(term)).length >= Math.min(2, wanted.length)
}

/** The section whose heading says what the title does not; several or none alike: the whole runbook. */
function sectionMeant(about: string, { steps, read }: Walk): WalkLeg {
  const title = new Set(termsOf(read.document.title))
  const wanted = new Set(termsOf(about).filter((term) => !title.has(term)))
  const sections = [...new Set(steps.map(({ section }) => section))]
  const scored = sections
    .map((section) => ({ section, score: termsOf(section).filter((term) => wanted.has(term)).length }))
    .toSorted((one, other) => other.score - one.score)
  const [best, second] = scored
  const clear = best !== undefined && best.score > 0 && best.score > (second?.score ?? 0)
  return clear ? legOfSection(best.section, steps) : { from: 0, to: steps.length - 1, at: 0 }
}

/** All steps of a section. */
export function legOfSection(section: string, steps: readonly Step[]): WalkLeg {
  const from = steps.findIndex((step) => step.section === section)
  const to = steps.findLastIndex((step) => step.section === section)
  return { from, to, at: from }
}

/** Cites a step by the words of it that stand in its passage. */
export function citationOfStep({ passageId, quote }: Step, { read }: Walk): Citation | undefined {
  const source = read.passages.find(({ passage }) => passage.id === passageId)
  if (source === undefined || !holds(source.passage, quote)) return undefined
  const { passage, freshness } = source
  return { n: 1, quote, passageId, heading: passage.heading, document: read.document, freshness }
}

function holds({ text }: Passage, quote: string): boolean {
  return quote.trim() !== '' && text.includes(quote)
}
