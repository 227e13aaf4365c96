import type { Lang } from '#knowledge/document.ts'
import { destructiveWarnings } from '#retrieval/answering.ts'
import { ageIn } from '../ages.ts'
import type { Command } from '../commands.ts'
import { lastCitations } from '../last-said.ts'
import type { Scene } from '../parts.ts'
import type { Position, Walked } from '../position.ts'
import { oursId, ownReply, type Reply, type ReplyPiece } from '../scene.ts'
import { moved } from '../states/machine.ts'
import { onCallMachine } from '../states/on-call-machine.ts'
import {
  citationOfIntro,
  citationOfStep,
  legOf,
  legOfSection,
  openRunbook,
  stepAt,
  type Walk,
} from '../walkthrough/walk.ts'
import { walkWords as words } from '../walkthrough/walk-words.ts'
import { chosenRunbook, findRunbook } from '../walkthrough/which-runbook.ts'
import { said } from '../words.ts'

/** Begins to walk through a runbook, or goes to a section of the one that is being walked through. */
export async function* startWalk(
  { about, documentId }: Pick<Command, 'about' | 'documentId'>,
  scene: Scene,
  signal: AbortSignal,
): Reply {
  const { lang, position } = scene
  const current = position.walk === undefined ? undefined : await resumed(scene, signal)
  const section = current?.walk.steps.find((step) => sameHeading(step.section, about))?.section
  if (current !== undefined && section !== undefined) {
    return yield* goTo(section, current.walk, scene, words.branched(section, lang))
  }
  const walk =
    documentId === undefined
      ? await findRunbook(about, scene, signal)
      : await chosenRunbook(documentId, about, scene, signal)
  if (walk === undefined) return yield* ownReply(scene, { text: words.noRunbook(lang), abstained: true })
  const { title } = walk.read.document
  if (walk.steps.length === 0) return yield* ownReply(scene, { text: words.noSteps(title, lang), abstained: true })
  const leg = legOf(walk.position)
  const whole = leg.from === 0 && leg.to === walk.steps.length - 1
  const lead = [words.begin(title, whole ? '' : (stepAt(walk)?.section ?? ''), lang), ...caveats(walk, scene)].join(' ')
  yield* readStep(walk, scene, { lead, from: { ...position, state: 'open' } })
}

/** "Next" after an answer from a runbook: walks on from the step that was quoted, else from the first of its section. */
export async function* walkFromLast(scene: Scene, signal: AbortSignal): Reply {
  const { lang, position } = scene
  const [citation] = await lastCitations(scene, signal)
  const walk = citation === undefined ? undefined : await openRunbook(citation.document.id, scene, signal)
  if (citation === undefined || walk === undefined || walk.steps.length === 0)
    return yield* ownReply(scene, { text: said('no-walk', lang) })
  const quoted = walk.steps.findIndex(
    ({ passageId, quote }) => passageId === citation.passageId && overlap(quote, citation.quote),
  )
  const section = walk.steps[quoted]?.section ?? citation.heading.at(-1) ?? ''
  const leg = legOfSection(section, walk.steps)
  const { title } = walk.read.document
  const last = walk.steps.length - 1
  if (quoted === last) return yield* ownReply(scene, { text: words.finished(title, 0, lang) })
  const whole = { from: 0, to: last, at: 0 }
  const following = walk.steps[quoted + 1]?.section ?? ''
  // Behind the last step of its section comes the next section.
  const stretch = quoted >= 0 ? { ...legOfSection(following, walk.steps), at: quoted + 1 } : leg.from < 0 ? whole : leg
  const named = walk.steps[stretch.at]?.section ?? ''
  const lead = [words.begin(title, leg.from < 0 ? '' : named, lang), ...caveats(walk, scene)]
  const begun = { ...walk, position: { ...walk.position, trail: [stretch] } }
  yield* readStep(begun, scene, { lead: lead.join(' '), from: { ...position, state: 'open' } })
}

/** A quote begins behind the mark of its first item. */
function overlap(step: string, quote: string): boolean {
  const plain = (text: string): string =>
    text
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/^(?:\d{1,3}[.)]|[-*+•.]|#\.)\s+/, '')
  return plain(step).includes(plain(quote)) || plain(quote).includes(plain(step))
}

