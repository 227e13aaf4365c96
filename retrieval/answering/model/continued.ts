import { type Draft, extractiveDraft } from '../drafts.ts'
import type { Evidence } from '../evidence.ts'
import type { Candidate } from '../scoring.ts'
import type { SpokenOptions } from '../spoken/spoken-form.ts'
import { together } from '../spoken/spoken-text.ts'
import { words } from '../wording.ts'
import type { ModelOutcome } from './model-draft.ts'

/**
 * The documents' own words in place of a model's answer that failed: behind what of it was already shown, without
 * saying anything twice.
 */
export function continuedDraft(outcome: ModelOutcome, evidence: Evidence, options: SpokenOptions): Draft {
  const cited = outcome.shown.flatMap((part) => part.citations)
  const warnings = [...outcome.warnings]
  if (cited.length === 0) {
    const draft = extractiveDraft(evidence, options)
    return { ...draft, warnings: [...warnings, ...draft.warnings], costUsd: outcome.costUsd }
  }
  const { selection } = evidence
  const isSaid = ({ passage, unit }: Candidate): boolean =>
    cited.some(
      ({ passageId, quote }) =>
        passageId === passage.passage.id && (quote.includes(unit.quote) || unit.quote.includes(quote)),
    )
  const groups = selection.groups
    .map(({ passage, candidates }) => ({ passage, candidates: candidates.filter((candidate) => !isSaid(candidate)) }))
    .filter(({ candidates }) => candidates.length > 0)
  const left = groups.flatMap(({ candidates }) => candidates)
  const best = left.includes(selection.best) ? selection.best : (left[0] ?? selection.best)
  const rest = extractiveDraft({ ...evidence, selection: { ...selection, groups, best } }, options, cited.length + 1)
  const { more, moreSpoken } = words[options.lang]
  const parts = rest.parts.length === 0 ? [] : [{ text: more, citations: [] }, ...rest.parts]
  const seen = new Set([...cited, ...parts.flatMap((part) => part.citations)].map(({ passageId }) => passageId))
  return {
    ...rest,
    parts,
    spoken: outcome.spoken,
    goesOn: together([moreSpoken, rest.spoken], options.lang),
    warnings: [...warnings, ...evidence.warnings(seen)],
    costUsd: outcome.costUsd,
  }
}
