import type { RankedPassage } from '#knowledge/answer.ts'
import type { ReadQuestion } from './question.ts'
import { type Candidate, type Judged, type Score, totalInItself } from './scoring.ts'
import { nameOf } from './wording.ts'

/** How much is quoted. The numbers were found on questions of our own. */
const selectionLimits = {
  /** Units picked for each part of the question, before what belongs to them is added. */
  unitsEach: 7,
  /** The same when the question has several parts. */
  unitsEachOfSeveral: 4,
  /** Further units must come this near to the best one of their part of the question. */
  nearness: 0.8,
  /** Share of a part's own score in its ranking; the rest is the whole question's. */
  ownShare: 0.65,
  /** A part with fewer terms than this names too little to be ranked by itself. */
  richTerms: 5,
  /** Preference for documents that something was picked from already. */
  sameDocument: 0.1,
  /** A procedure that is asked for leads when it comes this near to the best of all. */
  procedureNearness: 0.75,
  /** A heading of which the question says so much is meant, where of the best one's it says no more than `notNamed`. */
  named: 0.9,
  notNamed: 0.6,
  /** What a stale unit's score counts beside one that is not. */
  staleCounts: 0.85,
  roomChars: 1200,
  mostPassages: 3,
  /** The best unit of another passage is quoted too when it comes this near to the best of all. */
  otherPassageNearness: 0.85,
  otherPassages: 1,
  /** A section up to this long is quoted whole when its best unit is picked. */
  wholeSectionChars: 500,
  /** A paragraph up to this long is quoted whole when a sentence of it is picked. */
  paragraphChars: 300,
  longestList: 10,
  longestListChars: 1000,
}

export interface Selection {
  /** In the order to be shown: passages by their best unit, units as they stand in the document. */
  groups: readonly { passage: RankedPassage; candidates: readonly Candidate[] }[]
  /** The one that answers best. */
  best: Candidate
  /** The first pick for each part of the question. */
  leads: readonly Candidate[]
  score: Score
}

interface Scored {
  candidate: Candidate
  score: Score
}

/**
 * Picks the smallest set of units that answers every part of the question, then adds what they cannot do without: the
 * code that a sentence announces, the sentence that announces a list, the other steps of a procedure.
 * @returns undefined when there is nothing to pick from.
 */
export function select(question: ReadQuestion, judged: readonly Judged[]): Selection | undefined {
  const limits = selectionLimits
  const several = question.facets.length > 1
  const all = question.facets
    .map((facet, at) => rankingFor(judged, at, facet.terms.length))
    .toSorted((a, b) => (b[0]?.score.total ?? 0) - (a[0]?.score.total ?? 0))
  const best = all[0]?.[0]
  if (best === undefined) return undefined
  const procedure = procedureIn(all[0] ?? [], best)
  const rankings = procedure === undefined ? all : all.map(withoutIntroductions)
  const picker = new Picker()
  if (procedure !== undefined) picker.pick([procedure], 1)
  for (const ranking of rankings) picker.pick(ranking, 1)
  const leads = picker.chosen.map(({ candidate }) => candidate)
  for (const ranking of rankings) picker.pick(ranking, (several ? limits.unitsEachOfSeveral : limits.unitsEach) - 1)
  picker.pickElsewhere(
    rankings.flat().toSorted((a, b) => b.score.total - a.score.total),
    best.score.total,
  )
  const candidates = judged.map(({ candidate }) => candidate)
  const chosen = withCompanions(picker.chosen, candidates, question)
  const groups = grouped(chosen, picker.chosen)
  return {
    groups: groups.toSorted((a, b) => Number(holds(b, procedure)) - Number(holds(a, procedure))),
    best: procedure?.candidate ?? best.candidate,
    leads,
    score: surest(all[0] ?? [], best).score,
  }
}

/** The unit by which it's judged whether the question is answered at all. */
function surest(ranking: readonly Scored[], best: Scored): Scored {
  return ranking.reduce((one, other) => (totalInItself(other.score) > totalInItself(one.score) ? other : one), best)
}

/** Who asks how something is done wants to do it: steps or a command come first where they are nearly as good. */
function procedureIn(ranking: readonly Scored[], best: Scored): Scored | undefined {
  const procedures = ranking.filter(
    ({ score }) => score.procedure === 1 && score.total >= selectionLimits.procedureNearness * best.score.total,
  )
  const meant = ranking.find(
    ({ score }) =>
      score.procedure > 0 &&
      score.named >= selectionLimits.named &&
      score.total >= selectionLimits.procedureNearness * best.score.total,
  )
  if (meant !== undefined && best.score.named < selectionLimits.notNamed) return meant
  if (best.score.procedure === 1) return best
  return procedures[0]
}

