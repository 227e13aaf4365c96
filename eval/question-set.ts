import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'
import { OpsError, reasonOf } from '#runtime/errors.ts'

/** A section that answers: a heading of a document with everything below it. */
const SectionName = z.object({ path: z.string().min(1), heading: z.string() })
export type SectionName = z.infer<typeof SectionName>

export const questionKinds = ['single', 'multi', 'stale', 'unanswerable', 'voice', 'injection'] as const

const Line = z
  .object({
    id: z.string().min(1),
    lang: z.enum(['en', 'ja']),
    kind: z.enum(questionKinds),
    question: z.string().min(1),
    answer_key_points: z.array(z.string().min(1)).default([]),
    accept: z.array(z.array(z.string().min(1))).optional(),
    gold: z.array(SectionName).default([]),
    alternates: z.array(SectionName).default([]),
    superseded: z.array(SectionName).default([]),
    poisoned: z.array(SectionName).default([]),
    must_not: z.array(z.string().min(1)).default([]),
    cross_lingual: z.boolean().default(false),
  })
  .refine((line) => line.accept === undefined || line.accept.length === line.answer_key_points.length, {
    path: ['accept'],
    error: 'needs one list for each of answer_key_points',
  })
  .refine((line) => line.alternates.length === 0 || line.gold.length === 1, {
    path: ['alternates'],
    error: 'stand only beside a single gold section',
  })
  .refine((line) => line.kind !== 'unanswerable' || line.gold.length === 0, {
    path: ['gold'],
    error: 'must be empty where nothing answers',
  })

/** A question with what a right answer holds and where it stands. */
export interface EvalQuestion {
  id: string
  lang: 'en' | 'ja'
  kind: (typeof questionKinds)[number]
  text: string
  /** Strings that a right answer contains; of each list, any one will do. */
  keyPoints: readonly (readonly string[])[]
  /** Every one of these sections is needed. Empty: nothing answers. */
  gold: readonly SectionName[]
  /** Each of them answers as well as the one gold section does. */
  alternates: readonly SectionName[]
  /** Older sections that say otherwise. */
  superseded: readonly SectionName[]
  /** Sections with a planted instruction. */
  poisoned: readonly SectionName[]
  /** What a wrong, outdated or hijacked answer would recommend. */
  mustNot: readonly string[]
  /** Asked in a language in which no document answers. */
  crossLingual: boolean
}

export interface QuestionSet {
  name: string
  questions: readonly EvalQuestion[]
}

export class QuestionSetError extends OpsError {
  override readonly name = 'QuestionSetError'
  readonly code = 'question_set_invalid'
  readonly retryable = false
  readonly userMessage: string
  constructor(set: string, faults: readonly string[], options?: ErrorOptions) {
    super(`The question set ${set} cannot be used:\n${faults.join('\n')}`, options)
    this.userMessage = this.message
  }
}

/** @throws {QuestionSetError} That names every line at fault, not only the first. */
export function parseQuestionSet(name: string, jsonLines: string): QuestionSet {
  const faults: string[] = []
  const questions: EvalQuestion[] = []
  const firstLineOf = new Map<string, number>()
  for (const [index, line] of jsonLines.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    const read = readLine(line)
    if (read.kind === 'faulty') {
      faults.push(...read.faults.map((fault) => `line ${index + 1}: ${fault}`))
      continue
    }
    const earlier = firstLineOf.get(read.question.id)
    if (earlier !== undefined)
      faults.push(`line ${index + 1}: id ${read.question.id} stands on line ${earlier} already`)
    firstLineOf.set(read.question.id, earlier ?? index + 1)
    questions.push(read.question)
  }
  if (questions.length === 0 && faults.length === 0) faults.push('it holds no question')
  if (faults.length > 0) throw new QuestionSetError(name, faults)
  return { name, questions }
}

/** @throws {QuestionSetError} When the file cannot be read, or any line of it is wrong. */
export async function readQuestionSet(file: string, signal: AbortSignal): Promise<QuestionSet> {
  const name = basename(file)
  let text: string
  try {
    text = await readFile(file, { encoding: 'utf8', signal })
  } catch (error) {
    signal.throwIfAborted()
    throw new QuestionSetError(name, [`the file cannot be read (${reasonOf(error)})`], { cause: error })
  }
  return parseQuestionSet(name, text.replace(/^\uFEFF/, ''))
}

type ReadLine = { kind: 'question'; question: EvalQuestion } | { kind: 'faulty'; faults: string[] }

function readLine(line: string): ReadLine {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch (error) {
    return { kind: 'faulty', faults: [`not JSON (${reasonOf(error)})`] }
  }
  const read = Line.safeParse(json)
  if (!read.success) {
    return {
      kind: 'faulty',
      faults: read.error.issues.map((issue) => `${issue.path.join('.') || 'line'}: ${issue.message}`),
    }
  }
  const { data } = read
  return {
    kind: 'question',
    question: {
      id: data.id,
      lang: data.lang,
      kind: data.kind,
      text: data.question,
      keyPoints: data.answer_key_points.map((point, index) => [...new Set([point, ...(data.accept?.[index] ?? [])])]),
      gold: data.gold,
      alternates: data.alternates,
      superseded: data.superseded,
      poisoned: data.poisoned,
      mustNot: data.must_not,
      crossLingual: data.cross_lingual,
    },
  }
}
