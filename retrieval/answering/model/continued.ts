import type { Lang } from '#knowledge/document.ts'
import { type Draft, extractiveDraft } from '../drafts.ts'
import type { Evidence } from '../evidence.ts'
import type { Candidate } from '../scoring.ts'
import { words } from '../wording.ts'
import type { ModelOutcome } from './model-draft.ts'

/**
 * The documents' own words in place of a model's answer that failed: behind what of it was already shown, without
 * saying anything twice.
 */
export function continuedDraft(outcome: ModelOutcome, evidence: Evidence, now: Date, lang: Lang): Draft {
  const cited = outcome.shown.flatMap((part) => part.citations)
  const warnings = [...outcome.warnings]
  if (cited.length === 0) {
    const draft = extractiveDraft(evidence, now, lang)
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
  const rest = extractiveDraft({ ...evidence, selection: { ...selection, groups } }, now, lang, cited.length + 1)
  const parts = rest.parts.length === 0 ? [] : [{ text: words[lang].more, citations: [] }, ...rest.parts]
  const seen = new Set([...cited, ...parts.flatMap((part) => part.citations)].map(({ passageId }) => passageId))
  return {
    ...rest,
    parts,
    spoken: outcome.spoken,
    warnings: [...warnings, ...evidence.warnings(seen)],
    costUsd: outcome.costUsd,
  }
}