/** Beside the steps that were asked for, what tells neither steps nor commands is in the way. */
function withoutIntroductions(ranking: readonly Scored[]): Scored[] {
  const procedures = ranking.filter(({ score }) => score.procedure > 0)
  return procedures.length === 0 ? [...ranking] : procedures
}

function holds({ passage }: { passage: RankedPassage }, scored: Scored | undefined): boolean {
  return passage === scored?.candidate.passage
}

/** A part of a question names only what is new in it, so the whole question counts too; the more, the less it names. */
function rankingFor(judged: readonly Judged[], facet: number, terms: number): Scored[] {
  const share = selectionLimits.ownShare * Math.min(1, terms / selectionLimits.richTerms)
  return judged
    .map(({ candidate, facets, whole }) => {
      const own = facets[facet] ?? whole
      return {
        candidate,
        score: {
          ...own,
          total: share * own.total + (1 - share) * whole.total,
          words: Math.max(own.words, whole.words),
          meaning: Math.max(own.meaning, whole.meaning),
        },
      }
    })
    .toSorted((a, b) => b.score.total - a.score.total)
}

class Picker {
  readonly chosen: Scored[] = []
  #chars = 0

  /** Takes up to `count` more from the ranking, leaving out what only repeats. What is opened already is preferred. */
  pick(ranking: readonly Scored[], count: number): void {
    const least = selectionLimits.nearness * (ranking[0]?.score.total ?? 0)
    const near = ranking.filter(({ score }) => score.total + selectionLimits.sameDocument >= least)
    for (let left = count; left > 0; left--) {
      const next = near
        .filter(({ candidate }) => !this.#has(candidate))
        .map((scored) => ({
          scored,
          total: scored.score.total * this.#trust(scored.candidate) + this.#bonus(scored.candidate),
        }))
        .toSorted((a, b) => b.total - a.total)
        .find(({ scored, total }) => total >= least && this.#take(scored))
      if (next === undefined) return
    }
  }

  /** The best units of passages that nothing was taken from yet. */
  pickElsewhere(ranking: readonly Scored[], best: number): void {
    let left = selectionLimits.otherPassages
    for (const scored of ranking) {
      if (left === 0 || scored.score.total < selectionLimits.otherPassageNearness * best) return
      if (this.#isOpen(scored.candidate.passage)) continue
      if (scored.score.total * this.#trust(scored.candidate) < selectionLimits.otherPassageNearness * best) continue
      if (this.#take(scored)) left -= 1
    }
  }

  /** The parts of a question are mostly answered in one document, or in an alert's rule and the page of its name. */
  #bonus({ passage }: Candidate): number {
    const same = this.chosen.some(
      ({ candidate: { passage: other } }) =>
        other.document.id === passage.document.id || nameOf(other.document.title) === nameOf(passage.document.title),
    )
    return same ? selectionLimits.sameDocument : 0
  }

  /** Beside what somebody stands by, something stale must fit much better to be quoted too. */
  #trust({ passage }: Candidate): number {
    const [first] = this.chosen
    if (first === undefined || first.candidate.passage.freshness.state === 'stale') return 1
    return passage.freshness.state === 'stale' ? selectionLimits.staleCounts : 1
  }

  #take(scored: Scored): boolean {
    const { candidate } = scored
    const chars = candidate.unit.shown.length
    if (this.#repeats(candidate) || this.#opensTooMany(candidate)) return false
    if (this.chosen.length > 0 && this.#chars + chars > selectionLimits.roomChars) return false
    this.chosen.push(scored)
    this.#chars += chars
    return true
  }

  #has(candidate: Candidate): boolean {
    return this.chosen.some((other) => other.candidate === candidate)
  }

  #isOpen(passage: RankedPassage): boolean {
    return this.chosen.some(({ candidate }) => candidate.passage === passage)
  }

  #repeats({ terms }: Candidate): boolean {
    return this.chosen.some(({ candidate }) => {
      let common = 0
      for (const term of terms) if (candidate.terms.has(term)) common += 1
      return common / Math.max(1, Math.min(terms.size, candidate.terms.size)) > 0.85
    })
  }

  #opensTooMany({ passage }: Candidate): boolean {
    const open = new Set(this.chosen.map(({ candidate }) => candidate.passage))
    return !open.has(passage) && open.size >= selectionLimits.mostPassages
  }
}

