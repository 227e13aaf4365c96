import { day } from '#freshness/age.ts'
import type { AnswerWarning, RankedPassage } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import type { Reconciled, Superseded } from './disagreement.ts'
import type { Candidate } from './scoring.ts'
import { placeOf } from './wording.ts'

const longestSaying = 160
const mostDisagreements = 3

/** Names who says otherwise, what each says, and from when it is. */
export function disagreementWarnings(
  { disagreements, superseded }: Reconciled,
  cited: ReadonlySet<string>,
  lang: Lang,
): AnswerWarning[] {
  const disagreeing = disagreements
    .filter(({ believed }) => cited.has(believed.passage.passage.id))
    .slice(0, mostDisagreements)
  const named = new Set(disagreeing.map(({ other }) => other.passage.document.id))
  const old = superseded.filter(({ newer, older }) => cited.has(newer.passage.id) && !named.has(older.document.id))
  return [
    ...disagreeing.map(({ believed, other }) => disagreement(believed, other, lang)),
    ...old.map(({ newer, older }) => outdated(newer, older, lang)),
  ]
}

function disagreement(believed: Candidate, other: Candidate, lang: Lang): AnswerWarning {
  const [theirs, ours] = [source(other.passage), source(believed.passage)]
  const message =
    lang === 'ja'
      ? `文書の内容が食い違っています。「${theirs}」は「${saying(other)}」、より新しい「${ours}」は「${saying(believed)}」。新しい方で回答しました。`
      : `Sources disagree. "${theirs}" says: "${saying(other)}" The newer or verified "${ours}" says: "${saying(believed)}" The answer follows the latter.`
  return { code: 'sources_disagree', message }
}

function outdated(newer: RankedPassage, older: RankedPassage, lang: Lang): AnswerWarning {
  const message =
    lang === 'ja'
      ? `「${source(older)}」は「${source(newer)}」の古い版とみられるため、引用していません。`
      : `"${source(older)}" looks like an older version of "${source(newer)}" and was not quoted.`
  return { code: 'outdated_source', message }
}

/** A translation that is cited although its original was changed since. */
export function translationWarnings(
  translated: readonly Superseded[],
  cited: ReadonlySet<string>,
  lang: Lang,
): AnswerWarning[] {
  const pages = new Map(
    translated.filter(({ older }) => cited.has(older.passage.id)).map((pair) => [pair.older.document.id, pair]),
  )
  return [...pages.values()].map(({ newer, older }) => ({
    code: 'outdated_source',
    message:
      lang === 'ja'
        ? `「${source(older)}」は「${source(newer)}」の翻訳で、原文はその後に更新されています。原文も確認してください。`
        : `"${source(older)}" translates "${source(newer)}", which was changed since: check the original too.`,
  }))
}

function source(passage: RankedPassage): string {
  return `${placeOf(passage)}, ${passage.document.path}, ${day(passage.freshness.editedAt)}`
}

function saying({ unit }: Candidate): string {
  const text = unit.shown.replace(/\s+/g, ' ')
  return text.length <= longestSaying ? text : `${text.slice(0, longestSaying)}…`
}

/** A source near the top that tries to give orders to an assistant, cited or not. */
export function suspicionWarnings(
  passages: readonly RankedPassage[],
  cited: ReadonlySet<string>,
  lang: Lang,
): AnswerWarning[] {
  return passages
    .filter(({ passage, rank }) => passage.suspicious && (rank <= 3 || cited.has(passage.id)))
    .map((passage) => ({
      code: 'suspicious_source',
      message:
        lang === 'ja'
          ? `「${placeOf(passage)}」（${passage.document.path}）には、アシスタントに指示を与えようとする文が含まれています。その文は無視しました。文書の所有者に確認してください。`
          : `"${placeOf(passage)}" (${passage.document.path}) holds text that tries to give orders to an assistant. It was ignored; ask the document's owner about it.`,
    }))
}