/** Goes on with the runbook that is being walked through. */
export async function* walkOn({ name, by }: Command, scene: Scene, signal: AbortSignal): Reply {
  const { lang, position } = scene
  const found = await resumed(scene, signal)
  if (found === undefined) {
    yield { kind: 'position', position: { ...position, state: 'open', walk: undefined } }
    return yield* ownReply(scene, { text: words.gone(lang), abstained: true })
  }
  const { walk, changed } = found
  const { title, owners } = walk.read.document
  if (changed) return yield* readStep(walk, scene, { lead: words.changed(title, lang), from: position })
  const step = stepAt(walk)
  const leg = legOf(walk.position)
  const done = () => advance(noted(walk, 'done'), { ...scene, position: withWalked(walk, 'done', scene, by) })
  switch (name) {
    case 'done':
      return yield* done()
    case 'skip':
      return yield* advance(noted(walk, 'skipped'), { ...scene, position: withWalked(walk, 'skipped', scene, by) })
    case 'next':
      // An irreversible step isn't passed over by mistake; after a stop, "next" means the step where we stopped.
      if (position.state === 'confirming-step') return yield* readStep(walk, scene, { from: position })
      if (position.state !== 'walking') return yield* readStep(walk, scene, { from: position })
      return yield* done()
    case 'back': {
      const at = Math.max(leg.from, leg.at - 1)
      const lead = leg.at === leg.from ? words.first(lang) : undefined
      return yield* readStep(movedTo(walk, at), scene, { lead, from: position })
    }
    case 'yes': {
      if (position.state === 'confirming-step') {
        const agreed = { ...walk, position: { ...walk.position, agreed: leg.at } }
        return yield* readStep(agreed, scene, { from: position })
      }
      const to = step?.branches.find(({ section }) => walk.steps.some((other) => other.section === section))
      if (to === undefined) return yield* done()
      return yield* goTo(to.section, walk, scene, words.branched(to.section, lang))
    }
    case 'no':
      if (position.state === 'confirming-step') {
        yield { kind: 'position', position: { ...position, state: 'walking', walk: walk.position } }
        return yield* ownReply(scene, { text: words.refused(lang) })
      }
      return yield* done()
    case 'expected': {
      const citation = step === undefined ? undefined : citationOfStep(step, walk)
      if (step === undefined || citation === undefined || step.expected === '') {
        return yield* ownReply(scene, { text: words.unexpected(lang) })
      }
      return yield* ownReply(scene, { text: `${step.expected} [1]`, spoken: step.expected, citations: [citation] })
    }
    case 'problem':
      yield {
        kind: 'position',
        position: { ...withWalked(walk, 'problem', scene, by), walk: noted(walk, 'problem').position },
      }
      return yield* ownReply(scene, { text: words.problem(owners, lang) })
    case 'where': {
      const at = `${words.where(title, step?.section ?? '', lang)} ${words.step(placeIn(walk), lang)}`
      return yield* ownReply(scene, { text: at })
    }
    default:
      return yield* readStep(walk, scene, { from: position })
  }
}

/** Stops for now; the place is kept. */
export function* stopWalk(scene: Scene): Generator<ReplyPiece> {
  const { position, lang } = scene
  const moves = moved(onCallMachine, position, 'stop') ?? position
  yield { kind: 'position', position: { ...position, state: moves.state, previous: [...moves.previous] } }
  yield* ownReply(scene, { text: words.stopped(lang) })
}

async function resumed(scene: Scene, signal: AbortSignal): Promise<{ walk: Walk; changed: boolean } | undefined> {
  const saved = scene.position.walk
  if (saved === undefined) return undefined
  const opened = await openRunbook(saved.documentId, scene, signal)
  if (opened === undefined || opened.steps.length === 0) return undefined
  const last = opened.steps.length - 1
  const fits = saved.trail.every(({ from, to, at }) => from >= 0 && from <= at && at <= to && to <= last)
  const same = fits && (saved.quote === undefined || opened.steps[legOf(saved).at]?.quote === saved.quote)
  if (same) return { walk: { ...opened, position: saved }, changed: false }
  // The runbook was edited meanwhile: the step is looked for by its words, else its section begins again.
  const at = opened.steps.findIndex(({ quote }) => quote === saved.quote)
  const section = opened.steps[at]?.section ?? opened.steps[Math.min(last, legOf(saved).from)]?.section ?? ''
  const leg = legOfSection(section, opened.steps)
  const trail = [{ ...leg, at: at < 0 ? leg.from : at }]
  return { walk: { ...opened, position: { ...saved, trail, agreed: undefined } }, changed: at < 0 }
}

function* goTo(section: string, walk: Walk, scene: Scene, lead: string): Generator<ReplyPiece> {
  const leg = legOfSection(section, walk.steps)
  const position = { ...walk.position, trail: [...walk.position.trail, leg].slice(-deepestTrail) }
  yield* readStep({ ...walk, position }, scene, { lead, from: scene.position })
}

const deepestTrail = 8

/** To the next step; behind the last one of a branch, back to where it led away from. */
function* advance(walk: Walk, scene: Scene): Generator<ReplyPiece> {
  const { lang, position } = scene
  const leg = legOf(walk.position)
  if (leg.at < leg.to) return yield* readStep(movedTo(walk, leg.at + 1), scene, { from: position })
  const back = walk.position.trail.at(-2)
  if (back !== undefined) {
    const trail = walk.position.trail.slice(0, -1)
    const returned = { ...walk, position: { ...walk.position, trail } }
    if (back.at < back.to) {
      const to = movedTo(returned, back.at + 1)
      const lead = words.returned(stepAt(to)?.section ?? '', lang)
      return yield* readStep(to, scene, { lead, from: position })
    }
  }
  const skipped = Object.values(walk.position.outcomes).filter((outcome) => outcome === 'skipped').length
  yield { kind: 'position', position: { ...position, state: 'open', previous: [], walk: undefined } }
  yield* ownReply(scene, { text: words.finished(walk.read.document.title, skipped, lang) })
}