function withCompanions(
  picked: readonly Scored[],
  candidates: readonly Candidate[],
  question: ReadQuestion,
): Set<Candidate> {
  const chosen = new Set(picked.map(({ candidate }) => candidate))
  const byPassage = Map.groupBy(candidates, ({ passage }) => passage)
  for (const { candidate } of picked) {
    const siblings = byPassage.get(candidate.passage) ?? []
    for (const companion of companionsOf(candidate, siblings, question)) chosen.add(companion)
    const chars = siblings.reduce((sum, { unit }) => sum + unit.shown.length, 0)
    const isPage = candidate.passage.document.kind !== 'alert'
    if (isPage && candidate === picked[0]?.candidate && chars <= selectionLimits.wholeSectionChars) {
      for (const sibling of siblings) chosen.add(sibling)
    }
  }
  // A list or code that came along may have an announcement of its own.
  for (const candidate of chosen) {
    const intro = introOf(candidate, byPassage.get(candidate.passage) ?? [])
    if (intro !== undefined) chosen.add(intro)
  }
  return chosen
}

function introOf({ unit }: Candidate, siblings: readonly Candidate[]): Candidate | undefined {
  return unit.intro === undefined ? undefined : siblings.find((sibling) => sibling.unit.index === unit.intro)
}

function companionsOf(candidate: Candidate, siblings: readonly Candidate[], question: ReadQuestion): Candidate[] {
  const { unit } = candidate
  const announced = siblings.filter((sibling) => sibling.unit.intro === unit.index)
  const code = announced.filter((sibling) => sibling.unit.kind === 'code').slice(0, 2)
  const items = announced.filter((sibling) => sibling.unit.kind !== 'code')
  const companions = [...code, ...(isShort(items) ? items : [])]
  if (unit.kind === 'sentence') companions.push(...restOfParagraph(candidate, siblings))
  if (unit.kind === 'step') companions.push(...restOfList(candidate, siblings, question))
  if (unit.kind === 'field') companions.push(...restOfRule(candidate, siblings))
  return companions
}

function restOfParagraph({ unit }: Candidate, siblings: readonly Candidate[]): Candidate[] {
  const paragraph = siblings.filter((other) => other.unit.block === unit.block && other.unit.kind === 'sentence')
  const chars = paragraph.reduce((sum, other) => sum + other.unit.shown.length, 0)
  return chars <= selectionLimits.paragraphChars ? paragraph : []
}

/** A procedure is told whole, with its code; of a plain list the other items come along when they are few. */
function restOfList(candidate: Candidate, siblings: readonly Candidate[], question: ReadQuestion): Candidate[] {
  const list = siblings.filter(({ unit }) => unit.block === candidate.unit.block && unit.kind === 'step')
  const procedure =
    candidate.unit.ordered &&
    (question.wants.has('steps') || question.wants.has('fix') || question.wants.has('command'))
  if (!isShort(list) || (!procedure && list.length > 6)) return []
  const first = list[0]?.unit.index ?? 0
  const last = list.at(-1)?.unit.index ?? first
  const code = siblings.filter(({ unit }) => unit.kind === 'code' && unit.index > first && unit.index <= last + 1)
  return [...list, ...code]
}

/** When and how loudly an alert fires is a matter of three short lines. */
function restOfRule(candidate: Candidate, siblings: readonly Candidate[]): Candidate[] {
  if (candidate.passage.document.kind !== 'alert') return []
  return siblings.filter(({ unit }) => unit.field === 'for' || unit.field === 'severity' || unit.field === 'summary')
}

function isShort(list: readonly Candidate[]): boolean {
  const chars = list.reduce((sum, { unit }) => sum + unit.shown.length, 0)
  return list.length <= selectionLimits.longestList && chars <= selectionLimits.longestListChars
}

function grouped(chosen: ReadonlySet<Candidate>, picked: readonly Scored[]): Selection['groups'] {
  const strength = new Map<RankedPassage, number>()
  for (const { candidate, score } of picked) {
    strength.set(candidate.passage, Math.max(strength.get(candidate.passage) ?? 0, score.total))
  }
  const groups = Map.groupBy(chosen, ({ passage }) => passage)
  return [...groups]
    .toSorted(([a], [b]) => (strength.get(b) ?? 0) - (strength.get(a) ?? 0))
    .map(([passage, members]) => ({ passage, candidates: members.toSorted((a, b) => a.unit.index - b.unit.index) }))
}
