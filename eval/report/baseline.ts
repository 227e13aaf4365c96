import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'
import { OpsError, reasonOf } from '#runtime/errors.ts'
import type { RankingFigures } from '../ranking-metrics.ts'

/** Figures from elsewhere to stand beside ours, by group name. */
export interface Baseline {
  name: string
  groups: ReadonlyMap<string, { section?: RankingFigures | undefined; document?: RankingFigures | undefined }>
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

const Ours = z
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

/** Either `{SET: {GROUP: {chunk, doc}}}` as a plain BM25 run writes it, or an earlier report of ours. */
const Plain = z.record(z.string(), z.record(z.string(), z.object({ chunk: Short, doc: Short })))
const EarlierReport = z.object({
  set: z.string(),
  groups: z.array(
    z.object({
      name: z.string(),
      figures: z.object({ section: Ours.optional(), document: Ours.optional() }),
    }),
  ),
})

/** @throws {BaselineError} When it is neither form. */
export function parseBaseline(name: string, json: string): Baseline {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    throw new BaselineError(name, `it is not JSON (${reasonOf(error)})`, { cause: error })
  }
  const earlier = EarlierReport.safeParse(value)
  if (earlier.success) {
    return { name, groups: new Map(earlier.data.groups.map((group) => [group.name, group.figures])) }
  }
  const plain = Plain.safeParse(value)
  const first = plain.success ? Object.values(plain.data)[0] : undefined
  if (first === undefined) throw new BaselineError(name, 'it holds no figures in a form that we know')
  const groups = Object.entries(first).map(
    ([group, { chunk, doc }]) => [group, { section: chunk, document: doc }] as const,
  )
  return { name, groups: new Map(groups) }
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
