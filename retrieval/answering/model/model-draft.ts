import { ageInWords } from '#freshness/age.ts'
import type { AnswerWarning, Citation, Question, RankedPassage, ShownOn } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import { type LlmDeadlines, withDeadlines } from '#providers/llm/deadlines.ts'
import { LlmError } from '#providers/llm/errors.ts'
import type { Llm, LlmMessage, LlmPiece } from '#providers/llm/llm.ts'
import { failureFields, userMessageOf } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'
import type { SoftMatch } from '../../ranking/soft-match.ts'
import type { Evidence } from '../evidence.ts'
import { type AnswerPart, citationOf } from '../quoting.ts'
import { spokenAge } from '../spoken/spoken-age.ts'
import { spokenStatements } from '../spoken/spoken-form.ts'
import { together } from '../spoken/spoken-text.ts'
import { caveat, placeOf } from '../wording.ts'
import { noAnswer, promptFor } from './prompt.ts'
import { marksOf, type NumberedSource, StatementChecker, type Support } from './statement-check.ts'
import { resumed, type Statement, statements } from './statements.ts'

export interface ModelParts {
  llm: Llm
  log: Log
  /** Waiting longer than this is worse for the asker than the documents' own words. */
  deadlines?: LlmDeadlines | undefined
  /** Told when the model begins to write. */
  onFirstPiece?: (() => void) | undefined
}

const defaultDeadlines = { firstPieceMs: 8_000, totalMs: 45_000 }
/** Who listens hears nothing meanwhile. The gateway goes on with another model before it comes to that, if there is one. */
export const spokenDeadlines: LlmDeadlines = { firstPieceMs: 2_000, betweenPiecesMs: 4_500, totalMs: 30_000 }
const mostSources = 6
const mostTokens = 900

/** How the model's writing went. */
export interface ModelOutcome {
  kind: 'written' | 'no-answer' | 'nothing-supported' | 'failed'
  spoken: string
  model: string
  costUsd: number
  warnings: readonly AnswerWarning[]
  /** What was shown; a failed answer goes on behind it. */
  shown: readonly AnswerPart[]
}

/** Streams what the model writes, each statement only after it was found in the sources that it cites; called once. */
export type ModelWriting = (parts: ModelParts, signal: AbortSignal) => AsyncGenerator<AnswerPart, ModelOutcome>

/** All that needs no model: what it will be asked, and what will be held against its sources. */
export function modelDraft(
  evidence: Evidence,
  asked: Pick<Question, 'mode' | 'shownOn'> & { standalone: string; lang: Lang },
  now: Date,
  softMatch: SoftMatch | undefined,
): ModelWriting {
  const sources = sourcesOf(evidence)
  const writer = new Writer(sources, asked, now, softMatch)
  const passages = sources.map(({ passage }) => passage)
  const prompt = promptFor(asked.standalone, passages, asked.lang)
  return (parts, signal) => writing(parts, { prompt, writer, lang: asked.lang }, signal)
}

async function* writing(
  parts: ModelParts,
  { prompt, writer, lang }: { prompt: readonly LlmMessage[]; writer: Writer; lang: Lang },
  signal: AbortSignal,
): AsyncGenerator<AnswerPart, ModelOutcome> {
  const llm = withDeadlines(parts.llm, parts.deadlines ?? defaultDeadlines)
  const ending: Ending = {
    model: llm.id,
    costUsd: 0,
    onFirstPiece: () => {
      parts.onFirstPiece?.()
      // Until the first statement is whole there is time for it.
      writer.prepare()
    },
  }
  let used = ''
  try {
    const pieces = llm.reply(prompt, { maxTokens: mostTokens, lang, used: () => used }, signal)
    for await (const statement of statements(textOf(pieces, ending))) {
      used += `${used === '' ? '' : statement.joint || ' '}${statement.text}`
      if (statement.text.includes(noAnswer)) return writer.outcome('no-answer', ending)
      yield* writer.write(statement)
    }
  } catch (error) {
    signal.throwIfAborted()
    parts.log.warn({ ...failureFields(error), model: llm.id }, 'model failed, answering from the documents')
    return writer.outcome('failed', ending, [{ code: 'llm_failed', message: userMessageOf(error) }])
  }
  if (writer.shown.length === 0) return writer.outcome('nothing-supported', ending)
  yield writer.sourcesLine()
  return writer.outcome('written', ending)
}