interface Reading {
  lead?: string | undefined
  from: Position
}

/** Reads the step where the walk stands, after a yes if what it says to do can't be undone. */
function* readStep(walk: Walk, scene: Scene, { lead, from }: Reading): Generator<ReplyPiece> {
  const { lang } = scene
  const step = stepAt(walk)
  const citation = step === undefined ? undefined : citationOfStep(step, walk)
  if (step === undefined || citation === undefined) {
    yield { kind: 'position', position: { ...from, state: 'open', walk: undefined } }
    return yield* ownReply(scene, { text: words.gone(lang), abstained: true })
  }
  const { at } = legOf(walk.position)
  const asks = step.destructive && walk.position.agreed !== at
  const branch = step.branches.find(({ section }) => walk.steps.some((other) => other.section === section))
  const position: Position = {
    ...from,
    state: asks ? 'confirming-step' : 'walking',
    previous:
      from.state === 'walking' || from.state === 'confirming-step'
        ? from.previous
        : [...from.previous, from.state].slice(-8),
    walk: { ...walk.position, quote: step.quote, branch: branch?.section },
  }
  yield { kind: 'position', position, step: placeIn(walk) }
  const place = words.step(placeIn(walk), lang)
  const before = [...(lead === undefined ? [] : [lead]), ...sectionBegun(walk, lead, lang)]
  const after = branch === undefined ? [] : [words.branch(branch.section, lang)]
  scene.reads.read([{ id: oursId, text: [...before, place, ...after].join('\n') }])
  if (step.suspicious) return yield* ownReply(scene, { text: [...before, place, words.suspicious(lang)].join(' ') })
  if (asks) return yield* ownReply(scene, { text: [...before, place, words.confirm(lang)].join(' ') })
  const intros = step.intro.map((intro, index) => ({ intro, citation: citationOfIntro(intro, step, walk, index + 2) }))
  const introduced = intros.map(({ intro: { quote }, citation: own }) => `${quote} [${own?.n ?? 1}]`)
  yield* ownReply(scene, {
    text: [
      [...before, place].join(' '),
      ...introduced,
      `${step.text}${/```\s*$/.test(step.text) ? '\n\n[1]' : ' [1]'}`,
      ...after,
    ].join('\n\n'),
    spoken: [...before, place, ...step.intro.map(({ quote }) => quote), step.text, ...after].join('\n\n'),
    citations: [citation, ...intros.flatMap(({ citation: own }) => own ?? [])],
    warnings: destructiveWarnings(step.text, lang),
  })
}

/** Whoever walks through several sections is told where the next one begins. */
function sectionBegun({ steps, position }: Walk, lead: string | undefined, lang: Lang): string[] {
  const { at, from, to } = legOf(position)
  const section = steps[at]?.section ?? ''
  const several = steps.slice(from, to + 1).some((step) => step.section !== section)
  const begins = several && section !== '' && (at === from || steps[at - 1]?.section !== section)
  return begins && lead?.includes(section) !== true ? [words.section(section, lang)] : []
}

/** Counted within the stretch that is being walked. */
function placeIn({ position }: Walk): { at: number; of: number } {
  const { from, to, at } = legOf(position)
  return { at: at - from + 1, of: to - from + 1 }
}

function movedTo(walk: Walk, at: number): Walk {
  const trail = walk.position.trail.with(-1, { ...legOf(walk.position), at })
  return { ...walk, position: { ...walk.position, trail, agreed: undefined } }
}

function noted(walk: Walk, outcome: 'done' | 'skipped' | 'problem'): Walk {
  const at = String(legOf(walk.position).at)
  // A problem stays one, whatever is done about it.
  const known = walk.position.outcomes[at]
  const outcomes = { ...walk.position.outcomes, [at]: known === 'problem' && outcome === 'done' ? known : outcome }
  return { ...walk, position: { ...walk.position, outcomes } }
}

const mostWalked = 200

function withWalked(walk: Walk, outcome: Walked['outcome'], scene: Scene, by: string | undefined): Position {
  const { position, principal, parts } = scene
  const { at: step, of } = placeIn(walk)
  const section = stepAt(walk)?.section ?? ''
  const { documentId } = walk.position
  const now = { documentId, section, step, of, outcome, by: by ?? principal.name, at: parts.clock.now() }
  return { ...position, walked: [...(position.walked ?? []), now].slice(-mostWalked) }
}

/** What has to be said of its age before its first step. */
function caveats({ read }: Walk, { lang, parts }: Scene): string[] {
  const states = new Set(read.passages.map(({ freshness }) => freshness.state))
  const age = ageIn(read.document.editedAt, parts.clock.now(), lang)
  return [
    ...(states.has('stale') || states.has('aging') || states.has('suspect') ? [words.old(age, lang)] : []),
    ...(states.has('contradicted') ? [words.contradicted(lang)] : []),
  ]
}

function sameHeading(heading: string, about: string): boolean {
  const plain = (text: string): string =>
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()
  return plain(heading) === plain(about)
}
