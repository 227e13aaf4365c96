import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'
import { OpsError, reasonOf } from '#runtime/errors.ts'
import type { Figures } from '../eval-report.ts'

/** Figures from elsewhere to stand beside ours, by group name. */
export interface Baseline {
  name: string
  groups: ReadonlyMap<string, Partial<Figures>>
}

export class BaselineError extends OpsError {
  override readonly name = 'BaselineError'
  readonly code = 'baseline_invalid'
  readonly retryable = false
  readonly userMessage: string
  constructor(file: string, fault: string, options?: ErrorOptions) {
    super(`The baseline ${file} cannot be used: ${fault}`, options)
    this.userMessage = this.message
  }
}

const Short = z
  .object({ r1: z.number(), r5: z.number(), r10: z.number(), mrr10: z.number(), ndcg10: z.number() })
  .transform(({ r1, r5, r10, mrr10, ndcg10 }) => ({
    recallAt1: r1,
    recallAt5: r5,
    recallAt10: r10,
    mrrAt10: mrr10,
    ndcgAt10: ndcg10,
  }))

/** As a plain BM25 run writes it: the set's name, and under it the groups. */
const Plain = z.record(
  z.string(),
  z.record(
    z.string(),
    z.object({ chunk: Short, doc: Short }).transform(({ chunk, doc }) => ({ section: chunk, document: doc })),
  ),
)

const Ranking = z
  .object({
    recall_at1: z.number(),
    recall_at5: z.number(),
    recall_at10: z.number(),
    mrr_at10: z.number(),
    ndcg_at10: z.number(),
  })
  .transform((figures) => ({
    recallAt1: figures.recall_at1,
    recallAt5: figures.recall_at5,
    recallAt10: figures.recall_at10,
    mrrAt10: figures.mrr_at10,
    ndcgAt10: figures.ndcg_at10,
  }))
const Abstention = z
  .object({ precision: z.number().optional(), recall: z.number().optional(), false_rate: z.number().optional() })
  .transform(({ precision, recall, false_rate: falseRate }) => ({ precision, recall, falseRate }))
const Latency = z.object({ p50: z.number(), p95: z.number(), p99: z.number(), max: z.number() })

/** As an earlier run of ours wrote it. */
const Earlier = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      figures: z
        .object({
          section: Ranking.optional(),
          document: Ranking.optional(),
          search_abstention: Abstention.optional(),
          answer_abstention: Abstention.optional(),
          key_point_coverage: z.number().optional(),
          key_point_coverage_in_answer: z.number().optional(),
          complete: z.number().optional(),
          must_not_violations: z.number().optional(),
          superseded_first: z.number().optional(),
          citation_validity: z.number().optional(),
          promises_kept: z.number().optional(),
          search_ms: Latency.optional(),
          answer_ms: Latency.optional(),
        })
        .transform((read) => ({
          section: read.section,
          document: read.document,
          searchAbstention: read.search_abstention,
          answerAbstention: read.answer_abstention,
          keyPointCoverage: read.key_point_coverage,
          keyPointCoverageInAnswer: read.key_point_coverage_in_answer,
          complete: read.complete,
          mustNotViolations: read.must_not_violations,
          supersededFirst: read.superseded_first,
          citationValidity: read.citation_validity,
          promisesKept: read.promises_kept,
          searchMs: read.search_ms,
          answerMs: read.answer_ms,
        })),
    }),
  ),
})

/**
 * Reads an earlier report of ours, or `{SET: {GROUP: {chunk, doc}}}` as a plain BM25 run writes it.
 * @throws {BaselineError} When it is neither.
 */
export function parseBaseline(name: string, json: string): Baseline {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    throw new BaselineError(name, `it is not JSON (${reasonOf(error)})`, { cause: error })
  }
  const earlier = Earlier.safeParse(value)
  if (earlier.success) {
    return { name, groups: new Map(earlier.data.groups.map((group) => [group.name, group.figures])) }
  }
  const plain = Plain.safeParse(value)
  const groups = plain.success ? Object.values(plain.data)[0] : undefined
  if (groups === undefined) throw new BaselineError(name, 'it holds no figures in a form that we know')
  return { name, groups: new Map(Object.entries(groups)) }
}

/** @throws {BaselineError} When the file cannot be read or understood. */
export async function readBaseline(file: string, signal: AbortSignal): Promise<Baseline> {
  const name = basename(file, '.json')
  let json: string
  try {
    json = await readFile(file, { encoding: 'utf8', signal })
  } catch (error) {
    signal.throwIfAborted()
    throw new BaselineError(name, `the file cannot be read (${reasonOf(error)})`, { cause: error })
  }
  return parseBaseline(name, json)
}