interface Ending {
  model: string
  costUsd: number
  onFirstPiece: (() => void) | undefined
}

async function* textOf(pieces: AsyncIterable<LlmPiece>, ending: Ending): AsyncGenerator<string | typeof resumed> {
  for await (const piece of pieces) {
    if (piece.kind === 'text') {
      ending.onFirstPiece?.()
      ending.onFirstPiece = undefined
      yield piece.text
    }
    if (piece.kind === 'resumed') yield resumed
    if (piece.kind !== 'end') continue
    ending.model = piece.model
    ending.costUsd = piece.costUsd ?? 0
    if (piece.reason !== 'stop') throw new LlmError('broken-off', piece.model)
  }
}

/** What the answer would quote, then what else was found; few, since each costs time and attention. */
function sourcesOf({ selection, passages }: Evidence): NumberedSource[] {
  const chosen = [...new Set([...selection.groups.map(({ passage }) => passage), ...passages])]
  return chosen.slice(0, mostSources).map((passage, at) => ({ number: at + 1, passage }))
}

/** Checks statements, numbers their citations and remembers what was shown. */
class Writer {
  readonly shown: AnswerPart[] = []
  readonly #checker: StatementChecker
  readonly #now: Date
  readonly #lang: Lang
  readonly #isSpoken: boolean
  readonly #shownOn: ShownOn | undefined
  readonly #citations: Citation[] = []
  readonly #cited = new Map<number, { passage: RankedPassage; n: number }>()
  readonly #warned = new Set<string>()
  readonly #said: string[] = []
  #dropped = 0
  #last: readonly number[] = []

  constructor(
    sources: readonly NumberedSource[],
    asked: Parameters<typeof modelDraft>[1],
    now: Date,
    softMatch: SoftMatch | undefined,
  ) {
    this.#checker = new StatementChecker(sources, asked.standalone, softMatch)
    this.#now = now
    this.#lang = asked.lang
    this.#isSpoken = asked.mode === 'spoken'
    this.#shownOn = asked.shownOn
  }

  /** What takes time before the first statement can be checked. */
  prepare(): void {
    this.#checker.prepare()
  }

  *write({ text, joint }: Statement): Generator<AnswerPart> {
    const normal = text.replace(/【(\d+)】/g, '[$1]')
    const checked = this.#checker.check(normal, this.#last)
    if (checked.kind === 'unsupported') {
      if (/[\p{L}\d]/u.test(normal)) this.#dropped += 1
      return
    }
    this.#last = checked.supports.map(({ source }) => source.number)
    const fresh: Citation[] = []
    const numbers = new Map(checked.supports.map((support) => [support.source.number, this.#numberOf(support, fresh)]))
    for (const { source } of checked.supports) yield* this.#caveat(source, numbers.get(source.number) ?? 0, fresh)
    this.#said.push(normal)
    const isFirst = this.#said.length === 1
    const shown = renumbered(normal, numbers)
    const [source] = checked.supports
    yield this.#show({
      text: shown,
      // Its age is heard before anything else is.
      ...(isFirst && this.#isSpoken && source !== undefined
        ? { spoken: together([spokenAge(source.source.passage, this.#now, this.#lang), shown], this.#lang) }
        : {}),
      citations: fresh.filter((citation) => !this.#isShown(citation)),
      joint: this.shown.length === 0 || this.shown.at(-1)?.text.startsWith('⚠') === true ? '\n\n' : joint || ' ',
    })
  }

  /** How old each source is that was cited. */
  sourcesLine(): AnswerPart {
    const sources = [...this.#cited.values()].map(({ passage, n }) => {
      const age = ageInWords(passage.freshness.editedAt, this.#now, this.#lang)
      return this.#lang === 'ja' ? `*${placeOf(passage)}*（${age}）[${n}]` : `*${placeOf(passage)}* (${age}) [${n}]`
    })
    const text = this.#lang === 'ja' ? `出典：${sources.join('、')}` : `Sources: ${sources.join(', ')}`
    return this.#show({ text, citations: [], ...this.#unsaid() })
  }

  outcome(
    kind: ModelOutcome['kind'],
    { model, costUsd }: Ending,
    warnings: readonly AnswerWarning[] = [],
  ): ModelOutcome {
    const ages = [...this.#cited.values()].slice(0, 1).map(({ passage }) => spokenAge(passage, this.#now, this.#lang))
    return {
      kind,
      spoken: spokenStatements(this.#said, ages[0], {
        now: this.#now,
        lang: this.#lang,
        shownOn: this.#shownOn,
      }),
      model,
      costUsd,
      warnings: [...warnings, ...this.#droppedWarning()],
      shown: this.shown,
    }
  }

  *#caveat({ passage }: NumberedSource, n: number, fresh: readonly Citation[]): Generator<AnswerPart> {
    const said = caveat(passage, this.#now, this.#lang)
    if (said === undefined || this.#warned.has(passage.freshness.state)) return
    this.#warned.add(passage.freshness.state)
    const citations = fresh.filter((citation) => citation.n === n)
    yield this.#show({ text: `⚠ ${said} [${n}]`, citations, ...(this.#said.length === 0 ? this.#unsaid() : {}) })
  }

  /** The age of the first source is said with the first sentence; the line of sources is for the eye. */
  #unsaid(): { spoken?: string } {
    return this.#isSpoken ? { spoken: '' } : {}
  }

  #numberOf({ source: { number, passage }, unit }: Support, fresh: Citation[]): number {
    const known = this.#citations.find(
      ({ passageId, quote }) => passageId === passage.passage.id && quote === unit.quote,
    )
    if (known !== undefined) return known.n
    const citation = citationOf(this.#citations.length + 1, [unit], passage)
    this.#citations.push(citation)
    fresh.push(citation)
    if (!this.#cited.has(number)) this.#cited.set(number, { passage, n: citation.n })
    return citation.n
  }

  #isShown({ n }: Citation): boolean {
    return this.shown.some(({ citations }) => citations.some((citation) => citation.n === n))
  }

  #show(part: AnswerPart): AnswerPart {
    this.shown.push(part)
    return part
  }

  #droppedWarning(): AnswerWarning[] {
    if (this.#dropped === 0) return []
    const message =
      this.#lang === 'ja'
        ? 'モデルの回答のうち、引用元で確認できなかった部分を省きました。'
        : 'Parts of the model’s answer were left out because no cited passage supports them.'
    return [{ code: 'unsupported_dropped', message }]
  }
}

/** The numbers of the answer's citations in place of those of the prompt's sources. */
function renumbered(text: string, numbers: ReadonlyMap<number, number>): string {
  if (marksOf(text).length === 0) return text
  return text
    .split(/(`{3,}[\s\S]*?`{3,}|`[^`\n]*`)/)
    .map((piece, at) => (at % 2 === 1 ? piece : renumberedProse(piece, numbers)))
    .join('')
}

function renumberedProse(text: string, numbers: ReadonlyMap<number, number>): string {
  return text.replace(/\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]/g, (_, list: string) =>
    [...new Set(list.split(',').map((number) => numbers.get(Number(number))))]
      .map((n) => (n === undefined ? '' : `[${n}]`))
      .join(''),
  )
}
